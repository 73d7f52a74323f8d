#include "base/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PosixFileSystemTest : public ::testing::Test {
 protected:
  PosixFileSystemTest() {
    char pattern[] = "/tmp/bauta-files-XXXXXX";
    directory_ = mkdtemp(pattern);
  }
  ~PosixFileSystemTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  FileSystem& files_ = PosixFileSystem();
  std::string directory_;
};

TEST_F(PosixFileSystemTest, WritesAtomicallyAndReadsBack) {
  ASSERT_TRUE(WriteFileAtomically(files_, Path("a"), "first").ok());
  ASSERT_TRUE(WriteFileAtomically(files_, Path("a"), "second").ok());
  EXPECT_EQ(ReadFile(files_, Path("a"), 100).value(), "second");
  EXPECT_THAT(files_.List(directory_).value(), ElementsAre("a"));
}

TEST_F(PosixFileSystemTest, ALeftOverTemporaryFileDoesNotStopAWrite) {
  ASSERT_TRUE(files_.Open(Path("a.tmp"), FileSystem::OpenMode::kCreate).ok());
  EXPECT_TRUE(WriteFileAtomically(files_, Path("a"), "whole").ok());
}

TEST_F(PosixFileSystemTest, NewFilesAreClosedToOthers) {
  ASSERT_TRUE(WriteFileAtomically(files_, Path("a"), "x").ok());
  EXPECT_EQ(files_.Attributes(Path("a"))->permissions, 0600u);
  ASSERT_TRUE(files_.CreateDirectories(Path("b/c")).ok());
  EXPECT_EQ(files_.Attributes(Path("b/c"))->permissions, 0700u);
}

TEST_F(PosixFileSystemTest, SaysWhyItCannot) {
  EXPECT_TRUE(absl::IsNotFound(ReadFile(files_, Path("none"), 1).status()));
  ASSERT_TRUE(WriteFileAtomically(files_, Path("a"), "12345").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(ReadFile(files_, Path("a"), 4).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(files_.Open(Path("a"), FileSystem::OpenMode::kCreate).status()));
  auto file = files_.Open(Path("a"), FileSystem::OpenMode::kRead).value();
  char buffer[8];
  EXPECT_TRUE(absl::IsDataLoss(file->Read(3, 5, buffer)));
  EXPECT_TRUE(absl::IsAlreadyExists(files_.CreateDirectories(Path("a"))));
  EXPECT_THAT(std::string(files_.Remove(Path("none")).message()), HasSubstr("No such file"));
}

}  // namespace
}  // namespace bauta
