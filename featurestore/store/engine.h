// Engine: the database, opened with what was measured to be safe, and nothing of what lies in it.
//
// Choices, each from a measurement (docs/design.md): the WAL is recovered with kTolerateCorruptedTailRecords,
// because the default drops acknowledged writes behind a flipped bit without a word; there is no row cache
// and no DeleteRange, because together they return deleted rows; the info log goes nowhere, because the
// engine's own aborts the process on a full disk.
#ifndef BAUTA_FEATURESTORE_STORE_ENGINE_H_
#define BAUTA_FEATURESTORE_STORE_ENGINE_H_

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace bauta {

// Thread-safe.
class Engine {
 public:
  // One a kind of row.
  enum class Family { kSubject = 0, kPost = 1, kAuthor = 2, kMeta = 3 };
  static constexpr size_t kFamilyCount = 4;

  // NOT_FOUND: no database is there and `create` is off. FAILED_PRECONDITION: another process holds it.
  // DATA_LOSS: damaged.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& directory, bool create);
  // For looking only: changes no file, and refuses every write. Nobody may have it open otherwise.
  static absl::StatusOr<std::unique_ptr<Engine>> OpenReadOnly(const std::string& directory);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return families_[static_cast<size_t>(family)]; }

  // Whole or not at all. UNAVAILABLE: the disk is full, and the batch may be written again later; the engine
  // has then been asked to come out of its error state once, without success.
  absl::Status Write(rocksdb::WriteBatch& batch, bool sync) const;

  // NOT_FOUND, DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<std::string> Get(Family family, std::string_view key) const;

  // Makes `directory`, which must not be there yet, a database of its own: what this one holds at one
  // instant during the call, the write-ahead log included. Tables are shared by hard links where the file
  // system can. UNAVAILABLE: it cannot be written.
  absl::Status WriteCheckpoint(const std::string& directory) const;
  // Writes what lies in memory and in the write-ahead log into tables, so that the next start has no log to
  // read. UNAVAILABLE: it cannot be written, and is in the log still.
  absl::Status Flush() const;
  // Reads every block of every table. DATA_LOSS: one is damaged.
  absl::Status VerifyTables() const;

 private:
  static absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& directory, bool create,
                                                      bool read_only);
  Engine() = default;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
};

inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view ToView(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

// `what` names the act, never a key.
absl::Status ToStatus(const rocksdb::Status& status, const std::string& what);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_ENGINE_H_
