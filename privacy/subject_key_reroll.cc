// The daily re-roll of the wrap key (SubjectKeys::RerollWrapKey).
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "privacy/subject_key_file.h"
#include "privacy/subject_keys.h"

namespace bauta {
namespace {

// Slots rewrapped under one hold of the lock: others wait for about half a millisecond.
constexpr uint32_t kSlotsRewrappedAtOnce = 256;

}  // namespace

absl::Status SubjectKeys::RerollWrapKey(absl::Time now,
                                        const std::function<absl::Status(uint32_t)>& switch_head) {
  {
    const std::unique_lock lock(mutex_);
    BAUTA_RETURN_IF_ERROR(failure_);
    if (rerolling_) return absl::FailedPreconditionError("re-roll of the wrap key: one is running");
    rerolling_ = true;
  }
  // Alone from here on: nobody else changes which file is current.
  const uint32_t old_number = file_number();
  const uint32_t new_number = old_number + 1;
  absl::Status prepared = StartNext(new_number, now);
  if (prepared.ok()) prepared = CopyToNext();
  if (!prepared.ok()) {
    AbandonNext(new_number);
    return prepared;
  }
  // Both files hold all that is durable, and every change goes to both: the switch needs no lock.
  absl::Status switched = switch_head(new_number);
  std::unique_ptr<SubjectKeyFile> old;
  {
    // Both locks: nobody syncs, reads or writes while the files change places.
    const std::lock_guard sync_lock(sync_mutex_);
    const std::unique_lock lock(mutex_);
    if (!switched.ok()) {
      if (failure_.ok()) failure_ = switched;
      return switched;
    }
    old = std::exchange(current_, std::move(next_));
  }
  old.reset();
  absl::Status destroyed = SubjectKeyFile::Destroy(files_, options_.directory, old_number);
  if (destroyed.ok()) destroyed = files_.SyncDirectory(options_.directory);
  const std::unique_lock lock(mutex_);
  rerolling_ = false;
  return destroyed;
}

absl::Status SubjectKeys::StartNext(uint32_t number, absl::Time now) {
  // What an attempt left that failed earlier in this process.
  BAUTA_RETURN_IF_ERROR(SubjectKeyFile::Destroy(files_, options_.directory, number));
  SubjectKeyFileHeader header{.wrap_key_unix_seconds = absl::ToUnixSeconds(now)};
  {
    const std::shared_lock lock(mutex_);
    header.capacity = current_->header().capacity;
  }
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<SubjectKeyFile> next,
                         SubjectKeyFile::Create(files_, options_.directory, number, header, random_));
  const std::unique_lock lock(mutex_);
  while (next->header().capacity < current_->header().capacity) BAUTA_RETURN_IF_ERROR(next->Grow());
  header = next->header();
  header.last_applied_sequence = last_applied_sequence_;
  BAUTA_RETURN_IF_ERROR(next->SetHeader(header));
  next_ = std::move(next);
  next_copied_ = 1;
  return absl::OkStatus();
}

absl::Status SubjectKeys::CopyToNext() {
  for (bool more = true; more;) {
    const std::unique_lock lock(mutex_);
    BAUTA_RETURN_IF_ERROR(failure_);
    BAUTA_RETURN_IF_ERROR(CopySomeToNext());
    more = next_copied_ < generations_.size();
    // Everything is copied: places that the file may yet grow by count as copied too.
    if (!more) next_copied_ = UINT32_MAX;
  }
  BAUTA_RETURN_IF_ERROR(next_->Sync());
  return files_.SyncDirectory(options_.directory);
}

absl::Status SubjectKeys::CopySomeToNext() {
  const uint32_t begin = next_copied_;
  const uint32_t count = std::min(kSlotsRewrappedAtOnce, static_cast<uint32_t>(generations_.size()) - begin);
  std::string from;
  BAUTA_RETURN_IF_ERROR(current_->ReadImages(begin, count, from));
  std::string to(from.size(), '\0');  // A damaged slot becomes zeros, whose checksum does not hold either.
  for (uint32_t i = 0; i < count; ++i) {
    const SlotRef slot{.index = begin + i, .generation = generations_[begin + i]};
    char* const image = to.data() + size_t{i} * kSlotSize;
    if (!slot.empty()) {
      BAUTA_ASSIGN_OR_RETURN(
          const SecretKey key,
          current_->DecodeKey(slot, std::string_view(from).substr(size_t{i} * kSlotSize, kSlotSize)));
      BAUTA_RETURN_IF_ERROR(next_->EncodeKey(slot, key, image));
    } else if (!std::binary_search(damaged_.begin(), damaged_.end(), slot.index)) {
      SubjectKeyFile::EncodeFree(image);
    }
  }
  BAUTA_RETURN_IF_ERROR(next_->WriteImages(begin, to));
  next_copied_ = begin + count;
  return absl::OkStatus();
}

void SubjectKeys::AbandonNext(uint32_t number) {
  std::unique_ptr<SubjectKeyFile> next;
  {
    const std::lock_guard sync_lock(sync_mutex_);
    const std::unique_lock lock(mutex_);
    next = std::move(next_);
    next_copied_ = 0;
  }
  next.reset();
  // Where this fails, the next attempt or the next start removes the rest.
  SubjectKeyFile::Destroy(files_, options_.directory, number).IgnoreError();
  const std::unique_lock lock(mutex_);
  rerolling_ = false;
}

}  // namespace bauta
