#include "service/generic_model.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr std::align_val_t kSnapshotAlignment{64};

ModelParameters GenericParameters() {
  ModelParameters parameters;
  parameters.version = "generic";
  parameters.region = "any";
  parameters.kernel_set = "none";
  parameters.crowd_min = 50;
  parameters.dimension = 1;
  parameters.alpha0 = 1;
  parameters.lambda = 1;
  parameters.gram = {1};
  parameters.mean_taste = {0};
  parameters.prior.bias = {0};
  // Not learned. A post of the last hours competes with one that some hundred subjects read (log(1 + 400) / 6
  // = 1); what is followed comes before both, what is from here before equals.
  ScoreWeights& weights = parameters.score_weights;
  weights.taste = 0;
  weights.freshness = 1;
  weights.freshness_half_life_hours = 12;
  weights.popularity = 1.0f / 6;
  weights.follow = 2;
  weights.locality = 0.3f;
  weights.distance = 0.3f;
  weights.fatigue = 0.3f;
  weights.caller = 1;
  return parameters;
}

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> Make() {
  BAUTA_ASSIGN_OR_RETURN(const std::string encoded, EncodeSnapshot(GenericParameters()));
  auto* const bytes = static_cast<std::byte*>(::operator new(encoded.size(), kSnapshotAlignment));
  const std::shared_ptr<const void> keeper(
      bytes, [](std::byte* memory) { ::operator delete(memory, kSnapshotAlignment); });
  std::memcpy(bytes, encoded.data(), encoded.size());
  return ModelSnapshot::Parse(std::span<const std::byte>(bytes, encoded.size()), keeper);
}

// Made of constants: where the snapshot's own code refuses them, this build is wrong, not its input.
std::shared_ptr<const ModelSnapshot> MakeOrDie() {
  absl::StatusOr<std::shared_ptr<const ModelSnapshot>> model = Make();
  if (!model.ok()) {
    std::fprintf(stderr, "the generic model is refused: %s\n", model.status().ToString().c_str());
    std::abort();
  }
  return *std::move(model);
}

}  // namespace

std::shared_ptr<const ModelSnapshot> GenericModel() {
  static const std::shared_ptr<const ModelSnapshot>& model =

      *new std::shared_ptr<const ModelSnapshot>(MakeOrDie());
  return model;
}

}  // namespace bauta
