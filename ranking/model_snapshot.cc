#include "ranking/model_snapshot.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "ranking/snapshot_format.h"

namespace bauta {

// Reads the sections of one file into a ModelSnapshot.
class SnapshotReader {
 public:
  explicit SnapshotReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // Everything but alignment and owner.
  static absl::StatusOr<std::shared_ptr<ModelSnapshot>> ReadAll(std::span<const std::byte> bytes) {
    SnapshotReader reader(bytes);
    BAUTA_RETURN_IF_ERROR(reader.CheckFrame());
    std::shared_ptr<ModelSnapshot> snapshot(new ModelSnapshot());
    BAUTA_RETURN_IF_ERROR(reader.Read(*snapshot));
    return snapshot;
  }

  static void SetKeeper(ModelSnapshot& snapshot, std::shared_ptr<const void> keeper) {
    snapshot.keeper_ = std::move(keeper);
  }

 private:
  // That these bytes are a whole snapshot of this format: INVALID_ARGUMENT. That they are intact: DATA_LOSS.
  absl::Status CheckFrame() {
    if (bytes_.size() < kPayloadOffset) {
      return absl::DataLossError(
          absl::StrCat("cut off: ", bytes_.size(), " bytes, the header alone has ", kPayloadOffset));
    }
    SnapshotFileHeader header;
    std::memcpy(&header, bytes_.data(), sizeof(header));
    if (std::memcmp(header.magic, kSnapshotMagic, sizeof(header.magic)) != 0) {
      return absl::InvalidArgumentError("no model snapshot: it does not begin with BAUTAMDL");
    }
    if (header.format != kSnapshotFormat || header.section_count != kSectionCount) {
      return absl::InvalidArgumentError(absl::StrCat("format ", header.format, " with ", header.section_count,
                                                     " sections; this program reads format ", kSnapshotFormat,
                                                     " with ", kSectionCount));
    }
    if (header.file_size != bytes_.size()) {
      return absl::DataLossError(
          absl::StrCat("the header says ", header.file_size, " bytes, the file has ", bytes_.size()));
    }
    if (header.checksum != SnapshotChecksum(bytes_.subspan(sizeof(header)))) {
      return absl::DataLossError("the checksum does not match: the file is damaged");
    }
    return absl::OkStatus();
  }

  // The checksum holds, so what fails here was written so: no damage of the disk, but as unusable.
  absl::Status Read(ModelSnapshot& snapshot) {
    if (absl::Status status = ReadSections(snapshot); !status.ok()) {
      return absl::DataLossError(status.message());
    }
    return absl::OkStatus();
  }

  absl::Status ReadSections(ModelSnapshot& snapshot) {
    BAUTA_RETURN_IF_ERROR(ReadSectionTable());
    const std::span<const std::byte> encoded = Bytes(Section::kManifest);
    BAUTA_ASSIGN_OR_RETURN(const SnapshotManifest manifest,
                           DecodeManifest({reinterpret_cast<const char*>(encoded.data()), encoded.size()}));
    BAUTA_RETURN_IF_ERROR(CheckManifest(manifest));
    snapshot.manifest_ = manifest.names;
    snapshot.dimension_ = dimension_ = manifest.dimension;
    snapshot.stride_ = stride_ = RowStride(dimension_);
    snapshot.alpha0_ = manifest.alpha0;
    snapshot.lambda_ = manifest.lambda;
    snapshot.frequency_exponent_ = manifest.frequency_exponent;
    snapshot.post_lambda_ = manifest.post_lambda;
    snapshot.post_frequency_exponent_ = manifest.post_frequency_exponent;
    snapshot.crowd_size_ = manifest.crowd_size;
    snapshot.signals_ = manifest.signals;
    snapshot.score_weights_ = manifest.score_weights;

    BAUTA_RETURN_IF_ERROR(ReadRows(Section::kGram, 1, snapshot.gram_));
    BAUTA_RETURN_IF_ERROR(CheckGram(snapshot.gram_));
    BAUTA_RETURN_IF_ERROR(ReadRows(Section::kMeanTaste, 1, snapshot.mean_taste_));
    BAUTA_RETURN_IF_ERROR(ReadRows(Section::kTasteVariance, 1, snapshot.taste_variance_));
    BAUTA_RETURN_IF_ERROR(CheckVariance(snapshot.taste_variance_));
    BAUTA_RETURN_IF_ERROR(ReadTable(Section::kPostIds, Section::kPostVectors, snapshot.posts_));
    BAUTA_RETURN_IF_ERROR(CheckIds(SectionName(Section::kPostIds), snapshot.posts_.ids));
    return ReadPrior(manifest.content_dimension, snapshot.prior_);
  }

  absl::Status ReadPrior(size_t content_dimension, PriorView& prior) {
    BAUTA_RETURN_IF_ERROR(ReadRows(Section::kBias, 1, prior.bias));
    BAUTA_RETURN_IF_ERROR(ReadTable(Section::kAuthorCodes, Section::kAuthorVectors, prior.authors));
    BAUTA_RETURN_IF_ERROR(CheckRising(SectionName(Section::kAuthorCodes), prior.authors.ids));
    BAUTA_RETURN_IF_ERROR(ReadTable(Section::kTopicIds, Section::kTopicVectors, prior.topics));
    BAUTA_RETURN_IF_ERROR(CheckIds(SectionName(Section::kTopicIds), prior.topics.ids));
    BAUTA_RETURN_IF_ERROR(ReadTable(Section::kLanguages, Section::kLanguageVectors, prior.languages));
    BAUTA_RETURN_IF_ERROR(CheckRising(SectionName(Section::kLanguages), prior.languages.ids));
    BAUTA_RETURN_IF_ERROR(ReadTable(Section::kCountries, Section::kCountryVectors, prior.countries));
    BAUTA_RETURN_IF_ERROR(CheckRising(SectionName(Section::kCountries), prior.countries.ids));
    BAUTA_RETURN_IF_ERROR(ReadTable(Section::kCities, Section::kCityVectors, prior.cities));
    BAUTA_RETURN_IF_ERROR(CheckRising(SectionName(Section::kCities), prior.cities.ids));
    prior.content_dimension = content_dimension;
    return ReadRows(Section::kContentVectors, content_dimension, prior.content);
  }

  absl::Status ReadSectionTable() {
    std::memcpy(entries_, bytes_.data() + kSectionTableOffset, sizeof(entries_));
    uint64_t expected = kPayloadOffset;
    for (size_t i = 0; i < kSectionCount; ++i) {
      const SectionEntry& entry = entries_[i];
      if (entry.offset != expected || entry.size > bytes_.size() - expected ||
          RoundUpToAlignment(entry.size) > bytes_.size() - expected) {
        return absl::InvalidArgumentError(absl::StrCat("section ", SectionName(static_cast<Section>(i)),
                                                       " is out of place: offset ", entry.offset, ", size ",
                                                       entry.size));
      }
      expected += RoundUpToAlignment(entry.size);
      for (uint64_t at = entry.offset + entry.size; at < expected; ++at) {
        if (bytes_[at] != std::byte{0}) {
          return absl::InvalidArgumentError(
              absl::StrCat("section ", SectionName(static_cast<Section>(i)), " is not padded with zeros"));
        }
      }
    }
    if (expected != bytes_.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(bytes_.size() - expected, " bytes follow the last section"));
    }
    return absl::OkStatus();
  }

  std::span<const std::byte> Bytes(Section section) const {
    const SectionEntry& entry = entries_[static_cast<size_t>(section)];
    return bytes_.subspan(entry.offset, entry.size);
  }

  absl::Status ReadRows(Section section, size_t rows, std::span<const float>& values) const {
    const std::span<const std::byte> bytes = Bytes(section);
    // The manifest bounds the dimension, ids the rows: the product cannot overflow.
    const size_t size = rows * stride_ * sizeof(float);
    if (bytes.size() != size) {
      return absl::InvalidArgumentError(absl::StrCat("section ", SectionName(section), " must have ", size,
                                                     " bytes for ", rows, " rows of dimension ", dimension_,
                                                     ", has ", bytes.size()));
    }
    values = {reinterpret_cast<const float*>(bytes.data()), rows * stride_};
    return CheckRows(SectionName(section), values, dimension_, stride_);
  }

  template <class Id>
  absl::Status ReadTable(Section ids, Section vectors, VectorTable<Id>& table) const {
    static_assert(std::is_trivially_copyable_v<Id> && kSnapshotAlignment % alignof(Id) == 0);
    const std::span<const std::byte> bytes = Bytes(ids);
    if (bytes.size() % sizeof(Id) != 0) {
      return absl::InvalidArgumentError(absl::StrCat("section ", SectionName(ids),
                                                     " must have a multiple of ", sizeof(Id), " bytes, has ",
                                                     bytes.size()));
    }
    table.ids = {reinterpret_cast<const Id*>(bytes.data()), bytes.size() / sizeof(Id)};
    table.stride = stride_;
    return ReadRows(vectors, table.ids.size(), table.values);
  }

  std::span<const std::byte> bytes_;
  SectionEntry entries_[kSectionCount] = {};
  size_t dimension_ = 0;
  size_t stride_ = 0;
};

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> ModelSnapshot::Parse(
    std::span<const std::byte> bytes, std::shared_ptr<const void> keeper) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % kSnapshotAlignment != 0) {
    return absl::InvalidArgumentError("the bytes of a snapshot must begin at a multiple of 64");
  }
  BAUTA_ASSIGN_OR_RETURN(std::shared_ptr<ModelSnapshot> snapshot, SnapshotReader::ReadAll(bytes));
  SnapshotReader::SetKeeper(*snapshot, std::move(keeper));
  return std::shared_ptr<const ModelSnapshot>(std::move(snapshot));
}

absl::Status CheckSnapshotContents(std::span<const std::byte> bytes) {
  return SnapshotReader::ReadAll(bytes).status();
}

}  // namespace bauta
