// A store in which something was asked for, and what it must then answer, whatever is done to its files.
#ifndef BAUTA_TESTS_FEATURESTORE_STORE_RECOVERY_FIXTURE_H_
#define BAUTA_TESTS_FEATURESTORE_STORE_RECOVERY_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/featurestore/rights_log_fixture.h"
#include "tests/featurestore/store_on_disk.h"

namespace bauta::testing {

inline constexpr uint32_t kFollower = 1;  // Dismissed a post and follows a topic; never agreed to anything.
inline constexpr uint32_t kReader = 2;    // Agreed, and clicked.
inline constexpr uint32_t kErased = 3;
inline constexpr uint32_t kWithdrawn = 4;  // Agreed, clicked, and withdrew.

class StoreRecoveryFixture : public ::testing::Test {
 protected:
  // The state before: everybody is there, nothing is withdrawn, erased or removed.
  void Begin() {
    ASSERT_TRUE(store_.Open().ok());
    for (uint64_t post = 100; post < 110; ++post) ASSERT_TRUE(UpsertPost(*store_, post).ok());
    for (const uint32_t subject : {kReader, kErased, kWithdrawn}) {
      ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), subject, true).ok());
      for (uint64_t post = 100; post < 105; ++post)
        ASSERT_TRUE(Click(*store_, store_.clock(), subject, post).ok());
    }
    ASSERT_TRUE(DismissPost(*store_, kErased, 100).ok());
  }

  // Everything here is class A.
  void Change() {
    ASSERT_TRUE(DismissPost(*store_, kFollower, 101).ok());
    ASSERT_TRUE(FollowTopic(*store_, kFollower, 7).ok());
    ASSERT_TRUE(DismissPost(*store_, kReader, 102).ok());
    ASSERT_TRUE(SetPersonalize(*store_, store_.clock(), kWithdrawn, false).ok());
    ASSERT_TRUE(store_->Erase(SubjectNumber(kErased)).ok());
    const PostRemoval removal = {.post = PostId(105), .version = 1};
    ASSERT_TRUE(store_->RemovePosts({&removal, 1}).ok());
    const AuthorSuspension suspension = {.author = AuthorNumber(9),
                                         .until = absl::FromUnixSeconds(1'800'000'000)};
    ASSERT_TRUE(store_->SuspendAuthors({&suspension, 1}).ok());
  }

  void ExpectTheChanges() {
    EXPECT_TRUE(HasDismissed(*store_, kFollower, 101));
    EXPECT_TRUE(Follows(*store_, kFollower, 7));
    EXPECT_TRUE(HasDismissed(*store_, kReader, 102));
    EXPECT_TRUE(Personalizes(*store_, kReader));
    EXPECT_FALSE(Personalizes(*store_, kWithdrawn));
    EXPECT_THAT(ClickedPosts(*store_, kWithdrawn), ::testing::IsEmpty());
    EXPECT_TRUE(IsUnknown(*store_, kErased));
    EXPECT_FALSE(PostIsLive(*store_, 105));
    EXPECT_FALSE(UpsertPost(*store_, 105).ok()) << "a removed post came back";
    const std::vector<AuthorSuspension> suspensions = store_->Suspensions();
    ASSERT_EQ(suspensions.size(), 1u);
    EXPECT_EQ(suspensions[0].author, AuthorNumber(9));
  }

  void ExpectTheRest() {
    EXPECT_THAT(ClickedPosts(*store_, kReader), ::testing::UnorderedElementsAre(100, 101, 102, 103, 104));
    EXPECT_TRUE(PostIsLive(*store_, 109));
  }

  // Closed, with all of it: what each damage is done to.
  void MakeWhole() {
    Begin();
    Change();
    store_.Close();
    CopyFolder(store_.directory(), whole_);
  }
  // The same, not closed: as a kill leaves it, with what was written since the start in the WAL.
  void MakeKilled() {
    Begin();
    Change();
    CopyFolder(store_.directory(), whole_);
    BackToWhole();
  }
  void BackToWhole() {
    store_.Close();
    ReplaceFolder(whole_, store_.directory());
  }

  std::string TheWal() {
    std::string largest;
    for (const std::string& path : FilesUnder(store_.db(), ".log")) {
      if (largest.empty() || std::filesystem::file_size(path) > std::filesystem::file_size(largest))
        largest = path;
    }
    EXPECT_FALSE(largest.empty());
    EXPECT_GT(std::filesystem::file_size(largest), 1000u);
    return largest;
  }

  TemporaryFolder folder_;
  StoreOnDisk store_{folder_.path() + "/store"};
  const std::string whole_ = folder_.path() + "/whole";
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_STORE_RECOVERY_FIXTURE_H_
