#include "privacy/subject_keys.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/data_key_cache.h"
#include "privacy/key_file.h"
#include "privacy/subject_key_file.h"

namespace bauta {
namespace {

constexpr uint32_t kSlotsReadAtOnce = 4096;

}  // namespace

absl::Status SubjectKeys::Init(FileSystem& files, const std::string& directory, uint32_t file_number,
                               RandomSource& random, absl::Time now) {
  const SubjectKeyFileHeader header{.wrap_key_unix_seconds = absl::ToUnixSeconds(now)};
  BAUTA_RETURN_IF_ERROR(SubjectKeyFile::Create(files, directory, file_number, header, random).status());
  return files.SyncDirectory(directory);
}

SubjectKeys::SubjectKeys(FileSystem& files, RandomSource& random, const Options& options)
    : files_(files),
      random_(random),
      options_(options),
      cache_(std::make_unique<DataKeyCache>(options.cached_keys_max)) {}

SubjectKeys::~SubjectKeys() = default;

absl::StatusOr<std::unique_ptr<SubjectKeys>> SubjectKeys::Open(FileSystem& files, RandomSource& random,
                                                               const Options& options) {
  std::unique_ptr<SubjectKeys> keys(new SubjectKeys(files, random, options));
  BAUTA_ASSIGN_OR_RETURN(keys->current_, SubjectKeyFile::Open(files, options.directory, options.file_number));
  // A killed process leaves unsynced bytes in the page cache: what is read below must not be taken back by a
  // power loss.
  BAUTA_RETURN_IF_ERROR(keys->current_->Sync());
  BAUTA_RETURN_IF_ERROR(keys->Load());
  BAUTA_RETURN_IF_ERROR(keys->RemoveLeftovers());
  return keys;
}

absl::Status SubjectKeys::Load() {
  const uint32_t capacity = current_->header().capacity;
  last_applied_sequence_ = current_->header().last_applied_sequence;
  generations_.assign(capacity, 0);
  std::string images;
  for (uint32_t begin = 0; begin < capacity; begin += kSlotsReadAtOnce) {
    const uint32_t count = std::min(kSlotsReadAtOnce, capacity - begin);
    BAUTA_RETURN_IF_ERROR(current_->ReadImages(begin, count, images));
    for (uint32_t i = begin == 0 ? 1 : 0; i < count; ++i) {
      const auto slot = current_->Inspect(std::string_view(images).substr(size_t{i} * kSlotSize, kSlotSize));
      switch (slot.state) {
        case SubjectKeyFile::SlotState::kFree:
          free_.push_back(begin + i);
          break;
        case SubjectKeyFile::SlotState::kLive:
          generations_[begin + i] = slot.generation;
          ++live_count_;
          break;
        case SubjectKeyFile::SlotState::kDamaged:
          damaged_.push_back(begin + i);
          break;
      }
    }
  }
  std::reverse(free_.begin(), free_.end());  // Taken from the back: low places first.
  return absl::OkStatus();
}

absl::Status SubjectKeys::RemoveLeftovers() {
  const uint32_t live = options_.file_number;
  std::vector<uint32_t> numbers;
  for (const char* stem : {"subjects", "wrap"}) {
    BAUTA_ASSIGN_OR_RETURN(const std::vector<uint32_t> found,
                           privacy_internal::ListNumbered(files_, options_.directory, stem));
    for (uint32_t number : found) {
      if (number == live) continue;
      if (number + 1 != live && number != live + 1) {
        return absl::FailedPreconditionError(absl::StrCat(
            options_.directory, "/", stem, ".", number, ": head names ", live,
            ", and no re-roll leaves this behind: is head or are the files from a backup of another day?"));
      }
      numbers.push_back(number);
    }
  }
  for (uint32_t number : numbers) {
    BAUTA_RETURN_IF_ERROR(SubjectKeyFile::Destroy(files_, options_.directory, number));
  }
  return numbers.empty() ? absl::OkStatus() : files_.SyncDirectory(options_.directory);
}

// A full disk is the one failure after which the file is still known.
absl::Status SubjectKeys::Fail(absl::Status status) {
  if (!absl::IsResourceExhausted(status) && failure_.ok()) failure_ = status;
  return status;
}

absl::Status SubjectKeys::WriteSlot(const SlotRef& slot, const SecretKey* key) {
  for (SubjectKeyFile* file : {current_.get(), next_.get()}) {
    if (file == nullptr || (file == next_.get() && slot.index >= next_copied_)) continue;
    absl::Status status = key == nullptr ? file->WriteFree(slot.index) : file->WriteKey(slot, *key);
    if (!status.ok()) return Fail(std::move(status));
  }
  return absl::OkStatus();
}

absl::Status SubjectKeys::Grow() {
  const auto known = static_cast<uint32_t>(generations_.size());
  // An earlier attempt may have got as far as one of the two.
  for (SubjectKeyFile* file : {current_.get(), next_.get()}) {
    if (file == nullptr || file->header().capacity > known) continue;
    if (absl::Status status = file->Grow(); !status.ok()) return Fail(std::move(status));
  }
  generations_.resize(current_->header().capacity, 0);
  for (uint32_t index = current_->header().capacity; index > known; --index) free_.push_back(index - 1);
  return absl::OkStatus();
}

// Leaves at the back of free_ the place to take.
absl::Status SubjectKeys::MakePlace(Place place, uint64_t random) {
  const size_t wanted = place == Place::kRandom ? std::max<size_t>(live_count_, 1) : 1;
  while (free_.size() < wanted) BAUTA_RETURN_IF_ERROR(Grow());
  if (place == Place::kRandom) std::swap(free_[random % free_.size()], free_.back());
  return absl::OkStatus();
}

absl::StatusOr<SlotRef> SubjectKeys::Create(Place place) {
  SecretKey key;
  BAUTA_RETURN_IF_ERROR(random_.Fill(key.Fill()));
  uint8_t random[8];
  BAUTA_RETURN_IF_ERROR(random_.Fill(random));
  SlotRef slot;
  while (slot.generation == 0) {
    uint8_t generation[8];
    BAUTA_RETURN_IF_ERROR(random_.Fill(generation));
    slot.generation = privacy_internal::LoadUint64(reinterpret_cast<const char*>(generation));
  }
  const std::unique_lock lock(mutex_);
  BAUTA_RETURN_IF_ERROR(failure_);
  BAUTA_RETURN_IF_ERROR(
      MakePlace(place, privacy_internal::LoadUint64(reinterpret_cast<const char*>(random))));
  slot.index = free_.back();
  BAUTA_RETURN_IF_ERROR(WriteSlot(slot, &key));
  free_.pop_back();
  generations_[slot.index] = slot.generation;
  ++live_count_;
  cache_->Put(slot, key);
  return slot;
}

absl::Status SubjectKeys::Destroy(const SlotRef& slot) {
  const std::unique_lock lock(mutex_);
  BAUTA_RETURN_IF_ERROR(failure_);
  if (slot.empty() || slot.index == 0 || slot.index >= generations_.size()) return absl::OkStatus();
  if (generations_[slot.index] != slot.generation) {
    // Its place may have been overwritten by a process whose sync failed: only writing it again makes that
    // durable.
    const bool free =
        generations_[slot.index] == 0 && !std::binary_search(damaged_.begin(), damaged_.end(), slot.index);
    return free ? WriteSlot(slot, nullptr) : absl::OkStatus();
  }
  BAUTA_RETURN_IF_ERROR(WriteSlot(slot, nullptr));
  generations_[slot.index] = 0;
  --live_count_;
  freed_unsynced_.push_back(slot.index);
  cache_->Erase(slot);
  return absl::OkStatus();
}

absl::Status SubjectKeys::Sync() {
  // Holds the two files in place: a re-roll changes them under this lock only.
  const std::lock_guard sync_lock(sync_mutex_);
  SubjectKeyFile* next = nullptr;
  std::vector<uint32_t> freed;
  {
    const std::unique_lock lock(mutex_);
    BAUTA_RETURN_IF_ERROR(failure_);
    next = next_.get();
    freed.swap(freed_unsynced_);
  }
  absl::Status status = current_->Sync();
  if (status.ok() && next != nullptr) status = next->Sync();
  const std::unique_lock lock(mutex_);
  if (!status.ok()) {
    if (failure_.ok()) failure_ = status;  // A full disk included: what was to be synced is lost.
    return status;
  }
  free_.insert(free_.end(), freed.begin(), freed.end());
  return absl::OkStatus();
}

absl::StatusOr<SecretKey> SubjectKeys::DataKey(const SlotRef& slot) const {
  // Held until the key is in the cache, so that a key destroyed meanwhile does not stay there.
  const std::shared_lock lock(mutex_);
  if (slot.empty() || slot.index >= generations_.size() || generations_[slot.index] != slot.generation) {
    return absl::NotFoundError("");
  }
  if (std::optional<SecretKey> cached = cache_->Find(slot)) return *std::move(cached);
  BAUTA_ASSIGN_OR_RETURN(SecretKey key, current_->ReadKey(slot));
  cache_->Put(slot, key);
  return key;
}

bool SubjectKeys::IsLive(const SlotRef& slot) const {
  const std::shared_lock lock(mutex_);
  return !slot.empty() && slot.index < generations_.size() && generations_[slot.index] == slot.generation;
}

std::vector<SlotRef> SubjectKeys::LiveSlots() const {
  const std::shared_lock lock(mutex_);
  std::vector<SlotRef> live;
  live.reserve(live_count_);
  for (uint32_t index = 1; index < generations_.size(); ++index) {
    if (generations_[index] != 0) live.push_back({.index = index, .generation = generations_[index]});
  }
  return live;
}

size_t SubjectKeys::live_count() const {
  const std::shared_lock lock(mutex_);
  return live_count_;
}

std::vector<uint32_t> SubjectKeys::DamagedSlots() const {
  const std::shared_lock lock(mutex_);
  return damaged_;
}

absl::Status SubjectKeys::ReclaimDamaged(uint32_t index) {
  const std::unique_lock lock(mutex_);
  BAUTA_RETURN_IF_ERROR(failure_);
  const auto found = std::find(damaged_.begin(), damaged_.end(), index);
  if (found == damaged_.end()) return absl::OkStatus();
  BAUTA_RETURN_IF_ERROR(WriteSlot({.index = index}, nullptr));
  damaged_.erase(found);
  freed_unsynced_.push_back(index);
  return absl::OkStatus();
}

uint64_t SubjectKeys::last_applied_sequence() const {
  const std::shared_lock lock(mutex_);
  return last_applied_sequence_;
}

absl::Status SubjectKeys::SetLastAppliedSequence(uint64_t sequence) {
  const std::unique_lock lock(mutex_);
  BAUTA_RETURN_IF_ERROR(failure_);
  for (SubjectKeyFile* file : {current_.get(), next_.get()}) {
    if (file == nullptr) continue;
    SubjectKeyFileHeader header = file->header();
    header.last_applied_sequence = sequence;
    if (absl::Status status = file->SetHeader(header); !status.ok()) return Fail(std::move(status));
  }
  last_applied_sequence_ = sequence;
  return absl::OkStatus();
}

uint32_t SubjectKeys::file_number() const {
  const std::shared_lock lock(mutex_);
  return current_->number();
}

absl::Time SubjectKeys::wrap_key_time() const {
  const std::shared_lock lock(mutex_);
  return absl::FromUnixSeconds(current_->header().wrap_key_unix_seconds);
}

}  // namespace bauta
