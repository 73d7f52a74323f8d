// AuditWatch: checks the rights log of the running store, and remembers what it found.
#ifndef BAUTA_SERVICE_AUDIT_WATCH_H_
#define BAUTA_SERVICE_AUDIT_WATCH_H_

#include <cstdint>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "featurestore/store/feature_store.h"

namespace bauta {

// Thread-safe.
class AuditWatch {
 public:
  struct Result {
    absl::Time time;
    bool whole = false;
    uint64_t entries = 0;  // 0 where it is not whole.
  };

  // Both outlive it.
  AuditWatch(const FeatureStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Checks now. Damage is logged as an error and returned.
  absl::Status Check();
  // Nothing: there was no check since the start.
  std::optional<Result> last() const;

 private:
  const FeatureStore& store_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<Result> last_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_AUDIT_WATCH_H_
