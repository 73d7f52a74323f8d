// StageFloors: what the stages of RankPosts would cost at the least on this machine, each measured by code
// that shares nothing with them but the work.
#ifndef BAUTA_BENCH_LOAD_FLOORS_H_
#define BAUTA_BENCH_LOAD_FLOORS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace bauta::bench {

// Microseconds of one processor a call.
struct StageFloors {
  double store_get_us = 0;  // RocksDB's MultiGet of the subject's two rows, from its block cache.
  double unseal_us = 0;     // OpenSSL's AES-256-GCM over the sealed values, in one context.
  double fold_in_us = 0;    // n d² + d³/3 operations at the multiply-add rate: the rank update, the factor.
  double gather_us = 0;     // The candidates' vectors, 4 d bytes each, at the sequential memory rate.

  double Sum() const { return store_get_us + unseal_us + fold_in_us + gather_us; }
};

// OpenSSL's AES-256-GCM over values of given sizes, in one context that is kept. The last one lies under a
// key of its own, all others under one: a subject's head, and the frames of its history.
class UnsealMeter {
 public:
  // Bytes of the sealed values, nonce and tag included.
  explicit UnsealMeter(std::vector<size_t> sealed_values);
  ~UnsealMeter();
  void UnsealOnce();

 private:
  struct Context;
  const std::vector<size_t> sealed_values_;
  const std::unique_ptr<Context> context_;
};

// Holds a RocksDB of its own.
class FloorMeter {
 public:
  struct Options {
    std::string directory;  // Empty, the caller's own.
    size_t subjects = 0;
    size_t head_row_bytes = 0;
    size_t history_row_bytes = 0;
    std::vector<size_t> sealed_values;  // That one call opens, bytes each.
    size_t interactions = 0;
    size_t candidates = 0;
    size_t stride = 0;  // d.
  };
  // UNAVAILABLE: RocksDB's reason.
  static absl::StatusOr<std::unique_ptr<FloorMeter>> Create(Options options);
  ~FloorMeter();

  // Takes about a second.
  StageFloors Measure();
  // The read and the unsealing of one call, for who takes the time elsewhere.
  void ReadAndUnsealOnce();

 private:
  struct Database;
  FloorMeter(Options options, std::unique_ptr<Database> database);
  void ReadOnce();

  const Options options_;
  const std::unique_ptr<Database> database_;
  UnsealMeter unseal_;
};

}  // namespace bauta::bench

#endif  // BAUTA_BENCH_LOAD_FLOORS_H_
