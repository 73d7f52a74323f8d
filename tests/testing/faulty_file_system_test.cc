#include "tests/testing/faulty_file_system.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace bauta::testing {
namespace {

class FaultyFileSystemTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files_.CreateDirectories("/d").ok()); }
  std::unique_ptr<File> Create(const std::string& path) {
    return *files_.Open(path, FileSystem::OpenMode::kCreate);
  }

  FaultyFileSystem files_;
};

TEST_F(FaultyFileSystemTest, ACrashTakesUnsyncedBytes) {
  const auto file = Create("/d/f");
  ASSERT_TRUE(files_.SyncDirectory("/d").ok());
  ASSERT_TRUE(file->Write(0, "durable").ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Write(0, "changed, and longer").ok());
  EXPECT_EQ(files_.Bytes("/d/f"), "changed, and longer");
  files_.Crash();
  EXPECT_EQ(files_.Bytes("/d/f"), "durable");
}

TEST_F(FaultyFileSystemTest, ACrashTakesUnsyncedNames) {
  const auto kept = Create("/d/kept");
  ASSERT_TRUE(kept->Sync().ok());
  ASSERT_TRUE(files_.SyncDirectory("/d").ok());
  const auto lost = Create("/d/lost");
  ASSERT_TRUE(lost->Sync().ok());
  ASSERT_TRUE(files_.Rename("/d/kept", "/d/renamed").ok());
  files_.Crash();
  EXPECT_EQ(*files_.List("/d"), std::vector<std::string>{"kept"});
}

TEST_F(FaultyFileSystemTest, AKillTakesNothingButOpenFiles) {
  const auto file = Create("/d/f");
  ASSERT_TRUE(file->Write(0, "bytes").ok());
  files_.Kill();
  EXPECT_EQ(file->Write(0, "after").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(files_.Bytes("/d/f"), "bytes");
}

TEST_F(FaultyFileSystemTest, ASyncAfterAFailedOneDoesNotMakeUpForIt) {
  const auto file = Create("/d/f");
  ASSERT_TRUE(files_.SyncDirectory("/d").ok());
  ASSERT_TRUE(file->Write(0, "lost").ok());
  files_.FailSync(1);
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(files_.Bytes("/d/f"), "lost");
  files_.Crash();
  EXPECT_EQ(files_.Bytes("/d/f"), "");
}

TEST_F(FaultyFileSystemTest, FailsTheNthWriteOnce) {
  const auto file = Create("/d/f");
  files_.FailWrite(2);
  EXPECT_TRUE(file->Write(0, "a").ok());
  EXPECT_FALSE(file->Write(1, "b").ok());
  EXPECT_TRUE(file->Write(1, "c").ok());
  EXPECT_EQ(files_.Bytes("/d/f"), "ac");
}

TEST_F(FaultyFileSystemTest, StopsEveryChangeAfterSoMany) {
  const auto file = Create("/d/f");
  files_.StopAfter(2);
  EXPECT_TRUE(file->Write(0, "a").ok());
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_TRUE(files_.stopped());
  EXPECT_FALSE(file->Write(0, "b").ok());
  EXPECT_FALSE(files_.Remove("/d/f").ok());
  EXPECT_FALSE(files_.Open("/d/g", FileSystem::OpenMode::kCreate).ok());
  EXPECT_EQ(files_.Bytes("/d/f"), "a") << "reading goes on";
  files_.LiftFaults();
  EXPECT_TRUE(file->Write(0, "b").ok());
}

TEST_F(FaultyFileSystemTest, AFullDiskRefusesGrowthOnly) {
  const auto file = Create("/d/f");
  ASSERT_TRUE(file->Write(0, "1234").ok());
  files_.SetCapacity(6);
  EXPECT_EQ(file->Write(4, "567").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(file->Write(0, "4321").ok());
  EXPECT_TRUE(file->Write(4, "56").ok());
}

TEST_F(FaultyFileSystemTest, ACrashMayKeepSomeSectors) {
  bool kept_first = false;
  bool lost_first = false;
  for (uint64_t seed = 0; seed < 32; ++seed) {
    const std::string path = "/d/" + std::to_string(seed);
    const auto file = Create(path);
    ASSERT_TRUE(files_.SyncDirectory("/d").ok());
    ASSERT_TRUE(file->Write(0, std::string(1024, 'o')).ok());
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(file->Write(0, std::string(1024, 'n')).ok());
    files_.CrashKeepingSome(seed);
    const std::string bytes = files_.Bytes(path);
    ASSERT_EQ(bytes.size(), 1024u);
    for (size_t sector : {size_t{0}, size_t{512}}) {
      EXPECT_EQ(bytes.substr(sector, 512), std::string(512, bytes[sector])) << "a sector is whole";
    }
    (bytes[0] == 'n' ? kept_first : lost_first) = true;
  }
  EXPECT_TRUE(kept_first && lost_first);
}

TEST_F(FaultyFileSystemTest, AnUnlinkedFilesBytesStayOnTheDisk) {
  {
    const auto file = Create("/d/f");
    ASSERT_TRUE(file->Write(0, "secret").ok());
    ASSERT_TRUE(file->Sync().ok());
  }
  ASSERT_TRUE(files_.Remove("/d/f").ok());
  EXPECT_EQ(files_.EverythingOnDisk(), std::vector<std::string>{"secret"});
}

TEST_F(FaultyFileSystemTest, AnswersAsTheOperatingSystemDoes) {
  EXPECT_EQ(files_.Open("/d/none", FileSystem::OpenMode::kRead).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.Open("/none/f", FileSystem::OpenMode::kCreate).status().code(),
            absl::StatusCode::kNotFound);
  const auto file = Create("/d/f");
  EXPECT_EQ(files_.Open("/d/f", FileSystem::OpenMode::kCreate).status().code(),
            absl::StatusCode::kAlreadyExists);
  char byte = 0;
  EXPECT_EQ(file->Read(0, 1, &byte).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(files_.Attributes("/d/f")->permissions, 0600u);
  EXPECT_TRUE(files_.Attributes("/d")->is_directory);
  files_.SetPermissions("/d/f", 0);
  EXPECT_EQ(files_.Open("/d/f", FileSystem::OpenMode::kRead).status().code(),
            absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(WriteFileAtomically(files_, "/d/g", "whole").ok());
  EXPECT_EQ(*ReadFile(files_, "/d/g", 10), "whole");
}

}  // namespace
}  // namespace bauta::testing
