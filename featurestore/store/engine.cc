#include "featurestore/store/engine.h"

#include <cstdarg>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/checkpoint.h"

namespace bauta {
namespace {

constexpr const char* kFamilyNames[Engine::kFamilyCount] = {"subject", "post", "author", "meta"};
constexpr size_t kBlockCacheBytes = size_t{256} << 20;
constexpr uint64_t kSecondsPerDay = 24 * 3600;

class QuietLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// A history is its frames one behind another, so appending one needs neither a key nor a read.
class ConcatenatingMerge final : public rocksdb::MergeOperator {
 public:
  const char* Name() const override { return "bauta.concatenate.1"; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    size_t size = in.existing_value != nullptr ? in.existing_value->size() : 0;
    for (const rocksdb::Slice& operand : in.operand_list) size += operand.size();
    out->new_value.clear();
    out->new_value.reserve(size);
    if (in.existing_value != nullptr)
      out->new_value.append(in.existing_value->data(), in.existing_value->size());
    for (const rocksdb::Slice& operand : in.operand_list)
      out->new_value.append(operand.data(), operand.size());
    return true;
  }

  bool PartialMerge(const rocksdb::Slice&, const rocksdb::Slice& left, const rocksdb::Slice& right,
                    std::string* merged, rocksdb::Logger*) const override {
    merged->clear();
    merged->reserve(left.size() + right.size());
    merged->append(left.data(), left.size());
    merged->append(right.data(), right.size());
    return true;
  }
};

// After a full disk the engine would look for room every five seconds, and refuse to be asked meanwhile.
// Whoever writes next asks, see Engine::Write.
class NoRecoveryByItself final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

rocksdb::DBOptions DatabaseOptions(bool create) {
  rocksdb::DBOptions options;
  options.create_if_missing = create;
  options.create_missing_column_families = create;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.info_log = std::make_shared<QuietLogger>();
  options.listeners.push_back(std::make_shared<NoRecoveryByItself>());
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_background_jobs = 2;
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(Engine::Family family,
                                           const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::ColumnFamilyOptions options;
  options.periodic_compaction_seconds = kSecondsPerDay;
  // Most keys that are asked for are not in the write buffer: a bit saves the search.
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.memtable_whole_key_filtering = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = block_cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (family == Engine::Family::kSubject) {
    options.merge_operator = std::make_shared<ConcatenatingMerge>();
    options.compression = rocksdb::kNoCompression;  // Sealed bytes do not shrink.
  } else {
    options.compression = rocksdb::kLZ4Compression;
  }
  return options;
}

}  // namespace

absl::Status ToStatus(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsNotFound()) return absl::NotFoundError(absl::StrCat(what, ": not found"));
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(what, ": the database is damaged: ", status.ToString()));
  }
  return absl::UnavailableError(absl::StrCat(what, ": ", status.ToString()));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(const std::string& directory, bool create) {
  return Open(directory, create, /*read_only=*/false);
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::OpenReadOnly(const std::string& directory) {
  return Open(directory, /*create=*/false, /*read_only=*/true);
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(const std::string& directory, bool create,
                                                     bool read_only) {
  const std::shared_ptr<rocksdb::Cache> block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (size_t i = 0; i < kFamilyCount; ++i) {
    descriptors.emplace_back(kFamilyNames[i], FamilyOptions(static_cast<Family>(i), block_cache));
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());

  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::DBOptions options = DatabaseOptions(create);
  const rocksdb::Status opened =
      read_only ? rocksdb::DB::OpenForReadOnly(options, directory, descriptors, &handles, &db)
                : rocksdb::DB::Open(options, directory, descriptors, &handles, &db);
  if (!opened.ok()) {
    const std::string message = absl::StrCat("open the database ", directory, ": ", opened.ToString());
    if (opened.IsInvalidArgument()) {  // Absent, or with families that this program does not know.
      return message.find("does not exist") != std::string::npos ? absl::NotFoundError(message)
                                                                 : absl::FailedPreconditionError(message);
    }
    if (opened.IsIOError() && message.find("lock") != std::string::npos) {
      return absl::FailedPreconditionError(message);
    }
    return opened.IsCorruption() ? absl::DataLossError(message) : absl::UnavailableError(message);
  }
  auto engine = std::unique_ptr<Engine>(new Engine);
  engine->db_.reset(db);
  for (size_t i = 0; i < kFamilyCount; ++i) engine->families_[i] = handles[i];
  db->DestroyColumnFamilyHandle(handles[kFamilyCount]);
  return engine;
}

Engine::~Engine() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : families_) db_->DestroyColumnFamilyHandle(handle);
  db_->Close();
}

absl::Status Engine::Write(rocksdb::WriteBatch& batch, bool sync) const {
  rocksdb::WriteOptions options;
  options.sync = sync;
  rocksdb::Status status = db_->Write(options, &batch);
  // After a full disk the engine refuses everything until it is told that there may be room again.
  if (!status.ok() && db_->Resume().ok()) status = db_->Write(options, &batch);
  return ToStatus(status, "write to the database");
}

absl::StatusOr<std::string> Engine::Get(Family family, std::string_view key) const {
  std::string value;
  BAUTA_RETURN_IF_ERROR(ToStatus(db_->Get(rocksdb::ReadOptions(), this->family(family), ToSlice(key), &value),
                                 "read from the database"));
  return value;
}

absl::Status Engine::WriteCheckpoint(const std::string& directory) const {
  rocksdb::Checkpoint* made = nullptr;
  BAUTA_RETURN_IF_ERROR(ToStatus(rocksdb::Checkpoint::Create(db_.get(), &made), "write a checkpoint"));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return ToStatus(checkpoint->CreateCheckpoint(directory), "write a checkpoint");
}

absl::Status Engine::Flush() const {
  return ToStatus(db_->Flush(rocksdb::FlushOptions(), {families_.begin(), families_.end()}),
                  "flush the database");
}

absl::Status Engine::VerifyTables() const {
  return ToStatus(db_->VerifyChecksum(), "verify the database's tables");
}

}  // namespace bauta
