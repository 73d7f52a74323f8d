#include "training/bounded_sum.h"

#include <cmath>
#include <utility>

namespace bauta {

double PrivacyAccount::Spend(double share) {
  left_ -= share;
  return 1 / (mu_ * std::sqrt(share));
}

double ScaleWithin(double length, std::span<const Contribution> contributions) {
  double squares = 0;
  for (const Contribution& each : contributions) squares += each.value * each.value;
  return squares > length * length ? length / std::sqrt(squares) : 1;
}

void BoundedSum::Add(std::span<const Contribution> contributions) {
  const double scale = ScaleWithin(length_, contributions);
  for (const Contribution& each : contributions) values_[each.place] += scale * each.value;
}

std::vector<double> BoundedSum::Release(double multiplier, NormalNoise& noise) && {
  const double deviation = Deviation(multiplier);
  for (double& value : values_) value += deviation * noise.Next();
  return std::move(values_);
}

}  // namespace bauta
