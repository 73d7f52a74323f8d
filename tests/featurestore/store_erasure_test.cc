// After an erasure: every byte of the folder, and of an older copy of the database, is looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "featurestore/store/rights_log_sealer.h"
#include "privacy/pseudonymizer.h"
#include "tests/featurestore/rights_log_fixture.h"
#include "tests/featurestore/sealed_rows.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr uint32_t kErased = 3;
constexpr uint32_t kStays = 4;
constexpr uint64_t kCanaryPost = 0x1badb0021badb002;
constexpr size_t kSlotImageSize = 64;

class StoreErasureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.Open().ok());
    for (const uint32_t subject : {kErased, kStays}) {
      ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
      for (uint64_t i = 0; i < 5; ++i)
        ASSERT_TRUE(Click(*store_, store_.clock(), subject, kCanaryPost + i).ok());
      ASSERT_TRUE(DismissPost(*store_, subject, kCanaryPost).ok());
    }
    store_.Close();
  }

  StoredCode CodeOf(uint32_t subject) {
    const auto ring = KeyRing::Open(PosixFileSystem(), store_.keys());
    EXPECT_TRUE(ring.ok()) << ring.status();
    const auto codes = Pseudonymizer::Create(*ring);
    EXPECT_TRUE(codes.ok()) << codes.status();
    return (*codes)->ToStoredCode(SubjectNumber(subject));
  }

  std::unique_ptr<SubjectKeys> Keys() {
    auto keys = OpenSubjectKeys(store_.keys());
    EXPECT_TRUE(keys.ok()) << keys.status();
    return *std::move(keys);
  }
  std::vector<SealedRow> RowsOf(uint32_t subject) { return SealedRowsIn(store_.db(), CodeOf(subject)); }
  size_t Decryptable(const std::vector<SealedRow>& rows) { return testing::Decryptable(rows, *Keys()); }

  std::string SlotImage(const SlotRef& slot) {
    return ReadAll(store_.keys() + "/subjects.1").substr(slot.index * kSlotImageSize, kSlotImageSize);
  }

  TemporaryFolder folder_;
  StoreOnDisk store_{folder_.path() + "/store"};
};

TEST_F(StoreErasureTest, NothingOfAnErasedSubjectIsDecryptableAnywhereInTheFolder) {
  const std::vector<SealedRow> before = RowsOf(kErased);
  ASSERT_GE(before.size(), 2u) << "a head and a history";
  ASSERT_EQ(Decryptable(before), before.size()) << "the control: while the keys live, each value opens";
  std::vector<std::string> slot_images;
  for (const SealedRow& row : before) slot_images.push_back(SlotImage(row.slot));
  for (const std::string& image : slot_images)
    ASSERT_THAT(FilesThatHold(store_.directory(), image), SizeIs(1));
  const std::string older_db = folder_.path() + "/older-db";
  CopyFolder(store_.db(), older_db);

  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->Erase(SubjectNumber(kErased)).ok());
  store_.Close();
  EXPECT_EQ(Decryptable(before), 0u);
  for (const std::string& image : slot_images)
    EXPECT_THAT(FilesThatHold(store_.directory(), image), IsEmpty());
  EXPECT_THAT(RowsOf(kErased), IsEmpty());

  // The older copy still holds the bytes, and they stay as good as noise.
  ReplaceFolder(older_db, store_.db());
  EXPECT_EQ(RowsOf(kErased).size(), before.size()) << "the control: the rows are in the older copy";
  EXPECT_EQ(Decryptable(RowsOf(kErased)), 0u);
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_TRUE(IsUnknown(*store_, kErased));
  EXPECT_TRUE(HasDismissed(*store_, kStays, kCanaryPost));
  EXPECT_THAT(ClickedPosts(*store_, kStays), SizeIs(5));
  ASSERT_TRUE(store_->Sweep().ok());
  store_.Close();
  EXPECT_THAT(RowsOf(kErased), IsEmpty()) << "the sweep takes dead rows away";
  for (const std::string& image : slot_images)
    EXPECT_THAT(FilesThatHold(store_.directory(), image), IsEmpty());
}

TEST_F(StoreErasureTest, RightsLogHoldsNoReadableEntryOfAnErasedSubject) {
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->Erase(SubjectNumber(kErased)).ok());
  store_.Close();
  const std::unique_ptr<SubjectKeys> keys = Keys();
  const auto ring = KeyRing::Open(PosixFileSystem(), store_.keys());
  ASSERT_TRUE(ring.ok());
  const RightsLogSealer sealer(*ring, *keys, SystemRandom());
  auto head = KeyHead::Open(PosixFileSystem(), store_.keys());
  ASSERT_TRUE(head.ok());
  auto log = RightsLog::Open(PosixFileSystem(), {.directory = store_.directory(), .second_directory = ""},
                             **head, nullptr);
  ASSERT_TRUE(log.ok()) << log.status();
  int readable = 0;
  int dead = 0;
  const std::string code(CodeOf(kErased).view());
  ASSERT_TRUE((*log)
                  ->ForEachAfter(0,
                                 [&](const RightsEntry& entry) {
                                   const auto payload = sealer.Unseal(entry);
                                   EXPECT_TRUE(payload.ok()) << payload.status();
                                   if (!payload.ok()) return payload.status();
                                   ++(payload->has_value() ? readable : dead);
                                   if (payload->has_value()) {
                                     EXPECT_THAT(**payload, Not(::testing::HasSubstr(code)));
                                   }
                                   return absl::OkStatus();
                                 })
                  .ok());
  EXPECT_EQ(dead, 2) << "the erased subject's consent and X";
  EXPECT_EQ(readable, 3) << "the other's consent and X, and the mark of the erasure";
}

TEST_F(StoreErasureTest, WithdrawnHistoryIsAsUnreadableAsAnErasedOne) {
  std::vector<SealedRow> frames = RowsOf(kErased);
  std::erase_if(frames, [](const SealedRow& row) { return row.name != "frame"; });
  ASSERT_FALSE(frames.empty());
  ASSERT_EQ(Decryptable(frames), frames.size());
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), kErased, false).ok());
  store_.Close();
  EXPECT_EQ(Decryptable(frames), 0u);
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_TRUE(HasDismissed(*store_, kErased, kCanaryPost)) << "instructions outlive the switch";
  EXPECT_THAT(ClickedPosts(*store_, kErased), IsEmpty());
}

// What a person did never lies in the clear, not even while it is kept.
TEST_F(StoreErasureTest, NoPostOfASubjectStandsInTheClear) {
  const uint64_t post = kCanaryPost;
  std::string little(reinterpret_cast<const char*>(&post), sizeof(post));
  std::string big(little.rbegin(), little.rend());
  for (const std::string& needle : {little, big, std::to_string(post), absl::StrCat(absl::Hex(post))}) {
    EXPECT_THAT(FilesThatHold(store_.directory(), needle), IsEmpty());
  }
  WriteAll(store_.directory() + "/control", "x" + little + "x");
  EXPECT_THAT(FilesThatHold(store_.directory(), little), SizeIs(1)) << "the control: a planted one is found";
}

TEST_F(StoreErasureTest, RerollOfTheWrapKeyMakesStrayCopiesOfTheKeyFilesUseless) {
  const std::string stray = folder_.path() + "/stray-keys";
  CopyFolder(store_.keys(), stray);
  const std::string old_wrap = ReadAll(stray + "/wrap.1");
  ASSERT_TRUE(store_.Open().ok());
  ASSERT_TRUE(store_->Erase(SubjectNumber(kErased)).ok());
  ASSERT_TRUE(store_->RerollWrapKey().ok());
  store_.Close();
  EXPECT_THAT(FilesThatHold(store_.directory(), old_wrap), IsEmpty());
  ASSERT_TRUE(store_.Open().ok());
  EXPECT_THAT(ClickedPosts(*store_, kStays), SizeIs(5));
}

}  // namespace
}  // namespace bauta::testing
