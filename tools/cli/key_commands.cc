// keys, token, audit: what is done beside the server's files, without a server.
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file_system.h"
#include "base/status.h"
#include "base/strings.h"
#include "featurestore/store/rights_log.h"
#include "privacy/hash.h"
#include "privacy/key_head.h"
#include "privacy/key_ring.h"
#include "privacy/random_source.h"
#include "service/auth/authenticator.h"
#include "service/auth/rights_minter.h"
#include "service/subject_resolver.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"

namespace bauta {
namespace {

absl::StatusOr<std::string> NeededDirectory() {
  std::string directory = absl::GetFlag(FLAGS_dir);
  if (directory.empty()) return absl::InvalidArgumentError("which folder? Give --dir");
  return directory;
}

absl::Status Keys(const Arguments& arguments) {
  if (arguments != Arguments{"init"}) return absl::InvalidArgumentError("keys: init expected");
  BAUTA_ASSIGN_OR_RETURN(const std::string directory, NeededDirectory());
  BAUTA_RETURN_IF_ERROR(InitKeys(PosixFileSystem(), directory, SystemRandom(), absl::Now()));
  std::printf(
      "Made the keys in %s. Losing `root` orphans every code: keep a copy where the database's backups are "
      "not.\n",
      directory.c_str());
  return absl::OkStatus();
}

// A new secret, and the line that opens the server to it.
absl::Status TokenBearer() {
  const std::string roles = absl::GetFlag(FLAGS_roles);
  const std::string name = absl::GetFlag(FLAGS_name);
  if (roles.empty() || name.empty())
    return absl::InvalidArgumentError("token bearer: give --roles and --name");
  uint8_t random[32];
  BAUTA_RETURN_IF_ERROR(SystemRandom().Fill(random));
  const std::string secret =
      absl::WebSafeBase64Escape(absl::string_view(reinterpret_cast<const char*>(random), sizeof(random)));
  const Sha256Digest digest = Sha256(secret);
  const std::string line = absl::StrCat(absl::BytesToHexString(ToAbsl(View(digest))), " ", roles, " ", name);
  BAUTA_RETURN_IF_ERROR(Authenticator::Parse(line).status());
  std::printf("%s\n", secret.c_str());
  std::fprintf(stderr, "%s\n", line.c_str());
  return absl::OkStatus();
}

absl::Status TokenIssuer() {
  BAUTA_ASSIGN_OR_RETURN(const std::string directory, NeededDirectory());
  BAUTA_ASSIGN_OR_RETURN(const RightsIssuerKeys keys, GenerateIssuerKeys(SystemRandom()));
  BAUTA_RETURN_IF_ERROR(PosixFileSystem().CreateDirectories(directory));
  BAUTA_RETURN_IF_ERROR(WriteIssuerKeys(PosixFileSystem(), directory, IssuerName(), keys));
  std::printf("%s\n", keys.private_key.public_key().ToHex().c_str());
  return absl::OkStatus();
}

absl::Status TokenRights() {
  BAUTA_ASSIGN_OR_RETURN(const v1::Subject subject, SomebodyByFlags());
  BAUTA_ASSIGN_OR_RETURN(const RawSubject raw, ToRawSubject(FieldPath("subject"), subject));
  BAUTA_ASSIGN_OR_RETURN(const RightsIssuerKeys keys,
                         ReadIssuerKeys(PosixFileSystem(), IssuerDirectory(), IssuerName()));
  for (size_t i = 0; i < kRightsGroupCount; ++i) {
    const auto group = static_cast<RightsGroup>(i);
    if (absl::GetFlag(FLAGS_group) != RightsGroupName(group)) continue;
    BAUTA_ASSIGN_OR_RETURN(
        const std::string token,
        MintRightsToken(keys, raw, {.issuer = IssuerName(), .group = group, .issue_time = absl::Now()},
                        SystemRandom()));
    std::printf("%s\n", absl::Base64Escape(token).c_str());
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("group: consent, export, erase, explain or correct expected");
}

absl::Status Token(const Arguments& arguments) {
  if (arguments == Arguments{"bearer"}) return TokenBearer();
  if (arguments == Arguments{"issuer"}) return TokenIssuer();
  if (arguments == Arguments{"rights"}) return TokenRights();
  return absl::InvalidArgumentError("token: bearer, issuer or rights expected");
}

// The chain of hashes needs no key, so an auditor can run this on copies of `rights.log` and `keys/head`
// alone.
absl::Status Audit(const Arguments& arguments) {
  if (arguments != Arguments{"verify"}) return absl::InvalidArgumentError("audit: verify expected");
  BAUTA_ASSIGN_OR_RETURN(const std::string directory, NeededDirectory());
  const std::string flag = absl::GetFlag(FLAGS_keys_dir);
  const std::string keys = flag.empty() ? absl::StrCat(directory, "/keys") : flag;
  BAUTA_ASSIGN_OR_RETURN(const RightsLogReport report, VerifyLiveRightsLog(PosixFileSystem(), directory, [&] {
                           return KeyHead::Read(PosixFileSystem(), keys);
                         }));
  std::vector<std::vector<std::string>> rows;
  for (size_t type = 1; type < std::size(report.entries_by_type); ++type) {
    const std::string_view name = RightsEntryTypeName(static_cast<RightsEntryType>(type));
    rows.push_back({std::string(name), absl::StrCat(report.entries_by_type[type])});
  }
  PrintTable({"entries", "how many"}, rows);
  std::printf("The chain is whole: %llu entries, %llu bytes, the last one has sequence %llu.\n",
              static_cast<unsigned long long>(report.entries),
              static_cast<unsigned long long>(report.size_bytes),
              static_cast<unsigned long long>(report.last_sequence));
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> KeyCommands() {
  return {
      {"keys", "init --dir=FOLDER", "make a store's keys, once", Keys, Operands::kSome},
      {"token", "bearer --roles=ROLE,… --name=NAME | issuer --dir=FOLDER | rights --account=ID --group=GROUP",
       "a caller's secret and its token-file line; an issuer's keys; a rights token", Token, Operands::kSome},
      {"audit", "verify --dir=STORE [--keys_dir=FOLDER]",
       "check the chain of the rights log, without any key", Audit, Operands::kSome},
  };
}

}  // namespace bauta
