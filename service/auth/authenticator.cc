#include "service/auth/authenticator.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/strings.h"

namespace bauta {
namespace {

constexpr uint64_t kTokenFileSizeMax = 1 << 20;
constexpr size_t kNameSizeMax = 64;
constexpr std::string_view kBearer = "Bearer ";

std::optional<Role> ParseRole(absl::string_view text) {
  for (Role role : kAllRoles) {
    if (text == RoleName(role)) return role;
  }
  return std::nullopt;
}

std::optional<Sha256Digest> ParseDigest(absl::string_view hex) {
  Sha256Digest digest;
  if (hex.size() != 2 * digest.size() || !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
    return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(hex);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(digest.data()));
  return digest;
}

bool IsName(absl::string_view text) {
  return !text.empty() && text.size() <= kNameSizeMax && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

absl::Status LineError(size_t line, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

}  // namespace

absl::StatusOr<Authenticator> Authenticator::Load(FileSystem& files, const std::string& path) {
  BAUTA_RETURN_IF_ERROR(CheckPrivateFile(files, path));
  BAUTA_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, path, kTokenFileSizeMax));
  absl::StatusOr<Authenticator> parsed = Parse(text);
  if (!parsed.ok()) {
    return absl::Status(parsed.status().code(),
                        absl::StrCat("token file ", path, ": ", parsed.status().message()));
  }
  return parsed;
}

absl::StatusOr<Authenticator> Authenticator::Parse(std::string_view text) {
  Authenticator authenticator;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(ToAbsl(text), '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    // The words themselves are not quoted: a secret may have been put in place of its hash.
    if (words.size() != 3) {
      return LineError(number,
                       absl::StrCat("SHA256HEX ROLE[,ROLE…] NAME expected, ", words.size(), " words there"));
    }
    const std::optional<Sha256Digest> digest = ParseDigest(words[0]);
    if (!digest)
      return LineError(
          number, absl::StrCat("64 hexadecimal digits expected, ", words[0].size(), " characters there"));
    Entry entry{std::string(words[2]), {}};
    for (absl::string_view word : absl::StrSplit(words[1], ',')) {
      const std::optional<Role> role = ParseRole(word);
      if (!role) {
        return LineError(number, "a role other than feed, ingest, privacy, catalogue, trainer, operator");
      }
      entry.roles.Add(*role);
    }
    if (!IsName(words[2])) return LineError(number, "a name has 1 to 64 letters, digits, '-', '_', '.'");
    if (!authenticator.entries_.emplace(*digest, std::move(entry)).second) {
      return LineError(number, "this hash stands on an earlier line");
    }
  }
  if (authenticator.entries_.empty()) return absl::InvalidArgumentError("no token: nobody could call");
  return authenticator;
}

absl::StatusOr<Principal> Authenticator::Authenticate(std::string_view authorization) const {
  if (authorization.empty()) {
    return absl::UnauthenticatedError(
        "metadata authorization: required, \"Bearer SECRET\" allowed, nothing sent");
  }
  if (authorization.substr(0, kBearer.size()) != kBearer || authorization.size() == kBearer.size()) {
    return absl::UnauthenticatedError(absl::StrCat("metadata authorization: \"Bearer SECRET\" allowed, ",
                                                   authorization.size(), " bytes of another form sent"));
  }
  const auto entry = entries_.find(Sha256(authorization.substr(kBearer.size())));
  if (entry == entries_.end())
    return absl::UnauthenticatedError("metadata authorization: this token is not known");
  Principal principal;
  principal.name = entry->second.name;
  principal.roles = entry->second.roles;
  return principal;
}

absl::Status CheckPrivateFile(const FileSystem& files, const std::string& path) {
  BAUTA_ASSIGN_OR_RETURN(const FileAttributes attributes, files.Attributes(path));
  if (attributes.owner != geteuid() && attributes.owner != 0) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": belongs to another user"));
  }
  if ((attributes.permissions & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": group and others may have no permission, ",
                                                    absl::StrFormat("%04o", attributes.permissions),
                                                    " found"));
  }
  return absl::OkStatus();
}

}  // namespace bauta
