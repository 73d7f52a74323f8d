// ModelStore: the folder of trained models. Every regular file in it is taken for a snapshot, except
// `active`, which names the model that serves, names that begin with a dot, and those that end in `.tmp`: a
// trainer writes under such a name and renames.
#ifndef BAUTA_SERVICE_MODEL_STORE_H_
#define BAUTA_SERVICE_MODEL_STORE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "ranking/model_snapshot.h"

namespace bauta {

inline constexpr size_t kModelsListedMax = 100;
inline constexpr size_t kModelVersionSizeMax = 64;  // Bytes.

// Thread-safe.
class ModelStore {
 public:
  struct Options {
    std::string directory;    // Made where it is not there. No default.
    std::string region;       // A model of another region is refused. No default.
    uint32_t crowd_min = 50;  // A model in which fewer subjects may stand behind a vector is refused; one
                              // that was trained without the gate always is.
    absl::Duration model_age_max =
        absl::Hours(24);  // An older one is expired: it may know somebody erased since.
  };

  // `files` outlives the store. Errors: those of making the folder.
  static absl::StatusOr<std::unique_ptr<ModelStore>> Open(const Options& options, FileSystem& files);

  enum class State : uint8_t { kReady, kRefused, kExpired };
  struct Entry {
    std::string version;  // Of the manifest; the file's name where that cannot be read.
    State state = State::kReady;
    std::string refusal;               // Why not kReady, at most 512 bytes.
    ModelSnapshot::Manifest manifest;  // Default where it cannot be read.
    size_t dimension = 0;
    size_t post_count = 0;
  };
  // The newest kModelsListedMax, by train_begin_time. Checks each file whole the first time that it sees it.
  // Errors: those of listing the folder.
  absl::StatusOr<std::vector<Entry>> List(absl::Time now);

  // Maps a model and checks it whole. NOT_FOUND: no such version. FAILED_PRECONDITION: refused or expired,
  // with the reason.
  absl::StatusOr<std::shared_ptr<const ModelSnapshot>> Load(const std::string& version, absl::Time now);

  // A model that serves a share of the subjects beside the one that serves the others.
  struct CanaryChoice {
    std::string version;   // Empty: none.
    uint32_t percent = 0;  // 1 … 99.
  };
  // The version last given to SetActive; empty where none was.
  absl::StatusOr<std::string> Active() const;
  // And the canary. DATA_LOSS: the file says something else.
  absl::StatusOr<CanaryChoice> ActiveCanary() const;
  // Durable when it returns OK: a restart serves the same. Both change together.
  absl::Status SetActive(const std::string& version, const CanaryChoice& canary);
  absl::Status SetActive(const std::string& version) { return SetActive(version, CanaryChoice()); }

 private:
  // Tells one content of a file from another without reading it.
  struct Stamp {
    uint64_t inode = 0, size = 0;
    int64_t modified_nanoseconds = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Known {
    Stamp stamp;
    Entry entry;
  };

  ModelStore(const Options& options, FileSystem& files) : options_(options), files_(files) {}
  static std::optional<Stamp> StampOf(const std::string& path);
  // The lines of `active`, which are VERSION and, where there is a canary, VERSION PERCENT.
  absl::StatusOr<std::vector<std::string>> ReadActive() const;
  absl::StatusOr<std::shared_ptr<const ModelSnapshot>> Map(const std::string& path) const;
  absl::Status CheckPolicy(const ModelSnapshot::Manifest& manifest) const;
  // `model` may be null; it is set where the file is a snapshot, refused or not.
  Entry Examine(const std::string& name, std::shared_ptr<const ModelSnapshot>* model) const;
  absl::Status Rescan();  // Brings known_ up to the folder. Called with mutex_ held.
  void MarkExpired(Entry& entry, absl::Time now) const;

  const Options options_;
  FileSystem& files_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // By file name.
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_MODEL_STORE_H_
