// The store: unsealing, reading a subject, taking in what subjects do.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "bauta/v1/interaction_service.pb.h"
#include "bench/load/floors.h"
#include "bench/load/load_world.h"
#include "bench/made_up.h"
#include "bench/micro/catalogue.h"
#include "featurestore/store/feature_store.h"
#include "featurestore/store/row_format.h"
#include "privacy/key_ring.h"
#include "privacy/pseudonymizer.h"
#include "privacy/sealing.h"
#include "rocksdb/db.h"
#include "service/backend.h"
#include "service/config/config.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::bench {
namespace {

constexpr size_t kPosts = 20'000;
constexpr size_t kSubjects = 2000;
constexpr size_t kInteractions = 200;
constexpr size_t kBatch = 100;      // Events.
constexpr size_t kFoldedFrame = 8;  // Every so many writes a history is folded.

// The world is made up: what fails is the benchmark itself.
void Check(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "bauta_bench: %s: %s\n", what, status.ToString().c_str());
  std::exit(1);
}
void Check(const rocksdb::Status& status, const char* what) {
  if (!status.ok()) Check(absl::UnavailableError(status.ToString()), what);
}

// A store with subjects, made when first asked for, and gone with the program.
struct StoreWorld {
  testing::TemporaryDirectory directory;
  LoadWorld world;
  std::unique_ptr<KeyRing> keys;
  std::vector<Visit> visits;  // One a subject.
};

StoreWorld& TheStoreWorld() {
  static StoreWorld made;
  if (!made.visits.empty()) return made;
  absl::StatusOr<LoadWorld> world =
      MakeLoadWorld({.posts = kPosts, .subjects = kSubjects, .interactions = kInteractions, .candidates = 10},
                    made.directory.path(), [](const std::string&) {});
  Check(world.status(), "make a store");
  made.world = *std::move(world);
  absl::StatusOr<KeyRing> keys = KeyRing::Open(PosixFileSystem(), made.world.store_directory + "/keys");
  Check(keys.status(), "open the keys");
  made.keys = std::make_unique<KeyRing>(*std::move(keys));
  const auto codes = Pseudonymizer::Create(*made.keys);
  Check(codes.status(), "make codes");
  for (size_t subject = 0; subject < kSubjects; ++subject) {
    absl::StatusOr<RawSubject> raw = RawSubject::Create(SubjectNamespace::kAccount, AccountIdOf(subject));
    made.visits.push_back(
        {.subject = (*codes)->ToPseudonym(*std::move(raw)), .place = {}, .surface = SurfaceId(1)});
  }
  return made;
}

void UnsealTwoKilobytes(benchmark::State& state) {
  const SecretKey key;  // All zeros: nobody's.
  const std::string associated_data(29, 'a'), value(2000, 'v');
  std::string sealed, opened;
  Check(Seal(key, associated_data, value, SystemRandom(), sealed), "seal");
  for (auto _ : state) {
    Check(Unseal(key, associated_data, sealed, opened), "unseal");
    benchmark::DoNotOptimize(opened.data());
  }
}

void ReadSubjects(benchmark::State& state, size_t view_cache_bytes) {
  StoreWorld& made = TheStoreWorld();
  const SystemClock clock;
  FeatureStore::Options options;
  options.directory = made.world.store_directory;
  options.region = kRegion;
  options.view_cache_bytes = view_cache_bytes;
  const auto store = FeatureStore::Open(options, *made.keys, clock, PosixFileSystem());
  Check(store.status(), "open the store");
  const auto read = [&](size_t subject) {
    const auto view = (*store)->ReadSubject(made.visits[subject], [](City) { return std::nullopt; });
    Check(view.status(), "read a subject");
    if (view->interactions().size() + view->states().size() != kInteractions) {
      Check(absl::InternalError("a view is not whole"), "read a subject");
    }
  };
  for (size_t subject = 0; subject < kSubjects; ++subject)
    read(subject);  // Keys, and blocks of the database.
  std::mt19937_64 random(1);
  for (auto _ : state) read(random() % kSubjects);
}

std::unique_ptr<FloorMeter> MakeMeter(const testing::TemporaryDirectory& directory) {
  const LoadWorld& world = TheStoreWorld().world;
  auto meter = FloorMeter::Create({.directory = directory.Join("floor"),
                                   .subjects = kSubjects,
                                   .head_row_bytes = world.sealed_values.back(),
                                   .history_row_bytes = world.history_row_bytes,
                                   .sealed_values = world.sealed_values,
                                   .interactions = kInteractions,
                                   .candidates = kCandidates,
                                   .stride = world.stride});
  Check(meter.status(), "make a database");
  return *std::move(meter);
}

// RocksDB's read of two rows as long, and OpenSSL's work on values as long.
void ReadFloor(benchmark::State& state) {
  const testing::TemporaryDirectory directory;
  const std::unique_ptr<FloorMeter> meter = MakeMeter(directory);
  for (auto _ : state) meter->ReadAndUnsealOnce();
}

void UnsealByOpenSsl(benchmark::State& state) {
  UnsealMeter meter({SealedSize(2000)});
  for (auto _ : state) meter.UnsealOnce();
}

void RecordBatch(benchmark::State& state) {
  StoreWorld& made = TheStoreWorld();
  const SystemClock clock;
  absl::StatusOr<ServerConfig> config = LoadConfig(PosixFileSystem(), made.world.config_path);
  Check(config.status(), "read the configuration");
  config->store.view_cache_bytes = size_t{1} << 30;
  auto inputs = ServerInputs::Load(*config, PosixFileSystem());
  Check(inputs.status(), "read the keys");
  const auto backend =
      Backend::Open(*config, std::make_unique<ServerInputs>(*std::move(inputs)), clock, PosixFileSystem());
  Check(backend.status(), "open the backend");
  std::mt19937_64 random(1);
  const Principal principal;
  size_t refused = 0;
  for (auto _ : state) {
    state.PauseTiming();
    v1::RecordInteractionsRequest request;
    for (size_t i = 0; i < kBatch; ++i) {
      v1::Interaction& event = *request.add_interactions();
      event.mutable_subject()->set_account_id(AccountIdOf(random() % kSubjects));
      event.set_post_id(1 + random() % kPosts);
      event.set_kind(v1::SIGNAL_KIND_CLICK);
      event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(clock.Now()) - 1);
      event.set_surface("home");
    }
    state.ResumeTiming();
    const auto response = (*backend)->interaction().RecordInteractions(principal, request);
    Check(response.status(), "record");
    state.PauseTiming();
    for (const v1::ItemResult& result : response->results()) {
      refused += result.status() != v1::ITEM_STATUS_ACCEPTED;
    }
    state.ResumeTiming();
  }
  if (refused > 0) state.SkipWithError("events were refused");
}

// RocksDB alone: a row for each event, as long as a sealed frame, and every eighth time one as long as a
// folded history; each a batch of its own, WAL on, without a sync, as the store is configured.
void WriteBatchByRocksDb(benchmark::State& state) {
  const testing::TemporaryDirectory directory;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(options, directory.Join("db"), &opened), "open a database");
  const std::unique_ptr<rocksdb::DB> db(opened);
  const std::string bytes(kFrameHeaderSize + SealedFrameBytes(kInteractions), 'x');
  const rocksdb::Slice frame(bytes.data(), kFrameHeaderSize + SealedFrameBytes(1));
  std::mt19937_64 random(1);
  for (auto _ : state) {
    for (size_t i = 0; i < kBatch; ++i) {
      std::string key(17, 'k');
      const uint64_t subject = random() % kSubjects * 0x9e3779b97f4a7c15ULL;
      key.replace(0, sizeof(subject), reinterpret_cast<const char*>(&subject), sizeof(subject));
      rocksdb::WriteBatch batch;
      Check(batch.Put(key, random() % kFoldedFrame == 0 ? rocksdb::Slice(bytes) : frame), "write");
      Check(db->Write(rocksdb::WriteOptions(), &batch), "write");
    }
  }
}

}  // namespace

void RegisterStoreBenchmarks() {
  const auto add = [](const char* name, auto function, auto... arguments) {
    return benchmark::RegisterBenchmark(name, function, arguments...)->Unit(benchmark::kMicrosecond);
  };
  add("unseal_2k", UnsealTwoKilobytes);
  add("openssl_2k", UnsealByOpenSsl);
  add("store_read_cold", ReadSubjects, size_t{0});
  add("store_read_cached", ReadSubjects, size_t{1} << 30);
  add("store_read_floor", ReadFloor);
  // All threads' time: the engine flushes and compacts on its own.
  add("record_100", RecordBatch)->MeasureProcessCPUTime();
  add("rocksdb_write_100", WriteBatchByRocksDb)->MeasureProcessCPUTime();
}

}  // namespace bauta::bench
