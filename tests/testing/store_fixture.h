// StoreFixture: a real store in a temporary folder, under its own keys and a clock that stands still.
#ifndef BAUTA_TESTS_TESTING_STORE_FIXTURE_H_
#define BAUTA_TESTS_TESTING_STORE_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "featurestore/store/feature_store.h"
#include "privacy/key_ring.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {

// Not thread-safe; the store it holds is. A step that fails aborts the test program and says why.
class StoreFixture {
 public:
  // The whole hour at which the clock of a fixture starts: 2026-03-02 12:00 UTC.
  static absl::Time StartTime() { return absl::FromUnixSeconds(1772452800); }

  // Makes keys; opens nothing.
  StoreFixture();
  ~StoreFixture();

  // What the next Open opens with; the folder, a region and `create` are set.
  FeatureStore::Options& options() { return options_; }
  absl::Status TryOpen();
  void Open();
  void Close() { store_ = nullptr; }
  void Reopen() {
    Close();
    Open();
  }

  FeatureStore& store() { return *store_; }
  SimulatedClock& clock() { return clock_; }
  const KeyRing& keys() const { return *keys_; }
  const std::string& directory() const { return options_.directory; }
  std::string keys_directory() const { return options_.directory + "/keys"; }

  static Pseudonym Subject(uint32_t number);
  static AuthorCode Author(uint32_t number);
  // An approved text by the author, published an hour before StartTime.
  static Post MakePost(uint64_t id, uint32_t author, std::vector<uint64_t> topics = {}, uint64_t version = 1);

  // Turns purposes on or off now.
  void TurnOn(uint32_t subject, PurposeSet purposes);
  void TurnOff(uint32_t subject, PurposeSet purposes);
  // An event of now.
  SignalEvent Event(uint64_t post, SignalKind kind) const;
  RecordOutcome Record(uint32_t subject, const SignalEvent& event);
  void Edit(uint32_t subject, absl::FunctionRef<absl::Status(HeadInstructions&)> edit);
  SubjectView View(uint32_t subject, std::optional<Place> place = std::nullopt) const;

 private:
  TemporaryDirectory directory_;
  SimulatedClock clock_;
  std::optional<KeyRing> keys_;
  FeatureStore::Options options_;
  std::unique_ptr<FeatureStore> store_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_STORE_FIXTURE_H_
