// Nothing in the database of a new identity epoch says which row of the old one somebody was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "featurestore/store/engine.h"
#include "featurestore/store/row_format.h"
#include "featurestore/store/subject_scan.h"
#include "privacy/pseudonymizer.h"
#include "tests/featurestore/identity_rotation_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::SizeIs;

// What lies in a database of one subject.
struct RawSubjectRows {
  StoredCode code;
  std::string head;
  std::string history;
};

class IdentityUnlinkableTest : public IdentityRotationFixture {
 protected:
  static std::vector<RawSubjectRows> ReadRows(const std::string& directory) {
    std::vector<RawSubjectRows> rows;
    const auto engine = Engine::Open(directory, false);
    EXPECT_TRUE(engine.ok()) << engine.status();
    if (!engine.ok()) return rows;
    EXPECT_TRUE(
        ScanSubjects(**engine, 0, kRangeCount, [&](const ScannedSubject& subject) -> absl::StatusOr<bool> {
          rows.push_back({subject.code, subject.head == nullptr ? "" : std::string(*subject.head),
                          std::string(subject.history)});
          return true;
        }).ok());
    return rows;
  }
};

TEST_F(IdentityUnlinkableTest, NothingLinksTheRowsOfTwoEpochs) {
  ASSERT_TRUE(store_.Open().ok());
  constexpr uint32_t kSubjects = 120;
  for (uint32_t subject = 0; subject < kSubjects; ++subject) {
    ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
    for (uint64_t post = 0; post < subject % 5; ++post) {
      ASSERT_TRUE(Click(*store_, store_.clock(), subject, 100 + post).ok());
    }
  }
  store_.Close();
  const auto old_ring = KeyRing::Open(PosixFileSystem(), store_.keys());
  const std::vector<RawSubjectRows> before = ReadRows(store_.db());
  CopyFolder(store_.db(), whole_);
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->BeginIdentityRotation().ok());
  RunToTheEnd(7);
  store_.Close();
  const auto new_ring = KeyRing::Open(PosixFileSystem(), store_.keys());
  const std::vector<RawSubjectRows> after = ReadRows(new_db());
  ASSERT_EQ(before.size(), kSubjects);
  ASSERT_EQ(after.size(), kSubjects);

  // Bytes: no code, no generation, no sealed value of before is anywhere in the folder.
  std::string everything;
  for (const std::string& path : FilesUnder(store_.directory())) everything += ReadAll(path);
  std::set<size_t> sizes;
  for (const RawSubjectRows& row : before) {
    EXPECT_EQ(everything.find(row.code.view()), std::string::npos);
    std::string_view sealed;
    ASSERT_TRUE(DecodeHeadRow(row.head, &sealed).ok());
    EXPECT_EQ(everything.find(row.head.substr(5, 8)), std::string::npos) << "a generation";
    EXPECT_EQ(everything.find(sealed.substr(0, 24)), std::string::npos);
    const auto frames = DecodeHistoryRow(row.history);
    ASSERT_TRUE(frames.ok());
    for (const Frame& frame : *frames) {
      EXPECT_EQ(everything.find(frame.sealed.substr(0, 24)), std::string::npos);
    }
  }
  ASSERT_NE(everything.find(after[0].head), std::string::npos) << "the control";

  // Sizes and days: one frame whatever there was, of one size for all of these; days rounded.
  for (const RawSubjectRows& row : after) {
    sizes.insert(row.history.size());
    const auto frames = DecodeHistoryRow(row.history);
    ASSERT_TRUE(frames.ok());
    ASSERT_THAT(*frames, SizeIs(1));
    if (frames->front().oldest_day <= frames->front().newest_day) {
      EXPECT_EQ(frames->front().oldest_day % 64, 0u);
      EXPECT_EQ(frames->front().newest_day % 64, 63u);
    }
  }
  EXPECT_THAT(sizes, SizeIs(1));

  // Order: of codes, of places in keys/subjects, and of the log's sequences, old against new by subject.
  ASSERT_TRUE(old_ring.ok() && new_ring.ok());
  const auto old_codes = *Pseudonymizer::Create(*old_ring);
  const auto new_codes = *Pseudonymizer::Create(*new_ring);
  const auto ranks = [](const std::vector<RawSubjectRows>& rows, const Pseudonymizer& codes,
                        const auto& key) {
    std::map<StoredCode, size_t> rank;
    std::vector<std::pair<uint64_t, StoredCode>> sorted;
    for (const RawSubjectRows& row : rows) sorted.push_back({key(row), row.code});
    std::sort(sorted.begin(), sorted.end());
    for (size_t i = 0; i < sorted.size(); ++i) rank[sorted[i].second] = i;
    std::vector<double> by_subject;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      by_subject.push_back(static_cast<double>(rank.at(codes.ToStoredCode(SubjectNumber(i)))));
    }
    return by_subject;
  };
  const auto header = [](const RawSubjectRows& row) {
    std::string_view sealed;
    return DecodeHeadRow(row.head, &sealed).value_or(HeadHeader());
  };
  const auto place = [&](const RawSubjectRows& row) { return uint64_t{header(row).slot.index}; };
  const auto sequence = [&](const RawSubjectRows& row) { return header(row).sequence; };
  const auto code = [](const RawSubjectRows& row) { return uint64_t{RangeOf(row.code)}; };
  const auto correlation = [](const std::vector<double>& a, const std::vector<double>& b) {  // Spearman's.
    const double n = static_cast<double>(a.size());
    double squares = 0;
    for (size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
    return 1 - 6 * squares / (n * (n * n - 1));
  };
  // Each order of before against each of after: moved in the order of the old codes, say, the new sequences
  // would tell. A deviation is 1/√119 where two orders are independent: .5 is passed in less than one run
  // in 10^6.
  const std::vector<std::vector<double>> orders_before = {
      ranks(before, *old_codes, code), ranks(before, *old_codes, place), ranks(before, *old_codes, sequence)};
  const std::vector<std::vector<double>> orders_after = {
      ranks(after, *new_codes, code), ranks(after, *new_codes, place), ranks(after, *new_codes, sequence)};
  constexpr const char* kOrders[] = {"code", "place", "sequence"};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      EXPECT_LT(std::abs(correlation(orders_before[i], orders_after[j])), .5)
          << "old " << kOrders[i] << ", new " << kOrders[j];
    }
  }
}

}  // namespace
}  // namespace bauta::testing
