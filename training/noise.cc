#include "training/noise.h"

#include <cmath>
#include <numbers>

namespace bauta {
namespace {

double NormalShare(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// x with NormalShare(x) = share.
double NormalQuantile(double share) {
  double low = -40, high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (NormalShare(middle) < share ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double NormalNoise::Next() {
  if (has_kept_) {
    has_kept_ = false;
    return kept_;
  }
  // Box and Muller 1958. The first number is never 0.
  const double first = (static_cast<double>(bits_() >> 11) + 1) * 0x1p-53;
  const double second = static_cast<double>(bits_() >> 11) * 0x1p-53;
  const double radius = std::sqrt(-2 * std::log(first));
  kept_ = radius * std::sin(2 * std::numbers::pi * second);
  has_kept_ = true;
  return radius * std::cos(2 * std::numbers::pi * second);
}

double TruePositivesBound(double mu, double false_positives) {
  return NormalShare(NormalQuantile(false_positives) + mu);
}

double EpsilonOf(double mu, double delta) {
  if (!(mu > 0)) return 0;
  // δ(ε), falling (Dong, Roth, Su 2022, Corollary 2.13).
  const auto delta_at = [&](double epsilon) {
    return NormalShare(-epsilon / mu + mu / 2) - std::exp(epsilon) * NormalShare(-epsilon / mu - mu / 2);
  };
  double low = 0, high = 1;
  while (delta_at(high) > delta && high < 512) high *= 2;
  if (delta_at(low) <= delta) return 0;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (delta_at(middle) > delta ? low : high) = middle;
  }
  return high;
}

}  // namespace bauta
