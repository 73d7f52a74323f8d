#include "base/mirrored_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/testing/faulty_file_system.h"

namespace bauta::testing {
namespace {

class MirroredFileSystemTest : public ::testing::Test {
 protected:
  MirroredFileSystemTest() {
    EXPECT_TRUE(files_.CreateDirectories("/a").ok());
    EXPECT_TRUE(files_.CreateDirectories("/b").ok());
  }

  absl::Status Open() {
    mirrored_ = nullptr;
    auto mirrored = MirroredFileSystem::Open(files_, "/a", "/b");
    if (!mirrored.ok()) return mirrored.status();
    mirrored_ = *std::move(mirrored);
    return absl::OkStatus();
  }

  FaultyFileSystem files_;
  std::unique_ptr<MirroredFileSystem> mirrored_;
};

TEST_F(MirroredFileSystemTest, WhatIsWrittenAndSyncedIsInBothFolders) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(WriteFileAtomically(*mirrored_, "/a/key", "one").ok());
  auto file = mirrored_->Open("/a/key", FileSystem::OpenMode::kReadWrite);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Write(3, " and two").ok());
  ASSERT_TRUE((*file)->Truncate(9).ok());
  ASSERT_TRUE((*file)->Sync().ok());
  files_.Crash();
  EXPECT_EQ(files_.Bytes("/a/key"), "one and t");
  EXPECT_EQ(files_.Bytes("/b/key"), "one and t");
  EXPECT_FALSE(files_.Exists("/b/key.tmp"));
}

TEST_F(MirroredFileSystemTest, RemovalsReachBothFolders) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(WriteFileAtomically(*mirrored_, "/a/key", "one").ok());
  ASSERT_TRUE(mirrored_->Remove("/a/key").ok());
  ASSERT_TRUE(mirrored_->SyncDirectory("/a").ok());
  files_.Crash();
  EXPECT_FALSE(files_.Exists("/a/key"));
  EXPECT_FALSE(files_.Exists("/b/key"));
}

TEST_F(MirroredFileSystemTest, PathsOutsideTheFolderAreNotDoubled) {
  ASSERT_TRUE(files_.CreateDirectories("/ab").ok());
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(WriteFileAtomically(*mirrored_, "/ab/log", "entry").ok());
  EXPECT_TRUE(files_.Exists("/ab/log"));
  EXPECT_FALSE(files_.Exists("/bb/log"));
  EXPECT_FALSE(files_.Exists("/b/log"));
}

TEST_F(MirroredFileSystemTest, OpeningBringsTheSecondFolderToTheFirst) {
  files_.Put("/a/same", "same");
  files_.Put("/b/same", "same");
  files_.Put("/a/changed", std::string(200'000, 'x') + "new");
  files_.Put("/b/changed", std::string(200'000, 'x') + "old and longer");
  files_.Put("/a/added", "added");
  files_.Put("/b/stale", "a key that was destroyed");
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(mirrored_->files_aligned(), 3u);
  files_.Crash();
  EXPECT_EQ(files_.Bytes("/b/same"), "same");
  EXPECT_EQ(files_.Bytes("/b/changed"), files_.Bytes("/a/changed"));
  EXPECT_EQ(files_.Bytes("/b/added"), "added");
  EXPECT_FALSE(files_.Exists("/b/stale"));
  for (const std::string& bytes : files_.EverythingOnDisk()) {
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr("destroyed")));
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr("longer")));
  }
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(mirrored_->files_aligned(), 0u);
}

TEST_F(MirroredFileSystemTest, AnAbsentSecondFolderIsMadeWhole) {
  files_.Put("/a/key", "one");
  auto mirrored = MirroredFileSystem::Open(files_, "/a", "/c/deep");
  ASSERT_TRUE(mirrored.ok()) << mirrored.status();
  files_.Crash();
  EXPECT_EQ(files_.Bytes("/c/deep/key"), "one");
}

TEST_F(MirroredFileSystemTest, AnAbsentFirstFolderIsNotFoundAndTheSecondIsLeftAlone) {
  files_.Put("/b/key", "one");
  auto mirrored = MirroredFileSystem::Open(files_, "/lost", "/b");
  EXPECT_TRUE(absl::IsNotFound(mirrored.status())) << mirrored.status();
  EXPECT_EQ(files_.Bytes("/b/key"), "one");
}

TEST_F(MirroredFileSystemTest, SecondFileOpenToOthersIsRefused) {
  files_.Put("/a/key", "one");
  files_.Put("/b/key", "one");
  files_.SetPermissions("/b/key", 0644);
  EXPECT_TRUE(absl::IsPermissionDenied(Open()));
}

TEST_F(MirroredFileSystemTest, WhereverItDiesTheSecondFolderIsNeverAhead) {
  for (int operation = 0; operation < 8; ++operation) {
    files_.Put("/a/key", "1");
    ASSERT_TRUE(Open().ok());
    auto file = mirrored_->Open("/a/key", FileSystem::OpenMode::kReadWrite);
    ASSERT_TRUE(file.ok());
    files_.StopAfter(operation);
    absl::Status status = (*file)->Write(0, "2");
    if (status.ok()) status = (*file)->Sync();
    files_.Crash();
    EXPECT_LE(files_.Bytes("/b/key"), files_.Bytes("/a/key")) << operation;
    EXPECT_EQ(files_.Bytes("/b/key") == "2", status.ok()) << operation;
  }
}

}  // namespace
}  // namespace bauta::testing
