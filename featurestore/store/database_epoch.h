// The database of each identity epoch: its folder, and whether it is the one that the keys are of. The rows
// of a database can be found under one identity key alone.
#ifndef BAUTA_FEATURESTORE_STORE_DATABASE_EPOCH_H_
#define BAUTA_FEATURESTORE_STORE_DATABASE_EPOCH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privacy/key_ring.h"

namespace bauta {

// `store_directory`/db for epoch 1, `store_directory`/db.N for every later one.
std::string DatabaseDirectory(const std::string& store_directory, IdentityEpoch epoch);

// What the database in that folder says of itself; opens and closes it. NOT_FOUND, DATA_LOSS,
// FAILED_PRECONDITION: it is no store's, or another process has it open.
absl::StatusOr<IdentityEpoch> ReadDatabaseEpoch(const std::string& database_directory);

// FAILED_PRECONDITION where a database of `found` is put where `live` is: a backup of an earlier epoch. The
// message names both.
absl::Status CheckDatabaseEpoch(IdentityEpoch found, IdentityEpoch live);

// Takes the folder away: renamed first, so that a crash leaves a whole database or none.
absl::Status RemoveDatabase(const std::string& database_directory);

// FAILED_PRECONDITION where a database lies in the folder that belongs to none of the live epochs. Removes
// what RemoveDatabase left behind.
absl::Status CheckNoOtherDatabases(const std::string& store_directory,
                                   const std::vector<IdentityEpoch>& live);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_DATABASE_EPOCH_H_
