// ServerConfig: the configuration file as checked plain values, every default filled in. What each field
// means stands in proto/bauta/config/v1/config.proto.
#ifndef BAUTA_SERVICE_CONFIG_CONFIG_H_
#define BAUTA_SERVICE_CONFIG_CONFIG_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "featurestore/records/ids.h"
#include "featurestore/store/feature_store.h"
#include "privacy/ed25519.h"
#include "ranking/fresh_table.h"
#include "ranking/surface_rules.h"
#include "service/principal.h"

namespace bauta {

struct ListenConfig {
  std::string address;               // "HOST:PORT"; empty: no TCP.
  std::string tls_certificate_file;  // Empty: plaintext, on a loopback address alone.
  std::string tls_key_file;
  std::string unix_socket;  // Empty: none.
  std::vector<uid_t> unix_socket_users;
};

struct RightsIssuerConfig {
  std::string name;
  std::string public_key;  // 64 hexadecimal digits.
  std::string subject_hash_key_file;
  IssuerKind kind = IssuerKind::kIdentityService;
};

struct LimitsConfig {
  int64_t calls_in_flight_max = 256;
  int64_t streams_in_flight_max = 4;
  size_t message_bytes_max = size_t{4} << 20;
  absl::Duration default_deadline = absl::Seconds(2);
  absl::Duration default_stream_deadline = absl::Minutes(30);
  absl::Duration retry_delay = absl::Milliseconds(100);
  absl::Duration drain = absl::Seconds(10);
};

struct ServerConfig {
  ListenConfig listen;
  std::string token_file;
  std::vector<RightsIssuerConfig> rights_issuers;
  FeatureStore::Options store;  // Retention and policy included.
  std::string city_database_ipv4;
  std::string city_database_ipv6;
  std::string gazetteer;
  std::vector<SurfaceRules> surfaces;
  std::string models_directory;
  absl::Duration model_age_max = absl::Hours(24);
  FreshTable::Options fresh;
  bool move_posts = false;
  size_t moved_posts_max = 32;
  LimitsConfig limits;
  std::string metrics_address;  // Empty: none.
  absl::Duration page_token_age_max = absl::Hours(1);
  size_t content_dimension = 0;
  std::vector<TopicId> sensitive_topics;  // Never learned from.
  std::string
      version;  // 16 hexadecimal digits: a fingerprint of the file's values, comments and layout left out.
};

// Reads and checks the file at `path`. NOT_FOUND, PERMISSION_DENIED: as the operating system says.
// INVALID_ARGUMENT: an unknown field, an impossible value, something required that is missing, a file that
// ends too early; one complaint a line, each with file and line.
absl::StatusOr<ServerConfig> LoadConfig(FileSystem& files, const std::string& path);

// The same from text. `name` is what complaints call it, `directory` what relative paths begin at.
absl::StatusOr<ServerConfig> ParseConfig(std::string_view text, const std::string& name,
                                         const std::string& directory);

// Whether HOST of "HOST:PORT" is 127.0.0.0/8, ::1 or localhost.
bool IsLoopback(std::string_view address);

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONFIG_CONFIG_H_
