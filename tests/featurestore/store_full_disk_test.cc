// A disk with no room left: a clear answer, reads go on, nothing acknowledged is lost, and with room again
// everything goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/featurestore/rights_log_fixture.h"
#include "tests/featurestore/store_on_disk.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kSubject = 1;
constexpr uint32_t kReader = 2;

// Dismisses posts until a call fails or `limit` are dismissed; the number of those that were acknowledged.
uint64_t DismissUntilRefused(FeatureStore& store, uint64_t first, uint64_t limit, absl::Status& refusal) {
  for (uint64_t post = first; post < first + limit; ++post) {
    refusal = DismissPost(store, kSubject, post);
    if (!refusal.ok()) return post - first;
  }
  return limit;
}

void ExpectDismissed(const FeatureStore& store, uint64_t first, uint64_t count) {
  for (uint64_t post = first; post < first + count; ++post)
    EXPECT_TRUE(HasDismissed(store, kSubject, post)) << post;
}

// A file system of a few MiB that is really full. Needs the right to mount.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    fs::create_directories(path_);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=16m") == 0;
    if (!mounted_) reason_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::string& reason() const { return reason_; }
  void Fill() const {
    std::FILE* file = std::fopen((path_ + "/filler").c_str(), "wb");
    const std::string block(4096, 'f');
    while (std::fwrite(block.data(), 1, block.size(), file) == block.size() && std::fflush(file) == 0) {
    }
    std::fclose(file);
  }
  void MakeRoom() const { fs::remove(path_ + "/filler"); }

 private:
  const std::string path_;
  bool mounted_ = false;
  std::string reason_;
};

TEST(StoreFullDiskTest, ReallyFullDiskIsAnAnswerAndNoLoss) {
  TemporaryFolder folder;
  const SmallDisk disk(folder.path() + "/disk");
  if (!disk.mounted())
    GTEST_SKIP() << "no file system can be mounted here (" << disk.reason() << "): not tested";
  StoreOnDisk store(folder.path() + "/disk/store");
  ASSERT_TRUE(store.Open().ok());
  ASSERT_TRUE(SetPersonalize(*store, store.clock(), kReader, true).ok());
  ASSERT_TRUE(Click(*store, store.clock(), kReader, 1).ok());
  ASSERT_TRUE(UpsertPost(*store, 1).ok());
  uint64_t first = 1'000;
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(round);
    disk.Fill();
    absl::Status refusal;
    const uint64_t done = DismissUntilRefused(*store, first, 2'000, refusal);
    ASSERT_THAT(refusal, HasCode(absl::StatusCode::kUnavailable));
    // Whether there is room for a click depends on which file had no room for the X; either is an answer.
    const absl::Status clicked = Click(*store, store.clock(), kReader, first);
    EXPECT_THAT(clicked,
                ::testing::AnyOf(HasCode(absl::StatusCode::kOk), HasCode(absl::StatusCode::kUnavailable)));
    ExpectDismissed(*store, first, done);
    EXPECT_THAT(ClickedPosts(*store, kReader), ::testing::Contains(1));
    EXPECT_TRUE(PostIsLive(*store, 1));

    disk.MakeRoom();
    const absl::Status again = DismissPost(*store, kSubject, first + done);
    EXPECT_TRUE(again.ok()) << again;
    EXPECT_TRUE(Click(*store, store.clock(), kReader, first).ok());
    ExpectDismissed(*store, first, done + 1);
    const absl::Status opened = store.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    ExpectDismissed(*store, first, done + 1);
    EXPECT_THAT(ClickedPosts(*store, kReader), ::testing::IsSupersetOf({uint64_t{1}, first}));
    first += 10'000;
  }
}

TEST(StoreFullDiskTest, StoreThatWasClosedOnAFullDiskOpensWithAllThatWasAcknowledged) {
  TemporaryFolder folder;
  const SmallDisk disk(folder.path() + "/disk");
  if (!disk.mounted())
    GTEST_SKIP() << "no file system can be mounted here (" << disk.reason() << "): not tested";
  StoreOnDisk store(folder.path() + "/disk/store");
  ASSERT_TRUE(store.Open().ok());
  disk.Fill();
  absl::Status refusal;
  const uint64_t done = DismissUntilRefused(*store, 1, 2'000, refusal);
  ASSERT_THAT(refusal, HasCode(absl::StatusCode::kUnavailable));
  store.Close();
  const absl::Status full = store.Open();
  if (!full.ok()) {
    EXPECT_THAT(full, ::testing::AnyOf(HasCode(absl::StatusCode::kUnavailable),
                                       HasCode(absl::StatusCode::kResourceExhausted)));
  }
  disk.MakeRoom();
  const absl::Status opened = store.Open();
  ASSERT_TRUE(opened.ok()) << opened;
  ExpectDismissed(*store, 1, done);
}

// Files may not grow beyond what they are: what a full disk is to those who write into them.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(uint64_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  struct rlimit before_;
};

TEST(StoreFullDiskTest, FilesThatMayNotGrowAreAnAnswerAndNoLoss) {
  TemporaryFolder folder;
  StoreOnDisk store(folder.path() + "/store");
  ASSERT_TRUE(store.Open().ok());
  uint64_t first = 1;
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(round);
    uint64_t done = 0;
    {
      uint64_t largest = 0;
      for (const std::string& path : FilesUnder(store.directory()))
        largest = std::max<uint64_t>(largest, fs::file_size(path));
      const FileSizeLimit limit(largest + 5'000);
      absl::Status refusal;
      done = DismissUntilRefused(*store, first, 2'000, refusal);
      ASSERT_THAT(refusal, HasCode(absl::StatusCode::kUnavailable));
      ExpectDismissed(*store, first, done);
    }
    const absl::Status opened = store.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    ExpectDismissed(*store, first, done);
    EXPECT_TRUE(DismissPost(*store, kSubject, first + done).ok());
    first += 10'000;
  }
}

// The disk of keys and rights log is another than the database's, and it is full.
TEST(StoreFullDiskTest, FullDiskUnderTheRightsLogLeavesInteractionsAndReadsAlone) {
  TemporaryFolder folder;
  fs::create_directories(folder.path());
  FaultyFileSystem files;
  ASSERT_TRUE(files.CreateDirectories(folder.path()).ok());
  StoreOnDisk store(folder.path() + "/store");
  ASSERT_TRUE(InitKeys(files, store.keys(), SystemRandom(), store.clock().Now()).ok());
  const absl::Status opened = store.Open(store.Options(), files);
  ASSERT_TRUE(opened.ok()) << opened;
  ASSERT_TRUE(SetPersonalize(*store, store.clock(), kReader, true).ok());
  ASSERT_TRUE(DismissPost(*store, kSubject, 1).ok());

  files.SetCapacity(1);
  EXPECT_THAT(DismissPost(*store, kSubject, 2), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(DismissPost(*store, kReader + 1, 2),
              ::testing::AnyOf(HasCode(absl::StatusCode::kUnavailable),
                               HasCode(absl::StatusCode::kResourceExhausted)));
  EXPECT_FALSE(HasDismissed(*store, kSubject, 2));
  EXPECT_TRUE(HasDismissed(*store, kSubject, 1));
  EXPECT_TRUE(Click(*store, store.clock(), kReader, 5).ok());

  files.LiftFaults();
  EXPECT_TRUE(DismissPost(*store, kSubject, 2).ok());
  files.Crash();
  ASSERT_TRUE(store.Open(store.Options(), files).ok());
  EXPECT_TRUE(HasDismissed(*store, kSubject, 1));
  EXPECT_TRUE(HasDismissed(*store, kSubject, 2));
}

// What the disk holds after a failed sync is not known to anybody: going on would acknowledge what may be
// lost.
TEST(StoreSyncFailureDeathTest, FailedSyncUnderTheRightsLogStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  TemporaryFolder folder;
  FaultyFileSystem files;
  ASSERT_TRUE(files.CreateDirectories(folder.path()).ok());
  StoreOnDisk store(folder.path() + "/store");
  ASSERT_TRUE(InitKeys(files, store.keys(), SystemRandom(), store.clock().Now()).ok());
  ASSERT_TRUE(store.Open(store.Options(), files).ok());
  ASSERT_TRUE(DismissPost(*store, kSubject, 1).ok());
  EXPECT_DEATH(
      {
        fs::remove_all(folder.path());  // The process that dies here cleans nothing up.
        files.FailSync(1);
        DismissPost(*store, kSubject, 2).IgnoreError();
      },
      "stopping, class A changes cannot be made durable");
}

}  // namespace
}  // namespace bauta::testing
