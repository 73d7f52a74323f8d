// What the tests of the rights log share: a keys folder and a log in files that crash when told to.
#ifndef BAUTA_TESTS_FEATURESTORE_RIGHTS_LOG_FIXTURE_H_
#define BAUTA_TESTS_FEATURESTORE_RIGHTS_LOG_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "featurestore/store/rights_log.h"
#include "featurestore/store/rights_log_format.h"
#include "privacy/key_head.h"
#include "privacy/key_ring.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta::testing {

inline constexpr char kStore[] = "/store";
inline constexpr char kKeys[] = "/store/keys";
inline constexpr char kSecond[] = "/second";
inline constexpr char kLogPath[] = "/store/rights.log.1";
inline constexpr char kSecondLogPath[] = "/second/rights.log.1";

MATCHER_P(HasCode, code, "has that status code") {
  const absl::Status status(arg);
  *result_listener << status.ToString();
  return status.code() == code;
}
MATCHER_P(HasMessage, matcher, "has a message that fits") {
  const absl::Status status(arg);
  return ::testing::ExplainMatchResult(matcher, std::string(status.message()), result_listener);
}

class RightsLogFixture : public ::testing::Test {
 protected:
  RightsLogFixture() {
    EXPECT_TRUE(files_.CreateDirectories(kStore).ok());
    EXPECT_TRUE(InitKeys(files_, kKeys, random_, absl::FromUnixSeconds(1'700'000'000)).ok());
    OpenHead();
  }

  RightsLog::Options Options() const {
    return {.directory = kStore, .second_directory = two_copies_ ? kSecond : ""};
  }

  void OpenHead() {
    head_ = nullptr;
    auto head = KeyHead::Open(files_, kKeys);
    ASSERT_TRUE(head.ok()) << head.status();
    head_ = *std::move(head);
  }

  void CreateLog() {
    const absl::Status created = RightsLog::Create(files_, Options(), *head_);
    ASSERT_TRUE(created.ok()) << created;
    ASSERT_TRUE(OpenLog().ok());
  }

  absl::Status OpenLog() {
    log_ = nullptr;
    recovery_ = {};
    auto log = RightsLog::Open(files_, Options(), *head_, &recovery_);
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    return absl::OkStatus();
  }

  // Head and log, as a process does that starts anew.
  absl::Status Restart() {
    OpenHead();
    return OpenLog();
  }

  RightsLog::NewEntry NextEntry(uint64_t ahead = 1, std::string payload = "") const {
    RightsLog::NewEntry entry;
    entry.header.sequence = log_->last_sequence() + ahead;
    entry.header.type = RightsEntryType::kAdministrativeAct;
    entry.header.slot = {.index = 7, .generation = 0x1122334455667788};
    entry.payload = payload.empty() ? "payload of " + std::to_string(entry.header.sequence) : payload;
    return entry;
  }

  // Appends one entry, synced; named by the head where `commit`.
  void Append(bool commit = true, std::string payload = "") {
    const std::vector<RightsLog::NewEntry> entries = {NextEntry(1, std::move(payload))};
    ASSERT_TRUE(log_->Append(entries).ok());
    ASSERT_TRUE(log_->Sync().ok());
    if (commit) {
      ASSERT_TRUE(head_->SetLog(1, log_->last_sequence(), log_->last_hash()).ok());
    }
  }

  // Where each entry begins, and last the end of the file.
  std::vector<size_t> Boundaries(const std::string& bytes) const {
    std::vector<size_t> begins = {kRightsLogFileHeaderSize};
    while (begins.back() < bytes.size()) {
      const auto size =
          DecodeEntrySize(std::string_view(bytes).substr(begins.back(), kRightsEntryHeaderSize));
      if (!size.ok()) break;
      begins.push_back(begins.back() + *size);
    }
    return begins;
  }

  std::vector<uint64_t> SequencesAfter(uint64_t sequence) const {
    std::vector<uint64_t> sequences;
    EXPECT_TRUE(log_->ForEachAfter(sequence,
                                   [&](const RightsEntry& entry) {
                                     sequences.push_back(entry.header.sequence);
                                     return absl::OkStatus();
                                   })
                    .ok());
    return sequences;
  }

  FaultyFileSystem files_;
  DeterministicRandom random_;
  bool two_copies_ = false;
  std::unique_ptr<KeyHead> head_;
  std::unique_ptr<RightsLog> log_;
  RightsLogRecovery recovery_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_RIGHTS_LOG_FIXTURE_H_
