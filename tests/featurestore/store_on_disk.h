// A feature store in a folder of the real file system, for tests that damage it, and what they do to files.
#ifndef BAUTA_TESTS_FEATURESTORE_STORE_ON_DISK_H_
#define BAUTA_TESTS_FEATURESTORE_STORE_ON_DISK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "featurestore/store/feature_store.h"
#include "privacy/key_ring.h"

namespace bauta::testing {

// A folder that goes when this does. Aborts the test program where it cannot be made.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The same code in every process.
Pseudonym SubjectNumber(uint32_t number);
AuthorCode AuthorNumber(uint32_t number);

class StoreOnDisk {
 public:
  // Makes the keys; the store itself is made by the first Open.
  explicit StoreOnDisk(std::string directory);

  FeatureStore::Options Options() const;
  std::string db() const { return directory_ + "/db"; }
  std::string keys() const { return directory_ + "/keys"; }
  std::string log() const { return directory_ + "/rights.log.1"; }
  const std::string& directory() const { return directory_; }

  // Reads the keys and opens the store, as a process does that starts.
  absl::Status Open() { return Open(Options()); }
  absl::Status Open(const FeatureStore::Options& options) { return Open(options, PosixFileSystem()); }
  absl::Status Open(const FeatureStore::Options& options, FileSystem& files);
  void Close();
  FeatureStore& operator*() const { return *store_; }
  FeatureStore* operator->() const { return store_.get(); }
  bool is_open() const { return store_ != nullptr; }
  SimulatedClock& clock() { return clock_; }

 private:
  const std::string directory_;
  SimulatedClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<FeatureStore> store_;
};

// ---- Calls in one line.

absl::Status DismissPost(FeatureStore& store, uint32_t subject, uint64_t post);
bool HasDismissed(const FeatureStore& store, uint32_t subject, uint64_t post);
absl::Status FollowTopic(FeatureStore& store, uint32_t subject, uint64_t topic);
bool Follows(const FeatureStore& store, uint32_t subject, uint64_t topic);
absl::Status SetPersonalize(FeatureStore& store, const Clock& clock, uint32_t subject, bool on);
bool Personalizes(const FeatureStore& store, uint32_t subject);
// OK where the event was recorded, now or before.
absl::Status Click(FeatureStore& store, const Clock& clock, uint32_t subject, uint64_t post);
std::vector<uint64_t> ClickedPosts(const FeatureStore& store, uint32_t subject);
absl::Status UpsertPost(FeatureStore& store, uint64_t post, uint64_t version = 1);
bool PostIsLive(const FeatureStore& store, uint64_t post);
// Nothing at all is kept of the subject.
bool IsUnknown(const FeatureStore& store, uint32_t subject);

// ---- Files.

std::string ReadAll(const std::string& path);
void WriteAll(const std::string& path, std::string_view bytes);
void FlipBit(const std::string& path, uint64_t bit);
void CopyFolder(const std::string& from, const std::string& to);
void ReplaceFolder(const std::string& from, const std::string& to);
// Of all files under `directory`, folders within included, whose name ends with `suffix`; sorted.
std::vector<std::string> FilesUnder(const std::string& directory, std::string_view suffix = "");
// The files under `directory` that hold `needle`.
std::vector<std::string> FilesThatHold(const std::string& directory, std::string_view needle);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_STORE_ON_DISK_H_
