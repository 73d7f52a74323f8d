// BoundedSum: a sum over subjects that is released with noise; and the account of what all releases of one
// training tell together. Nothing of a row leaves a noised training (noised_model.h) but through it.
#ifndef BAUTA_TRAINING_BOUNDED_SUM_H_
#define BAUTA_TRAINING_BOUNDED_SUM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "training/noise.h"

namespace bauta {

// Divides μ among the releases of a training: a share s of μ² each, all shares at most 1 together. Not
// thread-safe.
class PrivacyAccount {
 public:
  explicit PrivacyAccount(double mu) : mu_(mu) {}

  // The noise multiplier z = 1 / (μ √share) of one release. `share` > 0 and no more than what is left.
  double Spend(double share);
  double left() const { return left_; }

 private:
  double mu_;
  double left_ = 1;
};

// Numbers of one subject at places of the sum, each place at most once.
struct Contribution {
  size_t place = 0;
  double value = 0;
};

// What one subject's numbers are multiplied by to be no longer than `length`: at most 1.
double ScaleWithin(double length, std::span<const Contribution> contributions);

class BoundedSum {
 public:
  // `length` > 0: no subject adds a longer vector.
  BoundedSum(size_t size, double length) : length_(length), values_(size, 0.0) {}

  // Adds one subject's numbers, scaled down together where they are longer than the length. Once a subject.
  void Add(std::span<const Contribution> contributions);

  // Noise of this standard deviation is in each number of a release with `multiplier`.
  double Deviation(double multiplier) const { return length_ * multiplier; }
  std::vector<double> Release(double multiplier, NormalNoise& noise) &&;

 private:
  double length_;
  std::vector<double> values_;
};

}  // namespace bauta

#endif  // BAUTA_TRAINING_BOUNDED_SUM_H_
