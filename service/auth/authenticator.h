// Authenticator: bearer tokens. The server keeps only SHA-256 hashes of them, so that its token file opens
// nothing.
#ifndef BAUTA_SERVICE_AUTH_AUTHENTICATOR_H_
#define BAUTA_SERVICE_AUTH_AUTHENTICATOR_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "privacy/hash.h"
#include "service/principal.h"

namespace bauta {

// Immutable, thread-safe.
class Authenticator {
 public:
  // Reads the token file: a line a token, `SHA256HEX ROLE[,ROLE…] NAME`; empty lines and lines that begin
  // with # are skipped. A name has 1 to 64 letters, digits, '-', '_' or '.'. NOT_FOUND: no such file.
  // PERMISSION_DENIED: group or others may read or write it. INVALID_ARGUMENT: a line that does not read so,
  // a hash twice, or no token at all; the message names the line.
  static absl::StatusOr<Authenticator> Load(FileSystem& files, const std::string& path);
  static absl::StatusOr<Authenticator> Parse(std::string_view text);

  // `authorization` is the metadata value, "Bearer SECRET". UNAUTHENTICATED where it is absent (empty), not
  // of that form, or not in the file.
  absl::StatusOr<Principal> Authenticate(std::string_view authorization) const;

 private:
  Authenticator() = default;
  struct Entry {
    std::string name;
    RoleSet roles;
  };
  absl::flat_hash_map<Sha256Digest, Entry> entries_;
};

// PERMISSION_DENIED unless `path` belongs to this process's user or root and nobody else may read or write
// it.
absl::Status CheckPrivateFile(const FileSystem& files, const std::string& path);

}  // namespace bauta

#endif  // BAUTA_SERVICE_AUTH_AUTHENTICATOR_H_
