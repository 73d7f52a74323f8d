#include "ranking/model_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "ranking/snapshot_format.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::string EncodedWorld(const WorldOptions& options = {}) {
  return *EncodeSnapshot(MakeWorld(options).parameters);
}

// Makes the checksum right again, as somebody would who writes a wrong file on purpose or by a bug.
std::string Resealed(std::string bytes) {
  SnapshotFileHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.file_size = bytes.size();
  header.checksum = SnapshotChecksum(std::as_bytes(std::span(bytes)).subspan(sizeof(header)));
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

SectionEntry EntryOf(const std::string& bytes, Section section) {
  SectionEntry entry;
  std::memcpy(&entry, bytes.data() + kSectionTableOffset + static_cast<size_t>(section) * sizeof(entry),
              sizeof(entry));
  return entry;
}

template <class Value>
void Put(std::string& bytes, size_t at, Value value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

template <class Id>
void ExpectTable(const VectorTable<Id>& table, const std::vector<Id>& ids, const DenseMatrix& vectors) {
  ASSERT_THAT(table.ids, ElementsAreArray(ids));
  for (size_t i = 0; i < ids.size(); ++i) {
    const float* row = table.Find(ids[i]);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(row) % 64, 0u);
    EXPECT_THAT(std::span(row, vectors.columns), ElementsAreArray(vectors.row(i), vectors.columns));
    for (size_t j = vectors.columns; j < table.stride; ++j) EXPECT_EQ(row[j], 0.0f);
  }
}

class SnapshotRoundTripTest : public ::testing::TestWithParam<size_t> {};

TEST_P(SnapshotRoundTripTest, GivesBackEveryValue) {
  const ModelParameters p = MakeWorld({.dimension = GetParam(), .content_dimension = 3}).parameters;
  const auto snapshot = MakeSnapshot(p);

  EXPECT_EQ(snapshot->manifest().version, p.version);
  EXPECT_EQ(snapshot->manifest().region, p.region);
  EXPECT_EQ(snapshot->manifest().train_begin_time, p.train_begin_time);
  EXPECT_EQ(snapshot->manifest().seed, p.seed);
  EXPECT_EQ(snapshot->manifest().kernel_set, p.kernel_set);
  EXPECT_EQ(snapshot->manifest().crowd_min, p.crowd_min);
  EXPECT_EQ(snapshot->manifest().held_out_quality, p.held_out_quality);
  EXPECT_EQ(snapshot->manifest().held_out_popularity, p.held_out_popularity);
  EXPECT_EQ(snapshot->dimension(), p.dimension);
  EXPECT_EQ(snapshot->stride(), RowStride(p.dimension));
  EXPECT_EQ(snapshot->alpha0(), p.alpha0);
  EXPECT_EQ(snapshot->lambda(), p.lambda);
  EXPECT_EQ(snapshot->frequency_exponent(), p.frequency_exponent);
  EXPECT_EQ(snapshot->post_lambda(), p.post_lambda);
  EXPECT_EQ(snapshot->post_frequency_exponent(), p.post_frequency_exponent);
  EXPECT_EQ(snapshot->crowd_size(), p.crowd_size);
  EXPECT_THAT(snapshot->taste_variance().first(p.dimension), ElementsAreArray(p.taste_variance));
  EXPECT_THAT(snapshot->gram().first(p.dimension), ElementsAreArray(p.gram));
  EXPECT_THAT(snapshot->mean_taste().first(p.dimension), ElementsAreArray(p.mean_taste));
  EXPECT_EQ(snapshot->signals().weight, p.signals.weight);
  EXPECT_EQ(snapshot->signals().target, p.signals.target);
  EXPECT_EQ(snapshot->signals().half_life_hours, p.signals.half_life_hours);
  EXPECT_EQ(snapshot->score_weights().fatigue, p.score_weights.fatigue);
  EXPECT_EQ(snapshot->score_weights().caller, p.score_weights.caller);

  ExpectTable(snapshot->posts(), p.posts, p.post_vectors);
  const PriorView& prior = snapshot->prior();
  EXPECT_THAT(prior.bias.first(p.dimension), ElementsAreArray(p.prior.bias));
  ExpectTable(prior.authors, p.prior.authors, p.prior.author_vectors);
  ExpectTable(prior.topics, p.prior.topics, p.prior.topic_vectors);
  ExpectTable(prior.languages, p.prior.languages, p.prior.language_vectors);
  ExpectTable(prior.countries, p.prior.countries, p.prior.country_vectors);
  ExpectTable(prior.cities, p.prior.cities, p.prior.city_vectors);
  ASSERT_EQ(prior.content_dimension, 3u);
  EXPECT_EQ(prior.content[snapshot->stride()], p.prior.content_vectors.row(1)[0]);
  EXPECT_EQ(snapshot->posts().Find(PostId(1'000'000)), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Dimensions, SnapshotRoundTripTest, ::testing::Values(1, 15, 16, 17, 64));

TEST(SnapshotTest, EqualParametersGiveEqualBytes) { EXPECT_EQ(EncodedWorld(), EncodedWorld()); }

TEST(SnapshotTest, KeepsTheOwnerOfItsBytesAlive) {
  auto watched = std::make_shared<int>(0);
  const std::string bytes = EncodedWorld({.learned_posts = 4, .cold_posts = 0});
  void* block = std::aligned_alloc(64, RoundUpToAlignment(bytes.size()));
  std::memcpy(block, bytes.data(), bytes.size());
  auto snapshot = *ModelSnapshot::Parse({static_cast<std::byte*>(block), bytes.size()}, watched);
  EXPECT_EQ(watched.use_count(), 2);
  snapshot.reset();
  EXPECT_EQ(watched.use_count(), 1);
  std::free(block);
}

TEST(SnapshotTest, RefusesEveryFlippedByte) {
  const std::string bytes = EncodedWorld({.dimension = 4, .learned_posts = 6, .cold_posts = 0, .authors = 3});
  ASSERT_TRUE(ParseCopy(bytes).ok());
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {0x01, 0x80}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      EXPECT_FALSE(ParseCopy(damaged).ok()) << "byte " << at;
    }
  }
}

TEST(SnapshotTest, RefusesEveryTruncation) {
  const std::string bytes = EncodedWorld({.dimension = 4, .learned_posts = 6, .cold_posts = 0, .authors = 3});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseCopy(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST(SnapshotTest, RefusesMisalignedBytes) {
  const std::string bytes = EncodedWorld();
  auto* block = static_cast<std::byte*>(std::aligned_alloc(64, RoundUpToAlignment(bytes.size()) + 64));
  std::memcpy(block + 8, bytes.data(), bytes.size());
  const auto snapshot = ModelSnapshot::Parse({block + 8, bytes.size()}, nullptr);
  EXPECT_EQ(snapshot.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(snapshot.status().message()), HasSubstr("multiple of 64"));
  std::free(block);
}

// Damage that a checksum does not see, because it was there when the file was written.
struct Forgery {
  const char* name;
  absl::StatusCode code;
  const char* message;
  std::function<void(std::string&)> forge;
};
void PrintTo(const Forgery& forgery, std::ostream* out) { *out << forgery.name; }

class SnapshotForgeryTest : public ::testing::TestWithParam<Forgery> {};

TEST_P(SnapshotForgeryTest, IsRefusedWithItsReason) {
  std::string bytes = EncodedWorld({.dimension = 5, .content_dimension = 2});
  GetParam().forge(bytes);
  const auto snapshot = ParseCopy(Resealed(bytes));
  EXPECT_EQ(snapshot.status().code(), GetParam().code);
  EXPECT_THAT(std::string(snapshot.status().message()), HasSubstr(GetParam().message));
}

size_t OffsetOf(const std::string& bytes, Section section) { return EntryOf(bytes, section).offset; }
size_t TableAt(Section section) {
  return kSectionTableOffset + static_cast<size_t>(section) * sizeof(SectionEntry);
}

INSTANTIATE_TEST_SUITE_P(
    Forgeries, SnapshotForgeryTest,
    ::testing::Values(
        Forgery{"magic", absl::StatusCode::kInvalidArgument, "BAUTAMDL", [](std::string& b) { b[0] = 'X'; }},
        Forgery{"format", absl::StatusCode::kInvalidArgument, "format 2",
                [](std::string& b) { Put(b, 8, uint32_t{2}); }},
        Forgery{"section count", absl::StatusCode::kInvalidArgument, "16 sections",
                [](std::string& b) { Put(b, 12, uint32_t{16}); }},
        Forgery{"trailing bytes", absl::StatusCode::kDataLoss, "64 bytes follow the last section",
                [](std::string& b) { b.append(64, '\0'); }},
        Forgery{"offset", absl::StatusCode::kDataLoss, "section gram is out of place",
                [](std::string& b) { Put(b, TableAt(Section::kGram), uint64_t{0}); }},
        Forgery{"huge size", absl::StatusCode::kDataLoss, "section post_vectors is out of place",
                [](std::string& b) { Put(b, TableAt(Section::kPostVectors) + 8, UINT64_MAX - 3); }},
        Forgery{"ids of an odd size", absl::StatusCode::kDataLoss, "multiple of 8",
                [](std::string& b) {
                  Put(b, TableAt(Section::kPostIds) + 8, EntryOf(b, Section::kPostIds).size - 1);
                  Put(b, OffsetOf(b, Section::kPostIds) + EntryOf(b, Section::kPostIds).size, '\0');
                }},
        Forgery{"a row too few", absl::StatusCode::kDataLoss, "section topic_vectors must have",
                [](std::string& b) {
                  const SectionEntry entry = EntryOf(b, Section::kTopicVectors);
                  std::memset(b.data() + entry.offset + entry.size - 64, 0, 64);
                  Put(b, TableAt(Section::kTopicVectors) + 8, entry.size - 4);
                }},
        Forgery{"NaN in a vector", absl::StatusCode::kDataLoss, "post_vectors: row 1 has a value",
                [](std::string& b) {
                  Put(b, OffsetOf(b, Section::kPostVectors) + 64 + 8,
                      std::numeric_limits<float>::quiet_NaN());
                }},
        Forgery{"infinity in the content", absl::StatusCode::kDataLoss, "content_vectors: row 0",
                [](std::string& b) { Put(b, OffsetOf(b, Section::kContentVectors), HUGE_VALF); }},
        Forgery{"padding of a row", absl::StatusCode::kDataLoss, "not padded with zeros",
                [](std::string& b) { Put(b, OffsetOf(b, Section::kPostVectors) + 60, 1.0f); }},
        Forgery{"gram rises", absl::StatusCode::kDataLoss, "gram must not",
                [](std::string& b) { Put(b, OffsetOf(b, Section::kGram) + 4, 1e9f); }},
        Forgery{"unsorted posts", absl::StatusCode::kDataLoss, "posts must be sorted",
                [](std::string& b) { Put(b, OffsetOf(b, Section::kPostIds) + 8, uint64_t{1}); }},
        Forgery{"post 0", absl::StatusCode::kDataLoss, "posts must lie in 1",
                [](std::string& b) { Put(b, OffsetOf(b, Section::kPostIds), uint64_t{0}); }},
        Forgery{
            "unsorted authors", absl::StatusCode::kDataLoss, "prior.authors must be sorted",
            [](std::string& b) { std::memset(b.data() + OffsetOf(b, Section::kAuthorCodes) + 16, 0, 16); }},
        Forgery{"a name that does not end", absl::StatusCode::kDataLoss, "manifest is too short",
                [](std::string& b) { Put(b, OffsetOf(b, Section::kManifest), uint32_t{1'000'000}); }},
        Forgery{"a name of other characters", absl::StatusCode::kDataLoss, "version must be of letters",
                [](std::string& b) { b[OffsetOf(b, Section::kManifest) + 4] = '/'; }}));

struct BadParameters {
  const char* name;
  const char* message;
  std::function<void(ModelParameters&)> spoil;
};
void PrintTo(const BadParameters& bad, std::ostream* out) { *out << bad.name; }

class EncodeSnapshotTest : public ::testing::TestWithParam<BadParameters> {};

TEST_P(EncodeSnapshotTest, NamesTheFieldThatIsWrong) {
  ModelParameters parameters = MakeWorld().parameters;
  ASSERT_TRUE(EncodeSnapshot(parameters).ok());
  GetParam().spoil(parameters);
  const auto bytes = EncodeSnapshot(parameters);
  EXPECT_EQ(bytes.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bytes.status().message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, EncodeSnapshotTest,
    ::testing::Values(
        BadParameters{"empty version", "version", [](ModelParameters& p) { p.version.clear(); }},
        BadParameters{"region", "region", [](ModelParameters& p) { p.region = "a b"; }},
        BadParameters{"train time", "train_begin_time",
                      [](ModelParameters& p) { p.train_begin_time = absl::InfiniteFuture(); }},
        BadParameters{"dimension", "dimension", [](ModelParameters& p) { p.dimension = 0; }},
        BadParameters{"lambda", "lambda", [](ModelParameters& p) { p.lambda = 0; }},
        BadParameters{"alpha0", "alpha0", [](ModelParameters& p) { p.alpha0 = -1; }},
        BadParameters{"exponent", "frequency_exponent",
                      [](ModelParameters& p) { p.frequency_exponent = std::nanf(""); }},
        BadParameters{"post lambda", "post_lambda", [](ModelParameters& p) { p.post_lambda = 0; }},
        BadParameters{"post exponent", "post_frequency_exponent",
                      [](ModelParameters& p) { p.post_frequency_exponent = 3; }},
        BadParameters{"crowd size", "crowd_size", [](ModelParameters& p) { p.crowd_size = -1; }},
        BadParameters{"variance size", "taste_variance",
                      [](ModelParameters& p) { p.taste_variance.pop_back(); }},
        BadParameters{"variance", "taste_variance", [](ModelParameters& p) { p.taste_variance[1] = -1; }},
        BadParameters{"signal weight", "signals.weight of click",
                      [](ModelParameters& p) { p.signals.weight[1] = -1; }},
        BadParameters{"half life", "signals.half_life_hours",
                      [](ModelParameters& p) { p.signals.half_life_hours = 0; }},
        BadParameters{"score weight", "score_weights.taste",
                      [](ModelParameters& p) { p.score_weights.taste = HUGE_VALF; }},
        BadParameters{"fatigue", "score_weights.fatigue",
                      [](ModelParameters& p) { p.score_weights.fatigue = -1; }},
        BadParameters{"gram size", "gram", [](ModelParameters& p) { p.gram.pop_back(); }},
        BadParameters{"gram rises", "gram", [](ModelParameters& p) { p.gram[1] = p.gram[0] + 1; }},
        BadParameters{"mean", "mean_taste", [](ModelParameters& p) { p.mean_taste.push_back(0); }},
        BadParameters{"vectors", "post_vectors", [](ModelParameters& p) { p.post_vectors.rows -= 1; }},
        BadParameters{"vector value", "post_vectors: row 3",
                      [](ModelParameters& p) { p.post_vectors.row(3)[2] = std::nanf(""); }},
        BadParameters{"post order", "posts", [](ModelParameters& p) { std::swap(p.posts[0], p.posts[1]); }},
        BadParameters{"topic 0", "prior.topics",
                      [](ModelParameters& p) { p.prior.topics[0] = TopicId(0); }}));

}  // namespace
}  // namespace bauta::testing
