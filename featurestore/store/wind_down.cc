#include "featurestore/store/wind_down.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/rights_log.h"
#include "featurestore/store/store_lock.h"
#include "privacy/destroy_keys.h"
#include "privacy/key_head.h"

namespace bauta {

absl::Status DestroyStoreKeys(const FeatureStore::Options& options, const Clock& clock, FileSystem& files) {
  const std::string& directory = options.directory;
  const std::string keys =
      options.keys_directory.empty() ? absl::StrCat(directory, "/keys") : options.keys_directory;
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreLock> lock, StoreLock::Take(directory));
  // The log and its head are no keys: they are there to be asked again after every interruption.
  BAUTA_ASSIGN_OR_RETURN(const KeyHeadValues head, KeyHead::Read(files, keys));
  BAUTA_ASSIGN_OR_RETURN(const RightsLogReport log, VerifyRightsLog(files, directory, head));
  if (log.entries_by_type[static_cast<size_t>(RightsEntryType::kCollectingStop)] == 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        directory,
        ": the store has not stopped collecting; let people export first: `bauta stop-collecting`"));
  }
  // The first path first: its note keeps every server from starting.
  BAUTA_RETURN_IF_ERROR(DestroyKeys(files, keys, clock.Now()));
  if (options.second_directory.empty()) return absl::OkStatus();
  const absl::Status second = DestroyKeys(files, options.second_directory + "/keys", clock.Now());
  return absl::IsNotFound(second) ? absl::OkStatus() : second;
}

}  // namespace bauta
