// SubjectKeyFile: one pair of files, subjects.N and wrap.N: 64-byte slots and the key that they are wrapped
// under. Format: docs/key_format.md. For subject_keys.cc only, which knows what is live.
#ifndef BAUTA_PRIVACY_SUBJECT_KEY_FILE_H_
#define BAUTA_PRIVACY_SUBJECT_KEY_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "privacy/aes_siv.h"
#include "privacy/random_source.h"
#include "privacy/secret.h"
#include "privacy/slot_ref.h"

namespace bauta {

inline constexpr size_t kSlotSize = 64;        // Bytes.
inline constexpr uint32_t kSlotGrowth = 1024;  // Slots that the file grows by: 64 KiB.

struct SubjectKeyFileHeader {
  uint64_t last_applied_sequence = 0;
  uint32_t capacity = 0;  // Slots that were written and synced, the header's own included.
  int64_t wrap_key_unix_seconds = 0;
};

// Calls for different slots may run at the same time; Grow and SetHeader need to be alone. Errors are the
// file system's, unless said otherwise.
class SubjectKeyFile {
 public:
  // Makes both files, all slots free; durable, but for the names. ALREADY_EXISTS.
  static absl::StatusOr<std::unique_ptr<SubjectKeyFile>> Create(FileSystem& files,
                                                                const std::string& directory, uint32_t number,
                                                                SubjectKeyFileHeader header,
                                                                RandomSource& random);
  // FAILED_PRECONDITION: absent. PERMISSION_DENIED: open to others. DATA_LOSS: damaged, cut, or not a pair.
  static absl::StatusOr<std::unique_ptr<SubjectKeyFile>> Open(FileSystem& files, const std::string& directory,
                                                              uint32_t number);
  // Overwrites and unlinks both files, where they exist, the wrap key first.
  static absl::Status Destroy(FileSystem& files, const std::string& directory, uint32_t number);

  uint32_t number() const { return number_; }
  const SubjectKeyFileHeader& header() const { return header_; }

  absl::Status SetHeader(SubjectKeyFileHeader header);
  // Adds kSlotGrowth free slots, and syncs. RESOURCE_EXHAUSTED: full disk; nothing has changed.
  absl::Status Grow();
  absl::Status WriteFree(uint32_t index);
  absl::Status WriteKey(const SlotRef& slot, const SecretKey& key);
  // `images` are whole slots, from `index` on.
  absl::Status WriteImages(uint32_t index, std::string_view images);
  absl::Status ReadImages(uint32_t index, uint32_t count, std::string& images) const;
  // DATA_LOSS: the slot does not hold that generation, or does not unwrap.
  absl::StatusOr<SecretKey> ReadKey(const SlotRef& slot) const;
  absl::Status Sync() { return file_->Sync(); }

  // What a slot's 64 bytes say.
  enum class SlotState { kFree, kLive, kDamaged };
  struct SlotImage {
    SlotState state = SlotState::kDamaged;
    uint64_t generation = 0;
  };
  SlotImage Inspect(std::string_view image) const;

  static void EncodeFree(char* image);
  absl::Status EncodeKey(const SlotRef& slot, const SecretKey& key, char* image) const;
  absl::StatusOr<SecretKey> DecodeKey(const SlotRef& slot, std::string_view image) const;

 private:
  SubjectKeyFile(uint32_t number, std::unique_ptr<File> file, std::unique_ptr<AesSiv> wrap,
                 uint64_t wrap_check)
      : number_(number), file_(std::move(file)), wrap_(std::move(wrap)), wrap_check_(wrap_check) {}
  absl::Status LoadHeader(const std::string& path);

  const uint32_t number_;
  const std::unique_ptr<File> file_;
  const std::unique_ptr<AesSiv> wrap_;
  const uint64_t wrap_check_;  // Tells wrap keys apart; see the format.
  SubjectKeyFileHeader header_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_SUBJECT_KEY_FILE_H_
