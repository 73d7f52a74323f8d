#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "ranking/model_snapshot.h"
#include "ranking/snapshot_format.h"

namespace bauta {
namespace {

// Lays sections one behind the other, each with its padding.
class SectionWriter {
 public:
  SectionWriter() : bytes_(kPayloadOffset, '\0') {}

  void Add(Section section, const void* data, size_t size) {
    entries_[static_cast<size_t>(section)] = {bytes_.size(), size};
    if (size > 0) bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize(RoundUpToAlignment(bytes_.size()), '\0');
  }

  template <class Id>
  void AddIds(Section section, const std::vector<Id>& ids) {
    static_assert(std::is_trivially_copyable_v<Id>);
    Add(section, ids.data(), ids.size() * sizeof(Id));
  }

  void AddRows(Section section, const float* values, size_t rows, size_t dimension) {
    const size_t stride = RowStride(dimension);
    std::vector<float> padded(rows * stride, 0.0f);
    for (size_t row = 0; row < rows; ++row) {
      std::memcpy(padded.data() + row * stride, values + row * dimension, dimension * sizeof(float));
    }
    Add(section, padded.data(), padded.size() * sizeof(float));
  }

  std::string Finish() && {
    std::memcpy(bytes_.data() + kSectionTableOffset, entries_, sizeof(entries_));
    SnapshotFileHeader header = {};
    std::memcpy(header.magic, kSnapshotMagic, sizeof(header.magic));
    header.format = kSnapshotFormat;
    header.section_count = kSectionCount;
    header.file_size = bytes_.size();
    const auto all = std::as_bytes(std::span(bytes_));
    header.checksum = SnapshotChecksum(all.subspan(sizeof(header)));
    std::memcpy(bytes_.data(), &header, sizeof(header));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  SectionEntry entries_[kSectionCount] = {};
};

SnapshotManifest ManifestOf(const ModelParameters& p) {
  SnapshotManifest manifest;
  manifest.names = {p.version,    p.region,    p.train_begin_time, p.seed,
                    p.kernel_set, p.crowd_min, p.held_out_quality, p.held_out_popularity};
  manifest.dimension = p.dimension;
  manifest.content_dimension = p.prior.content_vectors.rows;
  manifest.alpha0 = p.alpha0;
  manifest.lambda = p.lambda;
  manifest.frequency_exponent = p.frequency_exponent;
  manifest.post_lambda = p.post_lambda;
  manifest.post_frequency_exponent = p.post_frequency_exponent;
  manifest.crowd_size = p.crowd_size;
  manifest.signals = p.signals;
  manifest.score_weights = p.score_weights;
  return manifest;
}

absl::Status CheckMatrix(const char* name, const DenseMatrix& matrix, size_t rows, size_t dimension) {
  // An absent matrix need not know its width.
  if (rows == 0 && matrix.rows == 0 && matrix.values.empty()) return absl::OkStatus();
  if (matrix.rows != rows || matrix.columns != dimension || matrix.values.size() != rows * dimension) {
    return absl::InvalidArgumentError(absl::StrCat(name, " must be ", rows, " × ", dimension, ", is ",
                                                   matrix.rows, " × ", matrix.columns, " with ",
                                                   matrix.values.size(), " values"));
  }
  return absl::OkStatus();
}

absl::Status CheckShapes(const ModelParameters& p) {
  const size_t d = p.dimension;
  if (p.gram.size() != d) {
    return absl::InvalidArgumentError(
        absl::StrCat("gram must have the dimension ", d, ", has ", p.gram.size(), " values"));
  }
  if (p.mean_taste.size() != d || p.prior.bias.size() != d) {
    return absl::InvalidArgumentError(absl::StrCat("mean_taste and prior.bias must have the dimension ", d,
                                                   ", have ", p.mean_taste.size(), " and ",
                                                   p.prior.bias.size(), " values"));
  }
  if (!p.taste_variance.empty() && p.taste_variance.size() != d) {
    return absl::InvalidArgumentError(absl::StrCat("taste_variance must be empty or have the dimension ", d,
                                                   ", has ", p.taste_variance.size(), " values"));
  }
  BAUTA_RETURN_IF_ERROR(CheckMatrix("post_vectors", p.post_vectors, p.posts.size(), d));
  BAUTA_RETURN_IF_ERROR(CheckMatrix("author_vectors", p.prior.author_vectors, p.prior.authors.size(), d));
  BAUTA_RETURN_IF_ERROR(CheckMatrix("topic_vectors", p.prior.topic_vectors, p.prior.topics.size(), d));
  BAUTA_RETURN_IF_ERROR(
      CheckMatrix("language_vectors", p.prior.language_vectors, p.prior.languages.size(), d));
  BAUTA_RETURN_IF_ERROR(CheckMatrix("country_vectors", p.prior.country_vectors, p.prior.countries.size(), d));
  BAUTA_RETURN_IF_ERROR(CheckMatrix("city_vectors", p.prior.city_vectors, p.prior.cities.size(), d));
  return CheckMatrix("content_vectors", p.prior.content_vectors, p.prior.content_vectors.rows, d);
}

}  // namespace

absl::StatusOr<std::string> EncodeSnapshot(const ModelParameters& p) {
  const SnapshotManifest manifest = ManifestOf(p);
  BAUTA_RETURN_IF_ERROR(CheckManifest(manifest));
  BAUTA_RETURN_IF_ERROR(CheckShapes(p));

  const size_t d = p.dimension;
  const std::string encoded_manifest = EncodeManifest(manifest);
  SectionWriter writer;
  writer.Add(Section::kManifest, encoded_manifest.data(), encoded_manifest.size());
  writer.AddRows(Section::kGram, p.gram.data(), 1, d);
  writer.AddRows(Section::kMeanTaste, p.mean_taste.data(), 1, d);
  std::vector<float> variance = p.taste_variance;
  variance.resize(d);
  writer.AddRows(Section::kTasteVariance, variance.data(), 1, d);
  writer.AddIds(Section::kPostIds, p.posts);
  writer.AddRows(Section::kPostVectors, p.post_vectors.values.data(), p.posts.size(), d);
  const PriorParameters& prior = p.prior;
  writer.AddRows(Section::kBias, prior.bias.data(), 1, d);
  writer.AddIds(Section::kAuthorCodes, prior.authors);
  writer.AddRows(Section::kAuthorVectors, prior.author_vectors.values.data(), prior.authors.size(), d);
  writer.AddIds(Section::kTopicIds, prior.topics);
  writer.AddRows(Section::kTopicVectors, prior.topic_vectors.values.data(), prior.topics.size(), d);
  writer.AddIds(Section::kLanguages, prior.languages);
  writer.AddRows(Section::kLanguageVectors, prior.language_vectors.values.data(), prior.languages.size(), d);
  writer.AddIds(Section::kCountries, prior.countries);
  writer.AddRows(Section::kCountryVectors, prior.country_vectors.values.data(), prior.countries.size(), d);
  writer.AddIds(Section::kCities, prior.cities);
  writer.AddRows(Section::kCityVectors, prior.city_vectors.values.data(), prior.cities.size(), d);
  writer.AddRows(Section::kContentVectors, prior.content_vectors.values.data(), prior.content_vectors.rows,
                 d);
  std::string bytes = std::move(writer).Finish();

  // What is written is what will be read: the reader's own checks are the rest of the validation.
  absl::Status readable = CheckSnapshotContents(std::as_bytes(std::span(bytes)));
  if (!readable.ok()) return absl::InvalidArgumentError(readable.message());
  return bytes;
}

}  // namespace bauta
