#include "tools/eval/gate_variants.h"

#include "base/status.h"
#include "tools/eval/data_file.h"

namespace bauta {

absl::StatusOr<GateVariant> GateVariantByName(std::string_view name) {
  GateVariant variant{std::string(name), {}};
  if (name == "default") return variant;
  if (name == "none") {
    variant.rule.crowd_min = 0;
    return variant;
  }
  const absl::StatusOr<int64_t> number =
      name.empty() ? absl::StatusOr<int64_t>(0) : ParseWhole(name.substr(1));
  if (number.ok() && *number >= 1 && *number <= 10'000'000) {
    const auto value = static_cast<uint32_t>(*number);
    if (name[0] == 'm') {
      variant.rule.subjects_per_direction = value;
      return variant;
    }
    if (name[0] == 'k') {
      variant.rule.crowd_min = value;
      variant.rule.subjects_per_direction = 0;
      return variant;
    }
  }
  return absl::InvalidArgumentError("gates: none, default, m8 or k512, or the like, expected, " +
                                    std::string(name) + " given");
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
