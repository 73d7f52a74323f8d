#include "featurestore/store/backup_manifest.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/storage/v1/backup.pb.h"
#include "featurestore/store/little_endian.h"
#include "featurestore/store/times.h"
#include "privacy/hash.h"

namespace bauta {
namespace {

constexpr uint64_t kChunk = uint64_t{1} << 20;  // Bytes.
constexpr std::string_view kTableSuffix = ".sst";

}  // namespace

std::string EncodeBackupManifest(const BackupManifest& manifest) {
  storage::v1::BackupManifest message;
  message.set_store_format(manifest.store_format);
  message.set_region(manifest.region);
  message.set_root_check(manifest.root_check);
  message.set_identity_epoch(manifest.identity_epoch);
  message.set_log_sequence(manifest.log_sequence);
  message.set_time_micros(Micros(manifest.time));
  for (const BackupManifest::DatabaseFile& file : manifest.files) {
    storage::v1::BackupFile& out = *message.add_files();
    out.set_path(file.name);
    out.set_size(file.size);
    if (file.checksum) out.set_checksum(*file.checksum);
  }
  std::string bytes = message.SerializeAsString();
  AppendNumber(Crc32c(bytes), bytes);
  return bytes;
}

absl::StatusOr<BackupManifest> DecodeBackupManifest(std::string_view bytes) {
  storage::v1::BackupManifest message;
  const size_t size = bytes.size() < sizeof(uint32_t) ? 0 : bytes.size() - sizeof(uint32_t);
  const std::string_view body = bytes.substr(0, size);
  if (size == 0 || Crc32c(body) != LoadNumber<uint32_t>(bytes.data() + size) ||
      !message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("the manifest is damaged: its checksum does not hold");
  }
  BackupManifest manifest = {.store_format = message.store_format(),
                             .region = message.region(),
                             .root_check = message.root_check(),
                             .identity_epoch = message.identity_epoch(),
                             .log_sequence = message.log_sequence(),
                             .time = FromMicros(message.time_micros()),
                             .files = {}};
  for (const storage::v1::BackupFile& file : message.files()) {
    manifest.files.push_back({.name = file.path(), .size = file.size(), .checksum = std::nullopt});
    if (file.has_checksum()) manifest.files.back().checksum = file.checksum();
  }
  return manifest;
}

absl::StatusOr<uint32_t> ChecksumFile(const File& file, File* copy) {
  BAUTA_ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  std::string chunk;
  uint32_t checksum = 0;
  for (uint64_t offset = 0; offset < size; offset += chunk.size()) {
    chunk.resize(std::min(kChunk, size - offset));
    BAUTA_RETURN_IF_ERROR(file.Read(offset, chunk.size(), chunk.data()));
    checksum = ExtendCrc32c(checksum, chunk);
    if (copy != nullptr) BAUTA_RETURN_IF_ERROR(copy->Write(offset, chunk));
  }
  if (copy != nullptr) BAUTA_RETURN_IF_ERROR(copy->Sync());
  return checksum;
}

absl::StatusOr<std::vector<BackupManifest::DatabaseFile>> ListDatabaseFiles(FileSystem& files,
                                                                            const std::string& directory) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  std::vector<BackupManifest::DatabaseFile> listed;
  for (const std::string& name : names) {
    BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file,
                           files.Open(absl::StrCat(directory, "/", name), FileSystem::OpenMode::kRead));
    BackupManifest::DatabaseFile& entry = listed.emplace_back();
    entry.name = name;
    BAUTA_ASSIGN_OR_RETURN(entry.size, file->Size());
    if (!std::string_view(name).ends_with(kTableSuffix)) {
      BAUTA_ASSIGN_OR_RETURN(entry.checksum, ChecksumFile(*file, nullptr));
    }
  }
  return listed;
}

}  // namespace bauta
