#include "bench/load/floors.h"

#include <openssl/evp.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bench/load/latencies.h"
#include "bench/machine.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace bauta::bench {
namespace {

constexpr size_t kReads = 4000;
constexpr size_t kUnseals = 4000;
constexpr size_t kBatches = 8;  // The median of so many: a floor is not to be a disturbance.

// Of this thread, so that what else runs here does not count.
double ThreadMicroseconds() {
  timespec time;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

template <class Work>
double MicrosecondsEach(size_t count, Work work) {
  std::vector<double> batches;
  for (size_t batch = 0; batch < kBatches; ++batch) {
    const double begin = ThreadMicroseconds();
    for (size_t i = 0; i < count / kBatches; ++i) work();
    batches.push_back((ThreadMicroseconds() - begin) / static_cast<double>(count / kBatches));
  }
  return Median(std::move(batches));
}

// A key as long as the store's, spread like its codes.
std::array<char, 17> KeyOf(uint64_t subject, char row) {
  std::array<char, 17> key{};
  const uint64_t mixed = __builtin_bswap64((subject + 1) * 0x9e3779b97f4a7c15ULL);
  std::memcpy(key.data(), &mixed, sizeof(mixed));
  key[16] = row;
  return key;
}

absl::Status ToStatus(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::UnavailableError(status.ToString());
}

}  // namespace

struct FloorMeter::Database {
  std::unique_ptr<rocksdb::DB> db;
};

absl::StatusOr<std::unique_ptr<FloorMeter>> FloorMeter::Create(Options options) {
  rocksdb::Options database_options;
  database_options.create_if_missing = true;
  database_options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(size_t{256} << 20);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  database_options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* opened = nullptr;
  BAUTA_RETURN_IF_ERROR(ToStatus(rocksdb::DB::Open(database_options, options.directory, &opened)));
  auto database = std::make_unique<Database>();
  database->db.reset(opened);
  std::mt19937_64 random(1);
  std::string bytes(std::max(options.head_row_bytes, options.history_row_bytes), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (size_t subject = 0; subject < options.subjects; ++subject) {
    for (const auto& [row, size] :
         {std::pair('h', options.head_row_bytes), std::pair('i', options.history_row_bytes)}) {
      const std::array<char, 17> key = KeyOf(subject, row);
      BAUTA_RETURN_IF_ERROR(
          ToStatus(opened->Put(rocksdb::WriteOptions(), {key.data(), key.size()}, {bytes.data(), size})));
    }
  }
  BAUTA_RETURN_IF_ERROR(ToStatus(opened->Flush(rocksdb::FlushOptions())));
  return std::unique_ptr<FloorMeter>(new FloorMeter(std::move(options), std::move(database)));
}

FloorMeter::FloorMeter(Options options, std::unique_ptr<Database> database)
    : options_(std::move(options)), database_(std::move(database)) {}

FloorMeter::~FloorMeter() = default;

double FloorMeter::StoreGetMicroseconds() {
  std::mt19937_64 random(2);
  rocksdb::DB& db = *database_->db;
  const auto read = [&] {
    const uint64_t subject = random() % options_.subjects;
    const std::array<char, 17> head = KeyOf(subject, 'h'), history = KeyOf(subject, 'i');
    const rocksdb::Slice keys[2] = {{head.data(), head.size()}, {history.data(), history.size()}};
    rocksdb::PinnableSlice values[2];
    rocksdb::Status statuses[2];
    db.MultiGet(rocksdb::ReadOptions(), db.DefaultColumnFamily(), 2, keys, values, statuses, true);
  };
  for (size_t i = 0; i < 2 * options_.subjects; ++i) read();  // Into the block cache.
  return MicrosecondsEach(kReads, read);
}

double FloorMeter::UnsealMicroseconds() const {
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                           EVP_CIPHER_CTX_free);
  const size_t longest = *std::max_element(options_.sealed_values.begin(), options_.sealed_values.end());
  std::vector<uint8_t> sealed(longest), value(longest);
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 12> nonce{};
  std::array<uint8_t, 16> tag{};
  EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr);
  return MicrosecondsEach(kUnseals, [&] {
    ++key[0];  // Head and history lie under keys of their own; all frames under one.
    for (size_t size : options_.sealed_values) {
      ++nonce[0];
      int written = 0;
      EVP_DecryptInit_ex(context.get(), nullptr, nullptr, key.data(), nonce.data());
      EVP_DecryptUpdate(context.get(), value.data(), &written, sealed.data(),
                        static_cast<int>(size - nonce.size() - tag.size()));
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()), tag.data());
      EVP_DecryptFinal_ex(context.get(), value.data(), &written);  // Refuses, and costs the same.
    }
  });
}

absl::StatusOr<StageFloors> FloorMeter::Measure() {
  const auto n = static_cast<double>(options_.interactions), d = static_cast<double>(options_.stride);
  StageFloors floors;
  floors.store_get_us = StoreGetMicroseconds();
  floors.unseal_us = UnsealMicroseconds();
  floors.fold_in_us = 1e6 * (n * d * d + d * d * d / 3) / MeasureFlopsPerSecond();
  floors.gather_us = 1e6 * static_cast<double>(options_.candidates) * 4 * d / MeasureReadBytesPerSecond();
  return floors;
}

}  // namespace bauta::bench
