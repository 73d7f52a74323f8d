// The rows of the family `meta`: whose the store is, and how far it is.
#ifndef BAUTA_FEATURESTORE_STORE_META_ROWS_H_
#define BAUTA_FEATURESTORE_STORE_META_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "featurestore/store/engine.h"

namespace bauta {

inline constexpr uint64_t kStoreFormat = 1;

// Written when a store is made, never changed.
struct StoreIdentity {
  uint64_t format = kStoreFormat;
  std::string region;
  uint64_t root_check = 0;  // Of the root key that its codes are under; see privacy/key_ring.h.
  uint64_t epoch = 1;       // Of the identity key that they are under.
};

// Nothing: the database is new.
absl::StatusOr<std::optional<StoreIdentity>> ReadIdentity(const Engine& engine);
// Durable, and not in the write-ahead log alone.
absl::Status WriteIdentity(const Engine& engine, const StoreIdentity& identity);

// Reads a row that every store has on the disk, for what that costs.
void ReadStandIn(const Engine& engine);

// The sequence of the rights log's last entry that the database holds; 0: none.
absl::StatusOr<uint64_t> ReadAppliedSequence(const Engine& engine);
void PutAppliedSequence(const Engine& engine, uint64_t sequence, rocksdb::WriteBatch& batch);

// The applied sequence at which the store was last closed; nothing where it was not closed.
absl::StatusOr<std::optional<uint64_t>> ReadCloseMark(const Engine& engine);
absl::Status WriteCloseMark(const Engine& engine, std::optional<uint64_t> sequence);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_META_ROWS_H_
