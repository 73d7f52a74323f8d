#include "service/config/config.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "bauta/config/v1/config.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "privacy/hash.h"
#include "service/config/section_reader.h"
#include "service/config/surface_section.h"
#include "service/surfaces.h"

namespace bauta {
namespace {

namespace proto = config::v1;

constexpr uint64_t kConfigFileSizeMax = 1 << 20;
constexpr size_t kPathSizeMax = 4096;
constexpr size_t kUnixSocketSizeMax = 107;  // sun_path less its terminating zero.
constexpr char kLowerDigitsDash[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr char kNameCharacters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
constexpr char kHexDigits[] = "0123456789abcdefABCDEF";

class ConfigBuilder {
 public:
  ConfigBuilder(const SectionReader& root, std::string directory)
      : root_(root), directory_(std::move(directory)) {}

  ServerConfig Build() {
    ReadListen(root_.Sub("listen"));
    ReadAccess(root_.Sub("access"));
    ReadStore(root_.Sub("store"));
    ReadRetention(root_.Sub("retention"));
    ReadPolicy();
    const SectionReader geography = root_.Sub("geography");
    config_.city_database_ipv4 = Path(geography, "city_database_ipv4");
    config_.city_database_ipv6 = Path(geography, "city_database_ipv6");
    config_.gazetteer = Path(geography, "gazetteer");
    ReadSurfaces();
    const SectionReader models = root_.Sub("models");
    config_.models_directory = Path(models, "directory");
    if (config_.models_directory.empty()) config_.models_directory = config_.store.directory + "/models";
    config_.model_age_max = absl::Hours(models.Integer("age_hours_max", 1, 8760, 24));
    ReadFresh(root_.Sub("fresh"));
    ReadLimits(root_.Sub("limits"));
    const SectionReader metrics = root_.Sub("metrics");
    config_.metrics_address = metrics.Text("address", 256);
    if (!config_.metrics_address.empty()) {
      CheckAddress(metrics, config_.metrics_address);
      if (!IsLoopback(config_.metrics_address)) {
        metrics.Error("address", "a loopback address allowed: metrics ask for no token");
      }
    }
    config_.page_token_age_max = absl::Minutes(root_.Sub("pages").Integer("feed_minutes", 1, 1440, 60));
    config_.content_dimension = static_cast<size_t>(root_.Integer("content_dimension", 0, 1024, 0));
    for (int64_t topic : root_.Integers("sensitive_topic", 1, INT64_MAX)) {
      config_.sensitive_topics.emplace_back(static_cast<uint64_t>(topic));
    }
    return std::move(config_);
  }

 private:
  std::string Absolute(std::string path) const {
    if (path.empty() || path.front() == '/' || directory_.empty()) return path;
    return (std::filesystem::path(directory_) / path).lexically_normal().string();
  }
  std::string Path(const SectionReader& section, const char* name) const {
    return Absolute(section.Text(name, kPathSizeMax));
  }
  std::string RequiredPath(const SectionReader& section, const char* name) const {
    return Absolute(section.RequiredText(name, kPathSizeMax));
  }

  static void CheckAddress(const SectionReader& section, const std::string& address) {
    const size_t colon = address.rfind(':');
    uint32_t port = 0;
    if (colon == std::string::npos || colon == 0 || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
        port > 65535) {
      section.Error("address", absl::StrCat("HOST:PORT allowed, \"", address, "\" given"));
    }
  }

  void ReadListen(const SectionReader& listen) {
    ListenConfig& out = config_.listen;
    out.address = listen.Text("address", 256);
    out.unix_socket = Absolute(listen.Text("unix_socket", kPathSizeMax));
    if (out.unix_socket.size() > kUnixSocketSizeMax) {
      listen.Error("unix_socket", absl::StrCat("a path of at most ", kUnixSocketSizeMax, " bytes allowed, ",
                                               out.unix_socket.size(), " given"));
    }
    if (out.address.empty() && out.unix_socket.empty()) {
      listen.Error(nullptr, "address or unix_socket required");
    }
    for (int64_t user : listen.Integers("unix_socket_user", 0, UINT32_MAX)) {
      out.unix_socket_users.push_back(static_cast<uid_t>(user));
    }
    if (!out.address.empty()) CheckAddress(listen, out.address);
    const bool plaintext = listen.Flag("plaintext");
    if (listen.Has("tls")) {
      const SectionReader tls = listen.Sub("tls");
      out.tls_certificate_file = RequiredPath(tls, "certificate_file");
      out.tls_key_file = RequiredPath(tls, "key_file");
      if (plaintext) listen.Error("plaintext", "not allowed together with tls");
    } else if (!out.address.empty() && !(plaintext && IsLoopback(out.address))) {
      listen.Error("address", "tls required, or plaintext on a loopback address");
    }
  }

  void ReadAccess(const SectionReader& access) {
    config_.token_file = RequiredPath(access, "token_file");
    for (size_t i = 0; i < access.Count("rights_issuer"); ++i) {
      const SectionReader section = access.At("rights_issuer", i);
      RightsIssuerConfig issuer;
      issuer.name = section.RequiredWord("name", 64, kNameCharacters, "letters, digits, '-', '_', '.'");
      issuer.public_key = section.RequiredWord("public_key", 64, kHexDigits, "64 hexadecimal digits");
      if (section.Has("public_key") && issuer.public_key.size() != 64) {
        section.Error("public_key",
                      absl::StrCat("64 hexadecimal digits allowed, ", issuer.public_key.size(), " given"));
      }
      issuer.subject_hash_key_file = RequiredPath(section, "subject_hash_key_file");
      issuer.kind = static_cast<IssuerKind>(
          section.Integer("kind", proto::IDENTITY_SERVICE, proto::GUARDIAN, proto::IDENTITY_SERVICE) -
          proto::IDENTITY_SERVICE);
      for (const RightsIssuerConfig& other : config_.rights_issuers) {
        if (other.name == issuer.name) section.Error("name", "stands twice");
      }
      config_.rights_issuers.push_back(std::move(issuer));
    }
  }

  void ReadStore(const SectionReader& store) {
    FeatureStore::Options& out = config_.store;
    out.directory = RequiredPath(store, "directory");
    out.keys_directory = Path(store, "keys_directory");
    if (out.keys_directory.empty()) out.keys_directory = out.directory + "/keys";
    out.second_directory = Path(store, "second_directory");
    out.backup_directory = Path(store, "backup_directory");
    out.region = store.RequiredWord("region", 32, kLowerDigitsDash, "lower-case letters, digits, '-'");
    out.create = store.Flag("create");
    out.sync_interactions = store.Flag("sync_interactions");
    out.interactions_max = static_cast<size_t>(store.Integer("interactions_max", 10, 10'000, 1000));
    out.view_cache_bytes = static_cast<size_t>(store.Integer("view_cache_mib", 0, 1 << 20, 1024)) << 20;
    out.counter_window_hours = store.Integer("counter_window_hours", 1, 8760, 24);
    out.crowd_age_min = absl::Hours(store.Integer("crowd_age_hours", 0, 8760, 24));
  }

  void ReadRetention(const SectionReader& retention) {
    Retention& out = config_.store.retention;
    for (size_t kind = 0; kind < kSignalKindCount; ++kind) {
      const std::string name = absl::StrCat(SignalKindName(static_cast<SignalKind>(kind)), "_days");
      const int64_t fallback = out.age_hours_max[kind] / 24;
      out.age_hours_max[kind] =
          static_cast<uint32_t>(retention.Integer(name.c_str(), 1, 3650, fallback) * 24);
    }
    out.idle_months_max =
        static_cast<uint32_t>(retention.Integer("idle_months", 1, 120, out.idle_months_max));
    out.backfill_age_hours_max = static_cast<uint32_t>(
        retention.Integer("backfill_days", 1, 3650, out.backfill_age_hours_max / 24) * 24);
  }

  void ReadPolicy() {
    std::vector<PolicyVersion> versions;
    for (size_t i = 0; i < root_.Count("policy"); ++i) {
      const SectionReader section = root_.At("policy", i);
      PolicyVersion version;
      version.number = static_cast<uint32_t>(section.RequiredInteger("number", 1, INT32_MAX));
      const std::string from = section.Text("effective_from", 64);
      std::string error;
      if (!from.empty() && !absl::ParseTime(absl::RFC3339_full, from, &version.effective, &error)) {
        section.Error("effective_from",
                      absl::StrCat("\"2024-06-01T00:00:00Z\" and the like allowed, \"", from, "\" given"));
      }
      for (int64_t purpose : section.Integers("adds", proto::PERSONALIZE, proto::ADS)) {
        version.adds.Add(static_cast<Purpose>(purpose - proto::PERSONALIZE));
      }
      version.agree_anew = section.Flag("agree_anew");
      versions.push_back(version);
    }
    if (versions.empty()) return;
    absl::StatusOr<PolicyHistory> history = PolicyHistory::Create(std::move(versions));
    if (history.ok()) {
      config_.store.policy = *std::move(history);
    } else {
      root_.Error("policy", std::string(history.status().message()));
    }
  }

  void ReadSurfaces() {
    for (size_t i = 0; i < root_.Count("surface"); ++i) {
      config_.surfaces.push_back(ReadSurfaceSection(root_.At("surface", i)));
    }
    if (config_.surfaces.empty()) config_.surfaces = Surfaces::Defaults();
    const absl::Status status = Surfaces::Create(config_.surfaces).status();
    if (!status.ok()) root_.Error("surface", std::string(status.message()));
  }

  void ReadFresh(const SectionReader& fresh) {
    FreshTable::Options& out = config_.fresh;
    out.crowd_min = static_cast<uint32_t>(fresh.Integer("crowd_min", 50, 1'000'000, 50));
    const int64_t counter_window = config_.store.counter_window_hours;
    out.popularity_window_hours =
        fresh.Integer("popularity_window_hours", 1, 8760, std::min<int64_t>(24, counter_window));
    if (out.popularity_window_hours > counter_window) {
      fresh.Error("popularity_window_hours",
                  absl::StrCat("at most store.counter_window_hours = ", counter_window,
                               " allowed: else a reader who comes back counts twice"));
    }
    out.lift_window_hours = fresh.Integer("lift_window_hours", 1, 8760, out.lift_window_hours);
    out.shrinkage = static_cast<float>(fresh.Number("shrinkage", 1, 1e6, out.shrinkage));
    config_.move_posts = fresh.Flag("move_posts");
    config_.moved_posts_max = static_cast<size_t>(fresh.Integer("moved_posts_max", 1, 10'000, 32));
  }

  void ReadLimits(const SectionReader& limits) {
    LimitsConfig& out = config_.limits;
    out.calls_in_flight_max = limits.Integer("calls_in_flight", 1, 100'000, 256);
    out.streams_in_flight_max = limits.Integer("streams_in_flight", 1, 1000, 4);
    out.message_bytes_max = static_cast<size_t>(limits.Integer("message_bytes", 1 << 16, 1 << 26, 4 << 20));
    out.default_deadline = absl::Milliseconds(limits.Integer("default_deadline_millis", 1, 600'000, 2000));
    out.default_stream_deadline =
        absl::Seconds(limits.Integer("default_stream_deadline_seconds", 1, 86'400, 1800));
    out.retry_delay = absl::Milliseconds(limits.Integer("retry_millis", 1, 60'000, 100));
    out.drain = absl::Seconds(limits.Integer("drain_seconds", 0, 600, 10));
  }

  const SectionReader& root_;
  const std::string directory_;
  ServerConfig config_;
};

std::string Fingerprint(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  const Sha256Digest digest = Sha256(bytes);
  return absl::BytesToHexString(ToAbsl(View(digest).substr(0, 8)));
}

}  // namespace

bool IsLoopback(std::string_view address) {
  const std::string_view host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" ||
         (host.substr(0, 4) == "127." && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

absl::StatusOr<ServerConfig> LoadConfig(FileSystem& files, const std::string& path) {
  BAUTA_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, path, kConfigFileSizeMax));
  return ParseConfig(text, path, std::filesystem::absolute(path).parent_path().string());
}

absl::StatusOr<ServerConfig> ParseConfig(std::string_view text, const std::string& name,
                                         const std::string& directory) {
  ConfigErrors errors(name);
  proto::ServerConfig message;
  google::protobuf::TextFormat::ParseInfoTree locations;
  if (!ParseConfigText(text, message, locations, errors)) return errors.ToStatus();
  const SectionReader root(message, &locations, 0, "", errors);
  ServerConfig config = ConfigBuilder(root, directory).Build();
  BAUTA_RETURN_IF_ERROR(errors.ToStatus());
  config.version = Fingerprint(message);
  return config;
}

}  // namespace bauta
