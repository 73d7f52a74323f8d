// A keys folder in memory with one pair of key files, opened the way that a start does: by what the head
// names.
#ifndef BAUTA_TESTS_PRIVACY_SUBJECT_KEYS_FIXTURE_H_
#define BAUTA_TESTS_PRIVACY_SUBJECT_KEYS_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "privacy/key_head.h"
#include "privacy/subject_keys.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta::testing {

class SubjectKeysFixture : public ::testing::Test {
 protected:
  static constexpr char kKeys[] = "/keys";

  void SetUp() override {
    ASSERT_TRUE(files_.CreateDirectories(kKeys).ok());
    ASSERT_TRUE(SubjectKeys::Init(files_, kKeys, 1, random_, now_).ok());
    ASSERT_TRUE(KeyHead::Create(files_, kKeys, KeyHeadValues()).ok());
    Reopen();
  }

  absl::StatusOr<std::unique_ptr<SubjectKeys>> TryOpen(size_t cached_keys_max = 4) {
    head_.reset();
    keys_.reset();
    auto head = KeyHead::Open(files_, kKeys);
    if (!head.ok()) return head.status();
    head_ = *std::move(head);
    return SubjectKeys::Open(files_, random_,
                             {.directory = kKeys,
                              .file_number = head_->values().subjects_file,
                              .cached_keys_max = cached_keys_max});
  }
  void Reopen(size_t cached_keys_max = 4) {
    auto keys = TryOpen(cached_keys_max);
    ASSERT_TRUE(keys.ok()) << keys.status();
    keys_ = *std::move(keys);
  }

  SlotRef Create() {
    const auto slot = keys_->Create();
    EXPECT_TRUE(slot.ok()) << slot.status();
    return slot.value_or(SlotRef());
  }
  // The key's bytes; nullopt where the slot is not live.
  std::optional<std::string> KeyOf(const SlotRef& slot) {
    const auto key = keys_->DataKey(slot);
    if (absl::IsNotFound(key.status())) return std::nullopt;
    EXPECT_TRUE(key.ok()) << key.status();
    if (!key.ok()) return std::nullopt;
    const auto bytes = RevealSecret(*key);
    return std::string(bytes.begin(), bytes.end());
  }
  absl::Status Reroll() {
    return keys_->RerollWrapKey(now_ + absl::Hours(24),
                                [this](uint32_t number) { return head_->SetSubjectsFile(number); });
  }
  static std::string Subjects(uint32_t number) { return "/keys/subjects." + std::to_string(number); }
  static std::string Wrap(uint32_t number) { return "/keys/wrap." + std::to_string(number); }
  // Whether `bytes` are on the disk, in a file that there is or in the blocks of one that was unlinked.
  bool OnDisk(const std::string& bytes) const {
    const std::vector<std::string> everything = files_.EverythingOnDisk();
    return std::any_of(everything.begin(), everything.end(),
                       [&](const std::string& file) { return file.find(bytes) != std::string::npos; });
  }

  const absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  FaultyFileSystem files_;
  DeterministicRandom random_;
  std::unique_ptr<KeyHead> head_;
  std::unique_ptr<SubjectKeys> keys_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_PRIVACY_SUBJECT_KEYS_FIXTURE_H_
