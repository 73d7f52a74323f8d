#include "ranking/snapshot_format.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/status.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bauta {
namespace {

absl::Status CheckName(const char* field, const std::string& name) {
  if (name.empty() || name.size() > kNameSizeMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, " must have 1 … ", kNameSizeMax, " characters, has ", name.size()));
  }
  for (char c : name) {
    const bool allowed =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    if (!allowed) {
      return absl::InvalidArgumentError(absl::StrCat(field, " must be of letters, digits, '-' and '.'"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRange(const char* field, float value, float low, float high) {
  if (std::isfinite(value) && value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, " must lie in ", low, " … ", high, ", is ", value));
}

constexpr float kLarge = 1e9f;
constexpr float kSmall = 1e-9f;  // For what is divided by.

absl::Status CheckSignals(const SignalModel& signals) {
  for (size_t kind = 0; kind < kSignalKindCount; ++kind) {
    const std::string name = SignalKindName(static_cast<SignalKind>(kind));
    BAUTA_RETURN_IF_ERROR(CheckRange(("signals.weight of " + name).c_str(), signals.weight[kind], 0, kLarge));
    BAUTA_RETURN_IF_ERROR(
        CheckRange(("signals.target of " + name).c_str(), signals.target[kind], -kLarge, kLarge));
  }
  BAUTA_RETURN_IF_ERROR(
      CheckRange("signals.dwell_full_milliseconds", signals.dwell_full_milliseconds, kSmall, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("signals.half_life_hours", signals.half_life_hours, kSmall, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("signals.dismissal_weight", signals.dismissal_weight, 0, kLarge));
  return CheckRange("signals.dismissal_target", signals.dismissal_target, -kLarge, kLarge);
}

absl::Status CheckScoreWeights(const ScoreWeights& weights) {
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.taste", weights.taste, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.locality", weights.locality, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.distance", weights.distance, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.freshness", weights.freshness, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.freshness_half_life_hours",
                                   weights.freshness_half_life_hours, kSmall, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.popularity", weights.popularity, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.follow", weights.follow, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("score_weights.fatigue", weights.fatigue, 0, kLarge));
  return CheckRange("score_weights.caller", weights.caller, -kLarge, kLarge);
}

// The fields of the manifest in their order, written by one visitor and read by the other.
template <class Visitor, class Manifest>
void VisitFields(Visitor& visit, Manifest& m) {
  visit.Text(m.names.version);
  visit.Text(m.names.region);
  visit.Text(m.names.kernel_set);
  visit.Time(m.names.train_begin_time);
  visit.Value(m.names.seed);
  visit.Value(m.names.crowd_min);
  visit.Value(m.names.held_out_quality);
  visit.Value(m.names.held_out_popularity);
  visit.Value(m.dimension);
  visit.Value(m.content_dimension);
  visit.Value(m.alpha0);
  visit.Value(m.lambda);
  visit.Value(m.frequency_exponent);
  visit.Value(m.post_lambda);
  visit.Value(m.post_frequency_exponent);
  visit.Value(m.crowd_size);
  for (auto& weight : m.signals.weight) visit.Value(weight);
  for (auto& target : m.signals.target) visit.Value(target);
  visit.Value(m.signals.dwell_full_milliseconds);
  visit.Value(m.signals.half_life_hours);
  visit.Value(m.signals.dismissal_weight);
  visit.Value(m.signals.dismissal_target);
  visit.Value(m.score_weights.taste);
  visit.Value(m.score_weights.locality);
  visit.Value(m.score_weights.distance);
  visit.Value(m.score_weights.freshness);
  visit.Value(m.score_weights.freshness_half_life_hours);
  visit.Value(m.score_weights.popularity);
  visit.Value(m.score_weights.follow);
  visit.Value(m.score_weights.fatigue);
  visit.Value(m.score_weights.caller);
}

struct FieldWriter {
  std::string bytes;
  template <class T>
  void Value(const T& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Text(const std::string& text) {
    Value(static_cast<uint32_t>(text.size()));
    bytes += text;
  }
  void Time(absl::Time time) { Value(int64_t{absl::ToUnixMicros(time)}); }
};

struct FieldReader {
  std::string_view bytes;
  bool good = true;
  template <class T>
  void Value(T& value) {
    if (bytes.size() < sizeof(value)) {
      good = false;
      return;
    }
    bytes.copy(reinterpret_cast<char*>(&value), sizeof(value));
    bytes.remove_prefix(sizeof(value));
  }
  void Text(std::string& text) {
    uint32_t size = 0;
    Value(size);
    if (!good || size > bytes.size()) {
      good = false;
      return;
    }
    text = std::string(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  void Time(absl::Time& time) {
    int64_t micros = 0;
    Value(micros);
    time = absl::FromUnixMicros(micros);
  }
};

}  // namespace

const char* SectionName(Section section) {
  constexpr const char* kNames[kSectionCount] = {"manifest",
                                                 "gram",
                                                 "mean_taste",
                                                 "taste_variance",
                                                 "posts",
                                                 "post_vectors",
                                                 "prior.bias",
                                                 "prior.authors",
                                                 "author_vectors",
                                                 "prior.topics",
                                                 "topic_vectors",
                                                 "prior.languages",
                                                 "language_vectors",
                                                 "prior.countries",
                                                 "country_vectors",
                                                 "prior.cities",
                                                 "city_vectors",
                                                 "content_vectors"};
  return kNames[static_cast<size_t>(section)];
}

uint64_t SnapshotChecksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

absl::Status CheckManifest(const SnapshotManifest& manifest) {
  BAUTA_RETURN_IF_ERROR(CheckName("version", manifest.names.version));
  BAUTA_RETURN_IF_ERROR(CheckName("region", manifest.names.region));
  BAUTA_RETURN_IF_ERROR(CheckName("kernel_set", manifest.names.kernel_set));
  if (manifest.names.train_begin_time < absl::UnixEpoch() ||
      manifest.names.train_begin_time > absl::FromUnixSeconds(int64_t{1} << 40)) {
    return absl::InvalidArgumentError("train_begin_time must be a time after 1970");
  }
  BAUTA_RETURN_IF_ERROR(CheckRange("held_out_quality", manifest.names.held_out_quality, -kLarge, kLarge));
  BAUTA_RETURN_IF_ERROR(
      CheckRange("held_out_popularity", manifest.names.held_out_popularity, -kLarge, kLarge));
  if (manifest.dimension < 1 || manifest.dimension > kDimensionMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("dimension must lie in 1 … ", kDimensionMax, ", is ", manifest.dimension));
  }
  if (manifest.content_dimension > kContentDimensionMax) {
    return absl::InvalidArgumentError(absl::StrCat("content dimension must be at most ", kContentDimensionMax,
                                                   ", is ", manifest.content_dimension));
  }
  BAUTA_RETURN_IF_ERROR(CheckRange("alpha0", manifest.alpha0, 0, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("lambda", manifest.lambda, kSmall, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("frequency_exponent", manifest.frequency_exponent, 0, 2));
  BAUTA_RETURN_IF_ERROR(CheckRange("post_lambda", manifest.post_lambda, kSmall, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckRange("post_frequency_exponent", manifest.post_frequency_exponent, 0, 2));
  BAUTA_RETURN_IF_ERROR(CheckRange("crowd_size", manifest.crowd_size, 0, kLarge));
  BAUTA_RETURN_IF_ERROR(CheckSignals(manifest.signals));
  return CheckScoreWeights(manifest.score_weights);
}

std::string EncodeManifest(const SnapshotManifest& manifest) {
  FieldWriter writer;
  VisitFields(writer, manifest);
  return std::move(writer.bytes);
}

absl::StatusOr<SnapshotManifest> DecodeManifest(std::string_view bytes) {
  SnapshotManifest manifest;
  FieldReader reader{bytes};
  VisitFields(reader, manifest);
  if (!reader.good) return absl::InvalidArgumentError("manifest is too short");
  if (!reader.bytes.empty()) return absl::InvalidArgumentError("manifest is too long");
  return manifest;
}

absl::Status CheckRows(const char* name, std::span<const float> values, size_t dimension, size_t stride) {
  for (size_t begin = 0; begin < values.size(); begin += stride) {
    // A value that is not finite makes this sum NaN: x·0 is 0 for every other.
    float sum[16] = {};
    for (size_t i = 0; i < stride; i += 16) {
      for (size_t lane = 0; lane < 16; ++lane) sum[lane] += values[begin + i + lane] * 0.0f;
    }
    float total = 0;
    for (float lane : sum) total += lane;
    if (total != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": row ", begin / stride, " has a value that is not finite"));
    }
    for (size_t i = dimension; i < stride; ++i) {
      if (values[begin + i] != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, ": row ", begin / stride, " is not padded with zeros"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVariance(std::span<const float> variance) {
  for (size_t i = 0; i < variance.size(); ++i) {
    if (variance[i] < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("taste_variance must not be negative: entry ", i, " is ", variance[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckGram(std::span<const float> gram) {
  for (size_t i = 0; i < gram.size(); ++i) {
    if (gram[i] < 0 || (i > 0 && gram[i] > gram[i - 1])) {
      return absl::InvalidArgumentError(
          absl::StrCat("gram must not be negative and must not rise: entry ", i, " is ", gram[i]));
    }
  }
  return absl::OkStatus();
}

}  // namespace bauta
