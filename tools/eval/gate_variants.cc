#include "tools/eval/gate_variants.h"

#include <algorithm>
#include <memory>
#include <random>

#include "absl/strings/numbers.h"
#include "base/status.h"
#include "tools/eval/data_file.h"

namespace bauta {
namespace {

constexpr int64_t kMax = 10'000'000;
constexpr double kMuMax = 1e6;

}  // namespace

void GateVariant::Apply(LearningOptions& learning) const {
  constexpr uint64_t kNoiseSeed = 1;
  learning.gate = rule;
  learning.noise = {};
  if (!(mu > 0)) return;
  const auto random = std::make_shared<std::mt19937_64>(kNoiseSeed);
  learning.noise = {mu, [random] { return (*random)(); }};
}

absl::StatusOr<GateVariant> GateVariantByName(std::string_view name) {
  GateVariant variant{std::string(name), {}};
  if (name == "default") {
    variant.mu = kDefaultMu;
    return variant;
  }
  if (name.starts_with("mu")) {
    if (absl::SimpleAtod(std::string(name.substr(2)), &variant.mu) && variant.mu > 0 && variant.mu <= kMuMax)
      return variant;
    return absl::InvalidArgumentError("gates: mu and a number expected, " + std::string(name) + " given");
  }
  variant.rule = {0, 0};
  if (name == "none") return variant;
  const size_t m = std::min(name.find('m'), name.size());
  const auto number = [](std::string_view text) {
    return text.empty() ? absl::InvalidArgumentError("") : ParseWhole(text);
  };
  absl::StatusOr<int64_t> crowd = 50, per_direction = 0;
  if (m > 0)
    crowd = name.empty() || name[0] != 'k' ? absl::InvalidArgumentError("") : number(name.substr(1, m - 1));
  if (m < name.size()) per_direction = number(name.substr(m + 1));
  if (name.empty() || !crowd.ok() || !per_direction.ok() || *crowd < 1 || *crowd > kMax ||
      *per_direction > kMax) {
    return absl::InvalidArgumentError("gates: none, default, m8, k512, k100m400 or the like expected, " +
                                      std::string(name) + " given");
  }
  variant.rule = {static_cast<uint32_t>(*crowd), static_cast<uint32_t>(*per_direction)};
  return variant;
}

absl::StatusOr<std::vector<GateVariant>> GateVariantsByNames(const std::vector<std::string>& names) {
  std::vector<GateVariant> variants;
  for (const std::string& name : names) {
    BAUTA_ASSIGN_OR_RETURN(GateVariant variant, GateVariantByName(name));
    variants.push_back(std::move(variant));
  }
  return variants;
}

}  // namespace bauta
