// The layout of the snapshot file, shared by the one that writes and the one that reads;
// docs/snapshot_format.md says it in prose. Little-endian.
#ifndef BAUTA_RANKING_SNAPSHOT_FORMAT_H_
#define BAUTA_RANKING_SNAPSHOT_FORMAT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ranking/model_parameters.h"
#include "ranking/model_snapshot.h"

namespace bauta {

static_assert(std::endian::native == std::endian::little, "snapshots are mapped, not converted");

inline constexpr char kSnapshotMagic[9] = "BAUTAMDL";
inline constexpr uint32_t kSnapshotFormat = 1;
inline constexpr size_t kSnapshotAlignment = 64;
inline constexpr size_t kDimensionMax = 4096;
inline constexpr size_t kContentDimensionMax = 4096;
inline constexpr size_t kNameSizeMax = 64;  // Version, region, kernel set.

// In the order in which they lie in the file; every section is there, if empty.
enum class Section : uint32_t {
  kManifest = 0,
  kGram,
  kMeanTaste,
  kTasteVariance,
  kPostIds,
  kPostVectors,
  kBias,
  kAuthorCodes,
  kAuthorVectors,
  kTopicIds,
  kTopicVectors,
  kLanguages,
  kLanguageVectors,
  kCountries,
  kCountryVectors,
  kCities,
  kCityVectors,
  kContentVectors,
  kCount,
};
inline constexpr size_t kSectionCount = static_cast<size_t>(Section::kCount);
const char* SectionName(Section section);

struct SnapshotFileHeader {
  char magic[8];
  uint32_t format;
  uint32_t section_count;
  uint64_t file_size;
  uint64_t checksum;  // XXH3-64 of every byte behind this header.
};
static_assert(sizeof(SnapshotFileHeader) == 32);

struct SectionEntry {
  uint64_t offset;  // A multiple of 64.
  uint64_t size;    // Bytes; zeros follow up to the next multiple of 64.
};
static_assert(sizeof(SectionEntry) == 16);

inline constexpr size_t kSectionTableOffset = sizeof(SnapshotFileHeader);
inline constexpr size_t kPayloadOffset =
    (kSectionTableOffset + kSectionCount * sizeof(SectionEntry) + kSnapshotAlignment - 1) /
    kSnapshotAlignment * kSnapshotAlignment;

constexpr uint64_t RoundUpToAlignment(uint64_t size) {
  return (size + kSnapshotAlignment - 1) / kSnapshotAlignment * kSnapshotAlignment;
}

uint64_t SnapshotChecksum(std::span<const std::byte> bytes);

// Everything of a model but its ids and matrices: the first section.
struct SnapshotManifest {
  ModelSnapshot::Manifest names;
  uint64_t dimension = 0;
  uint64_t content_dimension = 0;
  float alpha0 = 0;
  float lambda = 0;
  float frequency_exponent = 0;
  float post_lambda = 1;
  float post_frequency_exponent = 0;
  float crowd_size = 0;
  SignalModel signals;
  ScoreWeights score_weights;
};

// INVALID_ARGUMENT, naming the field, where a value is out of range.
absl::Status CheckManifest(const SnapshotManifest& manifest);

std::string EncodeManifest(const SnapshotManifest& manifest);
// INVALID_ARGUMENT where `bytes` are not exactly one manifest; ranges are not checked.
absl::StatusOr<SnapshotManifest> DecodeManifest(std::string_view bytes);

// What ModelSnapshot::Parse checks, but for the alignment of `bytes`.
absl::Status CheckSnapshotContents(std::span<const std::byte> bytes);

// INVALID_ARGUMENT, naming the row, unless every value of the rows is finite and those behind `dimension` are
// zeros.
absl::Status CheckRows(const char* name, std::span<const float> values, size_t dimension, size_t stride);
// INVALID_ARGUMENT unless the values are ≥ 0 and do not rise.
absl::Status CheckGram(std::span<const float> gram);
// INVALID_ARGUMENT unless the values are ≥ 0.
absl::Status CheckVariance(std::span<const float> variance);

// INVALID_ARGUMENT, naming the place, unless the ids rise strictly.
template <class Id>
absl::Status CheckRising(const char* name, std::span<const Id> ids) {
  for (size_t i = 1; i < ids.size(); ++i) {
    if (!(ids[i - 1] < ids[i])) {
      return absl::InvalidArgumentError(std::string(name) + " must be sorted and distinct: entry " +
                                        std::to_string(i) + " is not above the one before");
    }
  }
  return absl::OkStatus();
}
// The same, and each in 1 … kIdMax.
template <class Id>
absl::Status CheckIds(const char* name, std::span<const Id> ids) {
  if (absl::Status status = CheckRising(name, ids); !status.ok()) return status;
  if (!ids.empty() && (ids.front().value() == 0 || ids.back().value() > kIdMax)) {
    return absl::InvalidArgumentError(std::string(name) + " must lie in 1 … 2^63−1");
  }
  return absl::OkStatus();
}

}  // namespace bauta

#endif  // BAUTA_RANKING_SNAPSHOT_FORMAT_H_
