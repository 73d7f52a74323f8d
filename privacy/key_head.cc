#include "privacy/key_head.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/key_file.h"

namespace bauta {
namespace {

using privacy_internal::LoadUint32;
using privacy_internal::LoadUint64;
using privacy_internal::StoreUint32;
using privacy_internal::StoreUint64;

// docs/key_format.md, "head".
constexpr std::string_view kMagic = "BautaHed";
constexpr uint32_t kFormat = 1;
constexpr size_t kRecordSize = 72;
// Records lie in blocks of their own: no write of one touches a sector of the other.
constexpr uint64_t kRecordStride = 4096;
constexpr uint64_t kFileSize = 2 * kRecordStride;

struct Record {
  uint64_t counter = 0;
  KeyHeadValues values;
};

std::array<char, kRecordSize> Encode(const Record& record) {
  std::array<char, kRecordSize> bytes{};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  StoreUint32(kFormat, bytes.data() + 8);
  StoreUint64(record.counter, bytes.data() + 12);
  StoreUint32(record.values.log_file, bytes.data() + 20);
  StoreUint32(record.values.subjects_file, bytes.data() + 24);
  StoreUint64(record.values.sequence, bytes.data() + 28);
  std::memcpy(bytes.data() + 36, record.values.hash.data(), record.values.hash.size());
  StoreUint32(Crc32c(std::string_view(bytes.data(), kRecordSize - 4)), bytes.data() + kRecordSize - 4);
  return bytes;
}

// nullopt for a record that is torn, damaged, of another format, or was never written.
std::optional<Record> Decode(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic || LoadUint32(bytes.data() + 8) != kFormat ||
      LoadUint32(bytes.data() + kRecordSize - 4) != Crc32c(bytes.substr(0, kRecordSize - 4))) {
    return std::nullopt;
  }
  Record record;
  record.counter = LoadUint64(bytes.data() + 12);
  record.values.log_file = LoadUint32(bytes.data() + 20);
  record.values.subjects_file = LoadUint32(bytes.data() + 24);
  record.values.sequence = LoadUint64(bytes.data() + 28);
  std::memcpy(record.values.hash.data(), bytes.data() + 36, record.values.hash.size());
  return record;
}

std::string PathOf(const std::string& directory) { return directory + "/head"; }

absl::StatusOr<Record> ReadNewest(const File& file, const std::string& path) {
  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  std::optional<Record> newest;
  for (uint64_t begin = 0; begin + kRecordSize <= size && begin < kFileSize; begin += kRecordStride) {
    std::array<char, kRecordSize> bytes;
    BAUTA_RETURN_IF_ERROR(file.Read(begin, bytes.size(), bytes.data()));
    const std::optional<Record> record = Decode(std::string_view(bytes.data(), bytes.size()));
    if (record && (!newest || record->counter > newest->counter)) newest = record;
  }
  if (!newest) {
    return absl::DataLossError(absl::StrCat(path, ": damaged: neither of its two records is whole"));
  }
  return *newest;
}

}  // namespace

absl::Status KeyHead::Create(FileSystem& files, const std::string& directory, const KeyHeadValues& values) {
  std::string bytes(kFileSize, '\0');
  for (uint64_t counter : {uint64_t{1}, uint64_t{2}}) {
    const std::array<char, kRecordSize> record = Encode({.counter = counter, .values = values});
    std::copy(record.begin(), record.end(),
              bytes.begin() + static_cast<ptrdiff_t>(counter % 2 * kRecordStride));
  }
  BAUTA_RETURN_IF_ERROR(privacy_internal::CreateKeyFile(files, PathOf(directory), bytes));
  return files.SyncDirectory(directory);
}

absl::StatusOr<KeyHeadValues> KeyHead::Read(FileSystem& files, const std::string& directory) {
  const std::string path = PathOf(directory);
  BAUTA_RETURN_IF_ERROR(privacy_internal::CheckPrivate(files, path));
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kRead));
  BAUTA_ASSIGN_OR_RETURN(const Record newest, ReadNewest(*file, path));
  return newest.values;
}

absl::StatusOr<std::unique_ptr<KeyHead>> KeyHead::Open(FileSystem& files, const std::string& directory) {
  const std::string path = PathOf(directory);
  BAUTA_RETURN_IF_ERROR(privacy_internal::CheckPrivate(files, path));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kReadWrite));
  BAUTA_ASSIGN_OR_RETURN(const Record newest, ReadNewest(*file, path));
  std::unique_ptr<KeyHead> head(new KeyHead(std::move(file), newest.values, newest.counter));
  // What was just read may never have reached the disk: a killed process leaves unsynced bytes in the page
  // cache, and so does a sync that failed. Nothing may be done on the word of values that a power loss could
  // still take back.
  BAUTA_RETURN_IF_ERROR(head->WriteNext(newest.values));
  return head;
}

KeyHeadValues KeyHead::values() const {
  const std::lock_guard lock(mutex_);
  return values_;
}

absl::Status KeyHead::SetLog(uint32_t log_file, uint64_t sequence, const Sha256Digest& hash) {
  const std::lock_guard lock(mutex_);
  if (sequence < values_.sequence) {
    return absl::InvalidArgumentError(
        absl::StrCat("keys/head: sequence: ", values_.sequence, " or more allowed, got ", sequence));
  }
  KeyHeadValues values = values_;
  values.log_file = log_file;
  values.sequence = sequence;
  values.hash = hash;
  if (log_file != values_.log_file) BAUTA_RETURN_IF_ERROR(WriteNext(values));
  return WriteNext(values);
}

absl::Status KeyHead::SetSubjectsFile(uint32_t subjects_file) {
  const std::lock_guard lock(mutex_);
  KeyHeadValues values = values_;
  values.subjects_file = subjects_file;
  BAUTA_RETURN_IF_ERROR(WriteNext(values));
  return WriteNext(values);
}

absl::Status KeyHead::WriteNext(const KeyHeadValues& values) {
  BAUTA_RETURN_IF_ERROR(failure_);
  const uint64_t counter = counter_ + 1;
  const std::array<char, kRecordSize> record = Encode({.counter = counter, .values = values});
  failure_ = file_->Write(counter % 2 * kRecordStride, std::string_view(record.data(), record.size()));
  if (failure_.ok()) failure_ = file_->Sync();
  BAUTA_RETURN_IF_ERROR(failure_);
  counter_ = counter;
  values_ = values;
  return absl::OkStatus();
}

}  // namespace bauta
