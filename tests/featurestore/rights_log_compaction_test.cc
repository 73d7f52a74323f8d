// Logs as a compaction leaves them: the format is fixed, and read, before anything compacts.
#include <string>
#include <vector>

#include "featurestore/store/rights_log.h"
#include "tests/featurestore/rights_log_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;

using RightsLogCompactionTest = RightsLogFixture;

// The log that a compaction at entry 9 leaves: a checkpoint, two entries that were kept, and what came after.
struct CompactedLog {
  explicit CompactedLog(std::vector<uint64_t> sequences, uint64_t kept) {
    Sha256Digest base;
    base.fill(0x99);
    bytes = EncodeFileHeader({.file_number = 1, .base_sequence = 9, .base_hash = base});
    hash = AppendEntry(
        {.sequence = 9, .type = RightsEntryType::kCheckpoint, .slot = {}, .destroyed = {}}, base,
        EncodeCheckpoint({.kept_entries = kept, .dropped_entries = 7, .compaction_hour = 1}), bytes);
    for (const uint64_t sequence : sequences) {
      hash =
          AppendEntry({.sequence = sequence, .type = RightsEntryType::kErasure, .slot = {}, .destroyed = {}},
                      hash, "kept or new", bytes);
      last = sequence;
    }
  }
  std::string bytes;
  Sha256Digest hash{};
  uint64_t last = 0;
};

TEST_F(RightsLogCompactionTest, CompactedLogIsReadAndWrittenOn) {
  const CompactedLog compacted({3, 8, 10, 11}, /*kept=*/2);
  files_.Put(kLogPath, compacted.bytes);
  ASSERT_TRUE(head_->SetLog(1, 11, compacted.hash).ok());
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(0), ElementsAre(9, 3, 8, 10, 11));
  EXPECT_THAT(SequencesAfter(9), ElementsAre(10, 11));
  Append();
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(10), ElementsAre(11, 12));
}

TEST_F(RightsLogCompactionTest, HeadOfAFreshlyCompactedLogNamesItsLastKeptEntry) {
  const CompactedLog compacted({3, 8}, /*kept=*/2);
  files_.Put(kLogPath, compacted.bytes);
  ASSERT_TRUE(head_->SetLog(1, 9, compacted.hash).ok());
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(log_->last_sequence(), 9u);
  Append();
  ASSERT_TRUE(Restart().ok());
  EXPECT_THAT(SequencesAfter(9), ElementsAre(10));
}

TEST_F(RightsLogCompactionTest, CompactedPartOutOfOrderOrCutIsFound) {
  const CompactedLog reordered({8, 3, 10}, /*kept=*/2);
  files_.Put(kLogPath, reordered.bytes);
  ASSERT_TRUE(head_->SetLog(1, 10, reordered.hash).ok());
  EXPECT_THAT(Restart(), HasCode(absl::StatusCode::kDataLoss));

  const CompactedLog cut({3}, /*kept=*/2);
  files_.Put(kLogPath, cut.bytes);
  EXPECT_THAT(Restart(), HasCode(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace bauta::testing
