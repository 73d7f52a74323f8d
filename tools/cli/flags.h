// The flags of `bauta`, and what they say together: whose feed, on which server.
#ifndef BAUTA_TOOLS_CLI_FLAGS_H_
#define BAUTA_TOOLS_CLI_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/status/statusor.h"
#include "bauta/v1/author.pb.h"
#include "bauta/v1/consent.pb.h"
#include "bauta/v1/signal.pb.h"
#include "bauta/v1/subject.pb.h"
#include "tools/client/connection.h"

ABSL_DECLARE_FLAG(bool, json);
ABSL_DECLARE_FLAG(bool, undo);
ABSL_DECLARE_FLAG(bool, history);
ABSL_DECLARE_FLAG(bool, terms);
ABSL_DECLARE_FLAG(bool, list);
ABSL_DECLARE_FLAG(bool, shift_times);
ABSL_DECLARE_FLAG(bool, destroy_keys);
ABSL_DECLARE_FLAG(std::string, config);
ABSL_DECLARE_FLAG(std::string, backup);
ABSL_DECLARE_FLAG(std::string, surface);
ABSL_DECLARE_FLAG(std::string, ip);
ABSL_DECLARE_FLAG(std::string, reason);
ABSL_DECLARE_FLAG(std::string, topic);
ABSL_DECLARE_FLAG(std::string, author);
ABSL_DECLARE_FLAG(std::string, grant);
ABSL_DECLARE_FLAG(std::string, withdraw);
ABSL_DECLARE_FLAG(std::string, exclude_kinds);
ABSL_DECLARE_FLAG(std::string, readmit_kinds);
ABSL_DECLARE_FLAG(bool, mark_minor);
ABSL_DECLARE_FLAG(std::string, guardian_agrees);
ABSL_DECLARE_FLAG(std::string, read_languages);
ABSL_DECLARE_FLAG(std::string, chosen_city);
ABSL_DECLARE_FLAG(std::string, like_topics);
ABSL_DECLARE_FLAG(std::string, delete_tag);
ABSL_DECLARE_FLAG(std::string, kinds);
ABSL_DECLARE_FLAG(std::string, until);
ABSL_DECLARE_FLAG(std::string, posts);
ABSL_DECLARE_FLAG(std::string, events);
ABSL_DECLARE_FLAG(std::string, visits);
ABSL_DECLARE_FLAG(std::string, assume_consent_from);
ABSL_DECLARE_FLAG(std::string, assume_purposes);
ABSL_DECLARE_FLAG(std::string, dir);
ABSL_DECLARE_FLAG(std::string, keys_dir);
ABSL_DECLARE_FLAG(std::string, group);
ABSL_DECLARE_FLAG(std::string, roles);
ABSL_DECLARE_FLAG(std::string, name);
ABSL_DECLARE_FLAG(std::string, city_db);
ABSL_DECLARE_FLAG(std::string, gazetteer);
ABSL_DECLARE_FLAG(std::string, towns);
ABSL_DECLARE_FLAG(uint32_t, per_town);
ABSL_DECLARE_FLAG(uint64_t, seed);
ABSL_DECLARE_FLAG(uint32_t, policy_version);
ABSL_DECLARE_FLAG(uint32_t, limit);
ABSL_DECLARE_FLAG(uint32_t, pages);
ABSL_DECLARE_FLAG(uint64_t, version);

namespace bauta {

// By --server, --token_file, --ca_file, --issuer_dir and --issuer, or the environment's BAUTA_SERVER, ….
absl::StatusOr<std::unique_ptr<Connection>> ConnectByFlags();
// --issuer_dir and --issuer, or their variables.
std::string IssuerDirectory();
std::string IssuerName();

// By --account, --device or --external_code; nobody where none is given. INVALID_ARGUMENT where several are.
absl::StatusOr<v1::Subject> SubjectByFlags();
// As above, with --surface, --ip and --self_author.
absl::StatusOr<v1::Visit> VisitByFlags();
// Of a command that needs somebody: INVALID_ARGUMENT for nobody.
absl::StatusOr<v1::Subject> SomebodyByFlags();

// The number of one name. INVALID_ARGUMENT names the flag and lists the names that there are.
absl::StatusOr<int> ParseEnumFlag(const std::string& flag, const google::protobuf::EnumDescriptor* type,
                                  const std::string& name);
// Comma-separated names; all purposes are `all`. Errors as above.
absl::StatusOr<std::vector<v1::Purpose>> ParsePurposes(const std::string& flag, const std::string& names);
absl::StatusOr<std::vector<v1::SignalKind>> ParseSignalKinds(const std::string& flag,
                                                             const std::string& names);
// A whole number from 1 to 2^63 − 1. INVALID_ARGUMENT names `what`.
absl::StatusOr<uint64_t> ParseId(const std::string& what, const std::string& text);
// `code:HEX` is an author's code, anything else the caller's id of one.
absl::StatusOr<v1::AuthorRef> ParseAuthor(const std::string& text);

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_FLAGS_H_
