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

struct UnsealMeter::Context {
  explicit Context(size_t longest) : sealed(longest), value(longest) {
    EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr);
  }
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> cipher{EVP_CIPHER_CTX_new(),
                                                                    EVP_CIPHER_CTX_free};
  std::vector<uint8_t> sealed, value;
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 12> nonce{};
  std::array<uint8_t, 16> tag{};
};

UnsealMeter::UnsealMeter(std::vector<size_t> sealed_values)
    : sealed_values_(std::move(sealed_values)),
      context_(std::make_unique<Context>(*std::max_element(sealed_values_.begin(), sealed_values_.end()))) {}

UnsealMeter::~UnsealMeter() = default;

void UnsealMeter::UnsealOnce() {
  Context& c = *context_;
  for (size_t i = 0; i < sealed_values_.size(); ++i) {
    const bool other_key = i == 0 || i + 1 == sealed_values_.size();
    if (other_key) ++c.key[0];
    ++c.nonce[0];
    int written = 0;
    EVP_DecryptInit_ex(c.cipher.get(), nullptr, nullptr, other_key ? c.key.data() : nullptr, c.nonce.data());
    EVP_DecryptUpdate(c.cipher.get(), c.value.data(), &written, c.sealed.data(),
                      static_cast<int>(sealed_values_[i] - c.nonce.size() - c.tag.size()));
    EVP_CIPHER_CTX_ctrl(c.cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(c.tag.size()), c.tag.data());
    EVP_DecryptFinal_ex(c.cipher.get(), c.value.data(), &written);  // Refuses, and costs the same.
  }
}

struct FloorMeter::Database {
  std::unique_ptr<rocksdb::DB> db;
  std::mt19937_64 random{2};
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
    : options_(std::move(options)), database_(std::move(database)), unseal_(options_.sealed_values) {}

FloorMeter::~FloorMeter() = default;

void FloorMeter::ReadOnce() {
  const uint64_t subject = database_->random() % options_.subjects;
  const std::array<char, 17> head = KeyOf(subject, 'h'), history = KeyOf(subject, 'i');
  const rocksdb::Slice keys[2] = {{head.data(), head.size()}, {history.data(), history.size()}};
  rocksdb::PinnableSlice values[2];
  rocksdb::Status statuses[2];
  rocksdb::DB& db = *database_->db;
  db.MultiGet(rocksdb::ReadOptions(), db.DefaultColumnFamily(), 2, keys, values, statuses, true);
}

void FloorMeter::ReadAndUnsealOnce() {
  ReadOnce();
  unseal_.UnsealOnce();
}

StageFloors FloorMeter::Measure() {
  const auto n = static_cast<double>(options_.interactions), d = static_cast<double>(options_.stride);
  StageFloors floors;
  for (size_t i = 0; i < 2 * options_.subjects; ++i) ReadOnce();  // Into the block cache.
  floors.store_get_us = MicrosecondsEach(kReads, [this] { ReadOnce(); });
  floors.unseal_us = MicrosecondsEach(kUnseals, [this] { unseal_.UnsealOnce(); });
  floors.fold_in_us = 1e6 * (n * d * d + d * d * d / 3) / MeasureFlopsPerSecond();
  floors.gather_us = 1e6 * static_cast<double>(options_.candidates) * 4 * d / MeasureReadBytesPerSecond();
  return floors;
}

}  // namespace bauta::bench
