#include "tests/testing/faulty_file_system.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta::testing {
namespace {

constexpr size_t kSector = 512;

std::string Parent(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }
std::string Normal(const std::string& path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

}  // namespace

struct FaultyFileSystem::Inode {
  std::string bytes;
  std::string durable;
  std::set<size_t> dirty;  // Sectors that the next good sync makes durable.
  bool size_dirty = false;
  mode_t permissions = 0600;

  void Touch(uint64_t begin, uint64_t end) {
    for (uint64_t sector = begin / kSector; sector * kSector < end; ++sector) dirty.insert(sector);
  }
  void CopySector(size_t sector, const std::string& from, std::string& to) const {
    const size_t begin = sector * kSector;
    if (begin >= from.size()) return;
    const size_t size = std::min(kSector, from.size() - begin);
    if (to.size() < begin + size) to.resize(begin + size);
    std::memcpy(to.data() + begin, from.data() + begin, size);
  }
};

class FaultyFileSystem::Handle final : public File {
 public:
  Handle(FaultyFileSystem* owner, std::shared_ptr<Inode> inode, std::string path, bool writable)
      : owner_(owner),
        inode_(std::move(inode)),
        path_(std::move(path)),
        writable_(writable),
        life_(owner->life_) {}

  absl::Status Read(uint64_t offset, size_t size, char* out) const override {
    const std::lock_guard lock(owner_->mutex_);
    BAUTA_RETURN_IF_ERROR(CheckAlive());
    if (offset + size > inode_->bytes.size()) {
      return absl::DataLossError(absl::StrCat("read ", path_, ": ends before byte ", offset + size));
    }
    std::memcpy(out, inode_->bytes.data() + offset, size);
    return absl::OkStatus();
  }

  absl::Status Write(uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(owner_->mutex_);
    BAUTA_RETURN_IF_ERROR(CheckAlive());
    if (!writable_) return absl::InternalError(absl::StrCat("write ", path_, ": opened for reading"));
    BAUTA_RETURN_IF_ERROR(owner_->Change(owner_->write_failure_, absl::StrCat("write ", path_)));
    const uint64_t end = offset + bytes.size();
    const uint64_t growth = end > inode_->bytes.size() ? end - inode_->bytes.size() : 0;
    if (growth > 0 && owner_->TotalSize() + growth > owner_->capacity_) {
      return absl::ResourceExhaustedError(absl::StrCat("write ", path_, ": No space left on device"));
    }
    if (growth > 0) {
      inode_->Touch(inode_->bytes.size(), end);
      inode_->bytes.resize(end);
      inode_->size_dirty = true;
    }
    std::memcpy(inode_->bytes.data() + offset, bytes.data(), bytes.size());
    inode_->Touch(offset, end);
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> Size() const override {
    const std::lock_guard lock(owner_->mutex_);
    BAUTA_RETURN_IF_ERROR(CheckAlive());
    return inode_->bytes.size();
  }

  absl::Status Truncate(uint64_t size) override {
    const std::lock_guard lock(owner_->mutex_);
    BAUTA_RETURN_IF_ERROR(CheckAlive());
    BAUTA_RETURN_IF_ERROR(owner_->Operation(absl::StrCat("truncate ", path_)));
    if (size > inode_->bytes.size() &&
        owner_->TotalSize() + size - inode_->bytes.size() > owner_->capacity_) {
      return absl::ResourceExhaustedError(absl::StrCat("truncate ", path_, ": No space left on device"));
    }
    if (size > inode_->bytes.size()) inode_->Touch(inode_->bytes.size(), size);
    inode_->bytes.resize(size);
    inode_->size_dirty = true;
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    const std::lock_guard lock(owner_->mutex_);
    BAUTA_RETURN_IF_ERROR(CheckAlive());
    ++owner_->syncs_;
    const absl::Status status = owner_->Change(owner_->sync_failure_, absl::StrCat("sync ", path_));
    if (status.ok()) {
      for (size_t sector : inode_->dirty) inode_->CopySector(sector, inode_->bytes, inode_->durable);
      if (inode_->size_dirty) inode_->durable.resize(inode_->bytes.size());
    }
    inode_->dirty.clear();
    inode_->size_dirty = false;
    return status;
  }

 private:
  absl::Status CheckAlive() const {
    return life_ == owner_->life_ ? absl::OkStatus()
                                  : absl::InternalError(absl::StrCat(path_, ": opened before the crash"));
  }

  FaultyFileSystem* const owner_;
  const std::shared_ptr<Inode> inode_;
  const std::string path_;
  const bool writable_;
  const uint64_t life_;
};

FaultyFileSystem::FaultyFileSystem() { directories_["/"] = 0700; }
FaultyFileSystem::~FaultyFileSystem() = default;

absl::StatusOr<std::unique_ptr<File>> FaultyFileSystem::Open(const std::string& raw_path, OpenMode mode) {
  const std::lock_guard lock(mutex_);
  const std::string path = Normal(raw_path);
  const auto found = names_.find(path);
  if (mode == OpenMode::kCreate) {
    if (found != names_.end()) return absl::AlreadyExistsError(absl::StrCat("open ", path, ": File exists"));
    if (!directories_.contains(Parent(path))) {
      return absl::NotFoundError(absl::StrCat("open ", path, ": No such file or directory"));
    }
    BAUTA_RETURN_IF_ERROR(Operation(absl::StrCat("create ", path)));
    auto inode = std::make_shared<Inode>();
    inodes_.push_back(inode);
    names_[path] = inode;
    return std::make_unique<Handle>(this, std::move(inode), path, true);
  }
  if (found == names_.end())
    return absl::NotFoundError(absl::StrCat("open ", path, ": No such file or directory"));
  if ((found->second->permissions & 0400) == 0) {
    return absl::PermissionDeniedError(absl::StrCat("open ", path, ": Permission denied"));
  }
  return std::make_unique<Handle>(this, found->second, path, mode == OpenMode::kReadWrite);
}

absl::StatusOr<FileAttributes> FaultyFileSystem::Attributes(const std::string& raw_path) const {
  const std::lock_guard lock(mutex_);
  const std::string path = Normal(raw_path);
  if (const auto directory = directories_.find(path); directory != directories_.end()) {
    return FileAttributes{
        .permissions = directory->second, .owner = 0, .is_directory = true, .modify_time = {}};
  }
  const auto found = names_.find(path);
  if (found == names_.end())
    return absl::NotFoundError(absl::StrCat("stat ", path, ": No such file or directory"));
  return FileAttributes{
      .permissions = found->second->permissions, .owner = 0, .is_directory = false, .modify_time = {}};
}

absl::StatusOr<std::vector<std::string>> FaultyFileSystem::List(const std::string& raw_path) const {
  const std::lock_guard lock(mutex_);
  const std::string directory = Normal(raw_path);
  if (!directories_.contains(directory)) {
    return absl::NotFoundError(absl::StrCat("list ", directory, ": No such file or directory"));
  }
  std::vector<std::string> names;
  for (const auto& [path, inode] : names_) {
    if (Parent(path) == directory) names.push_back(std::filesystem::path(path).filename().string());
  }
  for (const auto& [path, permissions] : directories_) {
    if (path != "/" && Parent(path) == directory)
      names.push_back(std::filesystem::path(path).filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status FaultyFileSystem::Rename(const std::string& raw_from, const std::string& raw_to) {
  const std::lock_guard lock(mutex_);
  const std::string from = Normal(raw_from);
  const std::string to = Normal(raw_to);
  const auto found = names_.find(from);
  if (found == names_.end())
    return absl::NotFoundError(absl::StrCat("rename ", from, ": No such file or directory"));
  BAUTA_RETURN_IF_ERROR(Operation(absl::StrCat("rename ", from)));
  std::shared_ptr<Inode> inode = found->second;
  names_.erase(found);
  names_[to] = std::move(inode);
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::Remove(const std::string& raw_path) {
  const std::lock_guard lock(mutex_);
  const std::string path = Normal(raw_path);
  if (!names_.contains(path))
    return absl::NotFoundError(absl::StrCat("remove ", path, ": No such file or directory"));
  BAUTA_RETURN_IF_ERROR(Operation(absl::StrCat("remove ", path)));
  names_.erase(path);
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::CreateDirectories(const std::string& raw_path) {
  const std::lock_guard lock(mutex_);
  for (std::filesystem::path made; const auto& part : std::filesystem::path(Normal(raw_path))) {
    made /= part;
    if (names_.contains(made.string())) {
      return absl::AlreadyExistsError(
          absl::StrCat("make directory ", raw_path, ": a file of that name exists"));
    }
    directories_.emplace(made.string(), 0700);
  }
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::SyncDirectory(const std::string& raw_path) {
  const std::lock_guard lock(mutex_);
  const std::string directory = Normal(raw_path);
  if (!directories_.contains(directory)) {
    return absl::NotFoundError(absl::StrCat("open ", directory, ": No such file or directory"));
  }
  ++syncs_;
  BAUTA_RETURN_IF_ERROR(Change(sync_failure_, absl::StrCat("sync ", directory)));
  std::erase_if(durable_names_, [&](const auto& entry) { return Parent(entry.first) == directory; });
  for (const auto& [path, inode] : names_) {
    if (Parent(path) == directory) durable_names_[path] = inode;
  }
  return absl::OkStatus();
}

void FaultyFileSystem::Restart() {
  ++life_;
  sync_failure_ = 0;
  write_failure_ = 0;
  operations_left_ = -1;
  capacity_ = UINT64_MAX;
}

void FaultyFileSystem::Crash() {
  const std::lock_guard lock(mutex_);
  names_ = durable_names_;
  for (const std::shared_ptr<Inode>& inode : inodes_) {
    inode->bytes = inode->durable;
    inode->dirty.clear();
    inode->size_dirty = false;
  }
  Restart();
}

void FaultyFileSystem::CrashKeepingSome(uint64_t seed) {
  const std::lock_guard lock(mutex_);
  std::mt19937_64 random(seed);
  const auto keep = [&] { return (random() & 1) != 0; };
  for (const std::shared_ptr<Inode>& inode : inodes_) {
    for (size_t sector : inode->dirty) {
      if (keep()) inode->CopySector(sector, inode->bytes, inode->durable);
    }
    if (inode->size_dirty && keep()) inode->durable.resize(inode->bytes.size());
    inode->bytes = inode->durable;
    inode->dirty.clear();
    inode->size_dirty = false;
  }
  Names kept = durable_names_;
  for (const auto& [path, inode] : names_) {
    const auto before = durable_names_.find(path);
    if ((before == durable_names_.end() || before->second != inode) && keep()) kept[path] = inode;
  }
  for (const auto& [path, inode] : durable_names_) {
    if (!names_.contains(path) && keep()) kept.erase(path);
  }
  names_ = durable_names_ = std::move(kept);
  Restart();
}

void FaultyFileSystem::Kill() {
  const std::lock_guard lock(mutex_);
  Restart();
}

void FaultyFileSystem::LiftFaults() {
  const std::lock_guard lock(mutex_);
  sync_failure_ = 0;
  write_failure_ = 0;
  operations_left_ = -1;
  capacity_ = UINT64_MAX;
}

bool FaultyFileSystem::stopped() const {
  const std::lock_guard lock(mutex_);
  return operations_left_ == 0;
}

int FaultyFileSystem::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

int FaultyFileSystem::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

absl::Status FaultyFileSystem::Operation(const std::string& what) {
  if (operations_left_ == 0) return absl::InternalError(absl::StrCat(what, ": the process was stopped here"));
  if (operations_left_ > 0) --operations_left_;
  ++operations_;
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::Change(int& nth_failure, const std::string& what) {
  BAUTA_RETURN_IF_ERROR(Operation(what));
  if (nth_failure > 0 && --nth_failure == 0)
    return absl::InternalError(absl::StrCat(what, ": Input/output error"));
  return absl::OkStatus();
}

uint64_t FaultyFileSystem::TotalSize() const {
  uint64_t total = 0;
  for (const auto& [path, inode] : names_) total += inode->bytes.size();
  return total;
}

void FaultyFileSystem::SetPermissions(const std::string& raw_path, mode_t permissions) {
  const std::lock_guard lock(mutex_);
  const std::string path = Normal(raw_path);
  if (const auto directory = directories_.find(path); directory != directories_.end()) {
    directory->second = permissions;
  } else {
    names_.at(path)->permissions = permissions;
  }
}

std::string FaultyFileSystem::Bytes(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return names_.at(Normal(path))->bytes;
}

bool FaultyFileSystem::Exists(const std::string& raw_path) const {
  const std::lock_guard lock(mutex_);
  const std::string path = Normal(raw_path);
  return names_.contains(path) || directories_.contains(path);
}

void FaultyFileSystem::Edit(const std::string& path, const std::function<void(std::string&)>& change) {
  const std::lock_guard lock(mutex_);
  Inode& inode = *names_.at(Normal(path));
  change(inode.bytes);
  inode.durable = inode.bytes;
  inode.dirty.clear();
  inode.size_dirty = false;
}

void FaultyFileSystem::Put(const std::string& raw_path, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const std::string path = Normal(raw_path);
  directories_.at(Parent(path));
  auto inode = std::make_shared<Inode>();
  inode->bytes = inode->durable = std::string(bytes);
  inodes_.push_back(inode);
  names_[path] = durable_names_[path] = std::move(inode);
}

std::vector<std::string> FaultyFileSystem::EverythingOnDisk() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> everything;
  everything.reserve(inodes_.size());
  for (const std::shared_ptr<Inode>& inode : inodes_) everything.push_back(inode->durable);
  return everything;
}

}  // namespace bauta::testing
