// Noise that hides each subject in a sum, and what it hides.
//
// A sum to which one subject adds a vector of length at most Δ, released with independent normal noise of
// standard deviation Δ z in each number, is μ-Gaussian differentially private with μ = 1/z; releases one
// after another, each free to depend on those before, together with μ² = Σ 1/z² (Dong, Roth, Su 2022). μ
// bounds any attack on any data: true positives at a share f of false ones are at most Φ(Φ⁻¹(f) + μ).
//
// Neighbours are two sets of rows of which one has a subject, with all of its row, more. Numbers are taken as
// real ones: what the low bits of floating point could tell (Mironov 2012) is not covered.
#ifndef BAUTA_TRAINING_NOISE_H_
#define BAUTA_TRAINING_NOISE_H_

#include <cstdint>
#include <functional>
#include <utility>

namespace bauta {

// Uniform random bits. Where a model is to be published they come from the operating system: whoever knows
// them can take the noise away.
using RandomBits = std::function<uint64_t()>;

// Not thread-safe.
class NormalNoise {
 public:
  explicit NormalNoise(RandomBits bits) : bits_(std::move(bits)) {}

  double Next();  // Mean 0, variance 1.

 private:
  RandomBits bits_;
  double kept_ = 0;
  bool has_kept_ = false;
};

// The most that an attack reaches at `false_positives` (0 … 1) against μ.
double TruePositivesBound(double mu, double false_positives);

// The smallest ε ≥ 0 for which μ-Gaussian differential privacy is (ε, δ)-differential privacy. μ ≥ 0, 0 < δ
// < 1.
double EpsilonOf(double mu, double delta);

}  // namespace bauta

#endif  // BAUTA_TRAINING_NOISE_H_
