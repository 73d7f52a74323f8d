// A store with a folder for backups.
#ifndef BAUTA_TESTS_FEATURESTORE_STORE_BACKUP_FIXTURE_H_
#define BAUTA_TESTS_FEATURESTORE_STORE_BACKUP_FIXTURE_H_

#include <string>

#include "base/status.h"
#include "featurestore/store/restore.h"
#include "tests/featurestore/store_recovery_fixture.h"

namespace bauta::testing {

inline constexpr char kName[] = "monday";

class StoreBackupFixture : public StoreRecoveryFixture {
 protected:
  FeatureStore::Options Options() const {
    FeatureStore::Options options = store_.Options();
    options.backup_directory = backups_;
    return options;
  }
  absl::Status Open() { return store_.Open(Options()); }

  absl::StatusOr<RestoreReport> Restore(const std::string& name = kName) {
    return Restore(Options(), name, PosixFileSystem());
  }
  absl::StatusOr<RestoreReport> Restore(const FeatureStore::Options& options, const std::string& name,
                                        FileSystem& files) {
    BAUTA_ASSIGN_OR_RETURN(const KeyRing ring, KeyRing::Open(PosixFileSystem(), store_.keys()));
    return RestoreBackup(options, name, ring, store_.clock(), files);
  }

  const std::string backups_ = folder_.path() + "/backups";
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_STORE_BACKUP_FIXTURE_H_
