#include "privacy/subject_key_file.h"

#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/hash.h"
#include "privacy/key_file.h"

namespace bauta {
namespace {

using privacy_internal::LoadUint32;
using privacy_internal::LoadUint64;
using privacy_internal::NumberedPath;
using privacy_internal::StoreUint32;
using privacy_internal::StoreUint64;

// docs/key_format.md, "subjects.N".
constexpr std::string_view kMagic = "BautaSub";
constexpr uint32_t kFormat = 1;
constexpr size_t kChecksumAt = kSlotSize - 4;
constexpr size_t kWrappedAt = 12;
constexpr size_t kWrappedSize = SecretKey::kSize + kSivOverhead;
static_assert(kWrappedAt + kWrappedSize == kChecksumAt);

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

void StoreChecksum(char* image) {
  StoreUint32(Crc32c(std::string_view(image, kChecksumAt)), image + kChecksumAt);
}
bool ChecksumHolds(std::string_view image) {
  return LoadUint32(image.data() + kChecksumAt) == Crc32c(image.substr(0, kChecksumAt));
}

uint64_t CheckOf(const SivKey& wrap) {
  uint8_t check[8];
  HkdfSha256(RevealSecret(wrap), {}, "check", check);
  return LoadUint64(reinterpret_cast<const char*>(check));
}

// What binds a wrapped key to its place.
std::array<char, 16> AssociatedData(const SlotRef& slot, uint32_t number) {
  std::array<char, 16> data;
  StoreUint32(slot.index, data.data());
  StoreUint64(slot.generation, data.data() + 4);
  StoreUint32(number, data.data() + 12);
  return data;
}

std::array<char, kSlotSize> EncodeHeader(const SubjectKeyFileHeader& header, uint32_t number,
                                         uint64_t wrap_check) {
  std::array<char, kSlotSize> image{};
  std::memcpy(image.data(), kMagic.data(), kMagic.size());
  StoreUint32(kFormat, image.data() + 8);
  StoreUint32(number, image.data() + 12);
  StoreUint64(header.last_applied_sequence, image.data() + 16);
  StoreUint32(header.capacity, image.data() + 24);
  StoreUint64(static_cast<uint64_t>(header.wrap_key_unix_seconds), image.data() + 28);
  StoreUint64(wrap_check, image.data() + 36);
  StoreChecksum(image.data());
  return image;
}

std::string FreeImages(uint32_t count) {
  std::string images(size_t{count} * kSlotSize, '\0');
  for (uint32_t i = 0; i < count; ++i) SubjectKeyFile::EncodeFree(images.data() + size_t{i} * kSlotSize);
  return images;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SubjectKeyFile>> SubjectKeyFile::Create(FileSystem& files,
                                                                       const std::string& directory,
                                                                       uint32_t number,
                                                                       SubjectKeyFileHeader header,
                                                                       RandomSource& random) {
  SivKey wrap_key;
  BAUTA_RETURN_IF_ERROR(random.Fill(wrap_key.Fill()));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<AesSiv> wrap, AesSiv::Create(wrap_key));
  const auto wrap_bytes = RevealSecret(wrap_key);
  BAUTA_RETURN_IF_ERROR(privacy_internal::CreateKeyFile(files, NumberedPath(directory, "wrap", number),
                                                        View(wrap_bytes.data(), wrap_bytes.size())));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files.Open(NumberedPath(directory, "subjects", number),
                                                                FileSystem::OpenMode::kCreate));
  std::unique_ptr<SubjectKeyFile> made(
      new SubjectKeyFile(number, std::move(file), std::move(wrap), CheckOf(wrap_key)));
  // Slot 0 is overwritten by the header last, so that a file that has one is whole.
  const uint32_t capacity = std::max(header.capacity, kSlotGrowth);
  for (uint32_t index = 0; index < capacity; index += kSlotGrowth) {
    BAUTA_RETURN_IF_ERROR(made->WriteImages(index, FreeImages(std::min(kSlotGrowth, capacity - index))));
  }
  BAUTA_RETURN_IF_ERROR(made->Sync());
  header.capacity = capacity;
  BAUTA_RETURN_IF_ERROR(made->SetHeader(header));
  BAUTA_RETURN_IF_ERROR(made->Sync());
  return made;
}

absl::StatusOr<std::unique_ptr<SubjectKeyFile>> SubjectKeyFile::Open(FileSystem& files,
                                                                     const std::string& directory,
                                                                     uint32_t number) {
  SivKey wrap_key;
  BAUTA_RETURN_IF_ERROR(
      privacy_internal::ReadKeyFile(files, NumberedPath(directory, "wrap", number), wrap_key.Fill()));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<AesSiv> wrap, AesSiv::Create(wrap_key));
  const std::string path = NumberedPath(directory, "subjects", number);
  BAUTA_RETURN_IF_ERROR(privacy_internal::CheckPrivate(files, path));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kReadWrite));
  std::unique_ptr<SubjectKeyFile> opened(
      new SubjectKeyFile(number, std::move(file), std::move(wrap), CheckOf(wrap_key)));
  BAUTA_RETURN_IF_ERROR(opened->LoadHeader(path));
  return opened;
}

absl::Status SubjectKeyFile::Destroy(FileSystem& files, const std::string& directory, uint32_t number) {
  BAUTA_RETURN_IF_ERROR(DestroyFile(files, NumberedPath(directory, "wrap", number)));
  return DestroyFile(files, NumberedPath(directory, "subjects", number));
}

absl::Status SubjectKeyFile::LoadHeader(const std::string& path) {
  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, file_->Size());
  if (size < kSlotSize)
    return absl::DataLossError(absl::StrCat(path, ": cut: ", size, " bytes, no whole header"));
  std::array<char, kSlotSize> image;
  BAUTA_RETURN_IF_ERROR(file_->Read(0, image.size(), image.data()));
  const std::string_view view(image.data(), image.size());
  if (view.substr(0, kMagic.size()) != kMagic || !ChecksumHolds(view)) {
    return absl::DataLossError(absl::StrCat(path, ": the header is damaged"));
  }
  if (const uint32_t format = LoadUint32(image.data() + 8); format != kFormat) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": format ", kFormat, " allowed, the file has ",
                                                      format, ": a newer version wrote it"));
  }
  if (const uint32_t number = LoadUint32(image.data() + 12); number != number_) {
    return absl::DataLossError(absl::StrCat(path, ": its header says it is subjects.", number));
  }
  if (LoadUint64(image.data() + 36) != wrap_check_) {
    return absl::DataLossError(
        absl::StrCat(path, ": wrap.", number_, " is not the key that it was written under"));
  }
  header_.last_applied_sequence = LoadUint64(image.data() + 16);
  header_.capacity = LoadUint32(image.data() + 24);
  header_.wrap_key_unix_seconds = static_cast<int64_t>(LoadUint64(image.data() + 28));
  if (size < uint64_t{header_.capacity} * kSlotSize) {
    return absl::DataLossError(absl::StrCat(path, ": cut: ", uint64_t{header_.capacity} * kSlotSize,
                                            " bytes expected, it has ", size));
  }
  return absl::OkStatus();
}

absl::Status SubjectKeyFile::SetHeader(SubjectKeyFileHeader header) {
  const std::array<char, kSlotSize> image = EncodeHeader(header, number_, wrap_check_);
  BAUTA_RETURN_IF_ERROR(file_->Write(0, std::string_view(image.data(), image.size())));
  header_ = header;
  return absl::OkStatus();
}

absl::Status SubjectKeyFile::Grow() {
  if (header_.capacity > UINT32_MAX - kSlotGrowth) {
    return absl::ResourceExhaustedError(
        "keys/subjects: no more slots: the file has the largest size there is");
  }
  // Synced before the header counts it: a header never promises slots that a crash can take.
  BAUTA_RETURN_IF_ERROR(WriteImages(header_.capacity, FreeImages(kSlotGrowth)));
  BAUTA_RETURN_IF_ERROR(Sync());
  SubjectKeyFileHeader header = header_;
  header.capacity += kSlotGrowth;
  return SetHeader(header);
}

absl::Status SubjectKeyFile::WriteFree(uint32_t index) {
  std::array<char, kSlotSize> image;
  EncodeFree(image.data());
  return WriteImages(index, std::string_view(image.data(), image.size()));
}

absl::Status SubjectKeyFile::WriteKey(const SlotRef& slot, const SecretKey& key) {
  std::array<char, kSlotSize> image;
  BAUTA_RETURN_IF_ERROR(EncodeKey(slot, key, image.data()));
  return WriteImages(slot.index, std::string_view(image.data(), image.size()));
}

absl::Status SubjectKeyFile::WriteImages(uint32_t index, std::string_view images) {
  return file_->Write(uint64_t{index} * kSlotSize, images);
}

absl::Status SubjectKeyFile::ReadImages(uint32_t index, uint32_t count, std::string& images) const {
  images.resize(size_t{count} * kSlotSize);
  return file_->Read(uint64_t{index} * kSlotSize, images.size(), images.data());
}

absl::StatusOr<SecretKey> SubjectKeyFile::ReadKey(const SlotRef& slot) const {
  std::array<char, kSlotSize> image;
  BAUTA_RETURN_IF_ERROR(file_->Read(uint64_t{slot.index} * kSlotSize, image.size(), image.data()));
  return DecodeKey(slot, std::string_view(image.data(), image.size()));
}

SubjectKeyFile::SlotImage SubjectKeyFile::Inspect(std::string_view image) const {
  if (!ChecksumHolds(image)) return {};
  const uint64_t generation = LoadUint64(image.data());
  if (generation == 0) return {.state = SlotState::kFree, .generation = 0};
  if (LoadUint32(image.data() + 8) != number_) return {};
  return {.state = SlotState::kLive, .generation = generation};
}

void SubjectKeyFile::EncodeFree(char* image) {
  std::memset(image, 0, kSlotSize);
  StoreChecksum(image);
}

absl::Status SubjectKeyFile::EncodeKey(const SlotRef& slot, const SecretKey& key, char* image) const {
  StoreUint64(slot.generation, image);
  StoreUint32(number_, image + 8);
  const std::array<char, 16> associated = AssociatedData(slot, number_);
  const auto bytes = RevealSecret(key);
  BAUTA_RETURN_IF_ERROR(wrap_->Seal({std::string_view(associated.data(), associated.size())},
                                    View(bytes.data(), bytes.size()),
                                    std::span(reinterpret_cast<uint8_t*>(image) + kWrappedAt, kWrappedSize)));
  StoreChecksum(image);
  return absl::OkStatus();
}

absl::StatusOr<SecretKey> SubjectKeyFile::DecodeKey(const SlotRef& slot, std::string_view image) const {
  SecretKey key;
  const std::array<char, 16> associated = AssociatedData(slot, number_);
  if (!ChecksumHolds(image) || LoadUint64(image.data()) != slot.generation ||
      !wrap_
           ->Open({std::string_view(associated.data(), associated.size())},
                  image.substr(kWrappedAt, kWrappedSize), key.Fill())
           .ok()) {
    return absl::DataLossError(absl::StrCat("keys/subjects.", number_, ": slot ", slot.index, " is damaged"));
  }
  return key;
}

}  // namespace bauta
