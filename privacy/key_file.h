// What the key files have in common: how they are read, refused and made. For this room only.
#ifndef BAUTA_PRIVACY_KEY_FILE_H_
#define BAUTA_PRIVACY_KEY_FILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/file_system.h"

namespace bauta::privacy_internal {

// FAILED_PRECONDITION: absent. PERMISSION_DENIED: group or others may do anything with it.
absl::Status CheckPrivate(FileSystem& files, const std::string& path);

// CheckPrivate, then reads exactly out.size() bytes. FAILED_PRECONDITION: another size, or all zeros.
absl::Status ReadKeyFile(FileSystem& files, const std::string& path, std::span<uint8_t> out);

// Creates the file and makes its bytes durable; its name is durable after SyncDirectory. ALREADY_EXISTS.
absl::Status CreateKeyFile(FileSystem& files, const std::string& path, std::string_view bytes);

// The N of each "STEM.N" in the folder, rising. Names whose N is not a plain number from 1 on are left out.
absl::StatusOr<std::vector<uint32_t>> ListNumbered(FileSystem& files, const std::string& directory,
                                                   std::string_view stem);

std::string NumberedPath(const std::string& directory, std::string_view stem, uint32_t number);

// Little-endian, as all numbers in these files are.
void StoreUint32(uint32_t value, char* out);
void StoreUint64(uint64_t value, char* out);
uint32_t LoadUint32(const char* bytes);
uint64_t LoadUint64(const char* bytes);

}  // namespace bauta::privacy_internal

#endif  // BAUTA_PRIVACY_KEY_FILE_H_
