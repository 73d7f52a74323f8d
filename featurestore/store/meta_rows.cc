#include "featurestore/store/meta_rows.h"

#include <string_view>

#include "base/status.h"
#include "featurestore/store/little_endian.h"

namespace bauta {
namespace {

constexpr std::string_view kFormat = "format";
constexpr std::string_view kRegion = "region";
constexpr std::string_view kRootCheck = "root-check";
constexpr std::string_view kEpoch = "identity-epoch";
constexpr std::string_view kApplied = "applied-sequence";
constexpr std::string_view kClosed = "closed-at-sequence";

absl::StatusOr<std::optional<uint64_t>> ReadNumber(const Engine& engine, std::string_view key) {
  const absl::StatusOr<std::string> row = engine.Get(Engine::Family::kMeta, key);
  if (absl::IsNotFound(row.status())) return std::optional<uint64_t>();
  BAUTA_RETURN_IF_ERROR(row.status());
  if (row->size() != sizeof(uint64_t)) {
    return absl::DataLossError("the database's meta row " + std::string(key) + " has an impossible size");
  }
  return std::optional<uint64_t>(LoadNumber<uint64_t>(row->data()));
}

absl::Status Put(const Engine& engine, std::string_view key, std::string_view value,
                 rocksdb::WriteBatch& batch) {
  return ToStatus(batch.Put(engine.family(Engine::Family::kMeta), ToSlice(key), ToSlice(value)),
                  "write meta");
}

std::string NumberRow(uint64_t number) {
  std::string row;
  AppendNumber(number, row);
  return row;
}

}  // namespace

absl::StatusOr<std::optional<StoreIdentity>> ReadIdentity(const Engine& engine) {
  BAUTA_ASSIGN_OR_RETURN(const std::optional<uint64_t> format, ReadNumber(engine, kFormat));
  if (!format) return std::optional<StoreIdentity>();
  StoreIdentity identity = {.format = *format, .region = {}, .root_check = 0, .epoch = 1};
  BAUTA_ASSIGN_OR_RETURN(identity.region, engine.Get(Engine::Family::kMeta, kRegion));
  BAUTA_ASSIGN_OR_RETURN(const std::optional<uint64_t> root_check, ReadNumber(engine, kRootCheck));
  identity.root_check = root_check.value_or(0);
  BAUTA_ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch, ReadNumber(engine, kEpoch));
  identity.epoch = epoch.value_or(1);
  return std::optional<StoreIdentity>(identity);
}

absl::Status WriteIdentity(const Engine& engine, const StoreIdentity& identity) {
  rocksdb::WriteBatch batch;
  BAUTA_RETURN_IF_ERROR(Put(engine, kFormat, NumberRow(identity.format), batch));
  BAUTA_RETURN_IF_ERROR(Put(engine, kRegion, identity.region, batch));
  BAUTA_RETURN_IF_ERROR(Put(engine, kRootCheck, NumberRow(identity.root_check), batch));
  BAUTA_RETURN_IF_ERROR(Put(engine, kEpoch, NumberRow(identity.epoch), batch));
  BAUTA_RETURN_IF_ERROR(engine.Write(batch, /*sync=*/true));
  return ToStatus(engine.db().Flush(rocksdb::FlushOptions(), engine.family(Engine::Family::kMeta)),
                  "make the store");
}

void ReadStandIn(const Engine& engine) {
  rocksdb::PinnableSlice row;
  engine.db()
      .Get(rocksdb::ReadOptions(), engine.family(Engine::Family::kMeta), ToSlice(kRegion), &row)
      .PermitUncheckedError();
}

absl::StatusOr<uint64_t> ReadAppliedSequence(const Engine& engine) {
  BAUTA_ASSIGN_OR_RETURN(const std::optional<uint64_t> sequence, ReadNumber(engine, kApplied));
  return sequence.value_or(0);
}

void PutAppliedSequence(const Engine& engine, uint64_t sequence, rocksdb::WriteBatch& batch) {
  // A batch in memory takes a row of this size.
  batch.Put(engine.family(Engine::Family::kMeta), ToSlice(kApplied), ToSlice(NumberRow(sequence)))
      .PermitUncheckedError();
}

absl::StatusOr<std::optional<uint64_t>> ReadCloseMark(const Engine& engine) {
  return ReadNumber(engine, kClosed);
}

absl::Status WriteCloseMark(const Engine& engine, std::optional<uint64_t> sequence) {
  rocksdb::WriteBatch batch;
  if (sequence) {
    BAUTA_RETURN_IF_ERROR(Put(engine, kClosed, NumberRow(*sequence), batch));
  } else {
    BAUTA_RETURN_IF_ERROR(
        ToStatus(batch.Delete(engine.family(Engine::Family::kMeta), ToSlice(kClosed)), "write meta"));
  }
  return engine.Write(batch, /*sync=*/true);
}

}  // namespace bauta
