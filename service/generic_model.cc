#include "service/generic_model.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string>

#include "absl/status/statusor.h"

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

std::shared_ptr<const ModelSnapshot> Make() {
  const absl::StatusOr<std::string> encoded = EncodeSnapshot(GenericParameters());
  absl::StatusOr<std::shared_ptr<const ModelSnapshot>> model = encoded.status();
  if (encoded.ok()) {
    auto* const bytes = static_cast<std::byte*>(::operator new(encoded->size(), kSnapshotAlignment));
    std::memcpy(bytes, encoded->data(), encoded->size());
    const std::shared_ptr<const void> keeper(
        bytes, [](std::byte* memory) { ::operator delete(memory, kSnapshotAlignment); });
    model = ModelSnapshot::Parse(std::span<const std::byte>(bytes, encoded->size()), keeper);
  }
  if (!model.ok()) {  // A constant that the snapshot's own code refuses: a fault of this build, not of its
                      // input.
    std::fprintf(stderr, "the generic model is refused: %s\n", std::string(model.status().message()).c_str());
    std::abort();
  }
  return *std::move(model);
}

}  // namespace

std::shared_ptr<const ModelSnapshot> GenericModel() {
  static const std::shared_ptr<const ModelSnapshot>& model =
      *new std::shared_ptr<const ModelSnapshot>(Make());
  return model;
}

}  // namespace bauta
