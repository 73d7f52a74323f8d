#include "tests/testing/model_builder.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

namespace bauta::testing {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The same numbers with every standard library: its distributions are not specified to the bit.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t Below(size_t limit) { return engine_() % limit; }
  // Of mean 0 and variance 1, nearly normal (Irwin and Hall).
  float Normal() {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(engine_() >> 11) * 0x1p-53;
    return static_cast<float>(sum - 6);
  }

 private:
  std::mt19937_64 engine_;
};

Matrix RandomRows(Dice& dice, size_t rows, size_t columns, float norm) {
  Matrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = norm / std::sqrt(static_cast<float>(columns)) * dice.Normal();
  }
  return matrix;
}

DenseMatrix ToDense(const Matrix& matrix) {
  DenseMatrix dense{static_cast<size_t>(matrix.rows()), static_cast<size_t>(matrix.cols()), {}};
  dense.values.assign(matrix.data(), matrix.data() + matrix.size());
  return dense;
}

Post MakePost(Dice& dice, const WorldOptions& options, uint64_t id) {
  Post post;
  post.id = PostId(id);
  post.version = 1;
  const size_t author = dice.Below(options.authors);
  post.author = AuthorNumber(author + 1);
  // An author's home topic, and others now and then.
  post.topics.push_back(TopicId(author % options.topics + 1));
  for (size_t extra = dice.Below(3); extra > 0; --extra) {
    const TopicId topic(dice.Below(options.topics) + 1);
    if (std::find(post.topics.begin(), post.topics.end(), topic) == post.topics.end()) {
      post.topics.push_back(topic);
    }
  }
  post.kind = PostKind::kText;
  post.language = *Language::Parse(dice.Below(4) == 0 ? "fr" : "de");
  if (dice.Below(2) == 0) {
    post.city = City(static_cast<uint32_t>(dice.Below(6) + 1));
    post.country = PlaceOfCity(*post.city)->country;
  }
  post.create_time = post.publish_time = options.now - absl::Minutes(30) * static_cast<int64_t>(id);
  post.review = ReviewState::kApproved;
  for (size_t i = 0; i < options.content_dimension; ++i) post.content.push_back(dice.Normal());
  return post;
}

// The columns of the prior before they are rotated into the eigenbasis.
struct Columns {
  std::vector<AuthorCode> author_codes;  // Sorted.
  Matrix bias, authors, topics, languages, countries, cities, content;

  Matrix MeanOf(const Post& post) const {
    Matrix mean = bias;
    for (size_t i = 0; i < author_codes.size(); ++i) {
      if (author_codes[i] == post.author) mean += authors.row(static_cast<Eigen::Index>(i));
    }
    for (TopicId topic : post.topics) {
      const auto row = static_cast<Eigen::Index>(topic.value()) - 1;
      if (row < topics.rows()) mean += topics.row(row) / std::sqrt(static_cast<float>(post.topics.size()));
    }
    mean += languages.row(post.language == *Language::Parse("de") ? 0 : 1);
    if (post.country) mean += countries.row(*post.country == *CountryCode::Parse("DE") ? 0 : 1);
    if (post.city) mean += cities.row(static_cast<Eigen::Index>(post.city->value()) - 1);
    for (size_t i = 0; i < post.content.size(); ++i) {
      mean += post.content[i] * content.row(static_cast<Eigen::Index>(i));
    }
    return mean;
  }

  void Rotate(const Matrix& basis) {
    for (Matrix* matrix : {&bias, &authors, &topics, &languages, &countries, &cities, &content}) {
      *matrix = *matrix * basis;
    }
  }
};

void SetScalars(const WorldOptions& options, ModelParameters& p) {
  p.version = options.version;
  p.region = options.region;
  p.train_begin_time = options.now - absl::Hours(1);
  p.seed = options.seed;
  p.kernel_set = "portable";
  p.crowd_min = options.crowd_min;
  p.held_out_quality = 0.2f;
  p.held_out_popularity = 0.1f;
  p.dimension = options.dimension;
  p.alpha0 = 0.01f;
  p.lambda = 0.1f;
  p.frequency_exponent = 0.5f;
  p.post_lambda = 0.5f;
  p.post_frequency_exponent = 0.5f;
  p.crowd_size = 1000;
  p.taste_variance.assign(options.dimension, 0.02f);
  p.signals.target.fill(1);
  p.signals.weight = {0, 1, 0.5f, 1, 2, 2, 1.5f, 1, 0.5f, 2, 3, 3};
  p.signals.target[static_cast<size_t>(SignalKind::kReport)] = -1;
  p.score_weights = {.taste = 1,
                     .locality = 0.3f,
                     .distance = 0.1f,
                     .freshness = 0.2f,
                     .freshness_half_life_hours = 12,
                     .popularity = 0.05f,
                     .follow = 0.5f,
                     .fatigue = 0.1f,
                     .caller = 1};
}

Columns MakeColumns(Dice& dice, const WorldOptions& options) {
  const size_t d = options.dimension;
  Columns columns;
  columns.bias = RandomRows(dice, 1, d, 0.3f);
  for (size_t i = 1; i < options.authors; ++i) columns.author_codes.push_back(AuthorNumber(i));
  std::sort(columns.author_codes.begin(), columns.author_codes.end());
  columns.authors = RandomRows(dice, options.authors - 1, d, 0.4f);
  columns.topics = RandomRows(dice, options.topics - 1, d, 0.1f);
  for (Eigen::Index topic = 0; topic < columns.topics.rows(); ++topic) {
    columns.topics(topic, topic % static_cast<Eigen::Index>(d)) += 0.8f;
  }
  columns.languages = RandomRows(dice, 2, d, 0.1f);
  columns.countries = RandomRows(dice, 2, d, 0.05f);
  columns.cities = RandomRows(dice, 6, d, 0.05f);
  columns.content = RandomRows(dice, options.content_dimension, d, 0.1f);
  return columns;
}

}  // namespace

World MakeWorld(const WorldOptions& options) {
  Dice dice(options.seed);
  World world;
  world.now = options.now;
  ModelParameters& p = world.parameters;
  SetScalars(options, p);

  Columns columns = MakeColumns(dice, options);
  for (uint64_t id = 1; id <= options.learned_posts + options.cold_posts; ++id) {
    world.posts.push_back(MakePost(dice, options, id));
  }
  Matrix vectors = RandomRows(dice, options.learned_posts, options.dimension, 0.3f);
  for (size_t i = 0; i < options.learned_posts; ++i) {
    vectors.row(static_cast<Eigen::Index>(i)) += columns.MeanOf(world.posts[i]);
    p.posts.push_back(world.posts[i].id);
  }

  // Into the eigenbasis of G, largest first.
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(Matrix(vectors.transpose() * vectors));
  const Matrix basis = solver.eigenvectors().rowwise().reverse();
  const auto d = static_cast<Eigen::Index>(options.dimension);
  for (Eigen::Index i = d - 1; i >= 0; --i) p.gram.push_back(std::max(0.0f, solver.eigenvalues()(i)));
  vectors = vectors * basis;
  columns.Rotate(basis);
  const Matrix mean_taste = 0.5f * columns.bias;
  p.mean_taste.assign(mean_taste.data(), mean_taste.data() + d);
  p.post_vectors = ToDense(vectors);

  PriorParameters& prior = p.prior;
  prior.bias.assign(columns.bias.data(), columns.bias.data() + d);
  prior.authors = columns.author_codes;
  for (size_t i = 1; i < options.topics; ++i) prior.topics.push_back(TopicId(i));
  prior.languages = {*Language::Parse("de"), *Language::Parse("fr")};
  prior.countries = {*CountryCode::Parse("DE"), *CountryCode::Parse("FR")};
  for (uint32_t city = 1; city <= 6; ++city) prior.cities.push_back(City(city));
  prior.author_vectors = ToDense(columns.authors);
  prior.topic_vectors = ToDense(columns.topics);
  prior.language_vectors = ToDense(columns.languages);
  prior.country_vectors = ToDense(columns.countries);
  prior.city_vectors = ToDense(columns.cities);
  prior.content_vectors = ToDense(columns.content);
  return world;
}

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> ParseCopy(const std::string& bytes) {
  const size_t size = (bytes.size() + 63) / 64 * 64 + 64;
  std::shared_ptr<void> block(std::aligned_alloc(64, size), std::free);
  std::memcpy(block.get(), bytes.data(), bytes.size());
  return ModelSnapshot::Parse({static_cast<const std::byte*>(block.get()), bytes.size()}, block);
}

std::shared_ptr<const ModelSnapshot> MakeSnapshot(const ModelParameters& parameters) {
  const absl::StatusOr<std::string> bytes = EncodeSnapshot(parameters);
  const auto snapshot =
      bytes.ok() ? ParseCopy(*bytes) : absl::StatusOr<std::shared_ptr<const ModelSnapshot>>(bytes.status());
  if (!snapshot.ok()) {
    std::fprintf(stderr, "no snapshot of these parameters: %s\n", snapshot.status().ToString().c_str());
    std::abort();
  }
  return *snapshot;
}

std::unique_ptr<LivePosts> MakeLivePosts(const World& world, std::shared_ptr<const ModelSnapshot> snapshot) {
  auto posts = std::make_unique<LivePosts>(std::move(snapshot), world.posts.size());
  for (const Post& post : world.posts) {
    posts->Upsert(post, post.city ? PlaceOfCity(*post.city) : std::nullopt);
  }
  return posts;
}

AuthorCode AuthorNumber(uint64_t number) {
  CodeBytes bytes{};
  // Codes are pseudorandom: the first half, which serves as their hash, is mixed; the rest says which.
  const uint64_t mixed = number * 0x9e3779b97f4a7c15ULL;
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(mixed >> (56 - 8 * i));
  for (size_t i = 0; i < 8; ++i) bytes[8 + i] = static_cast<uint8_t>(number >> (56 - 8 * i));
  return AuthorCode(bytes);
}

std::optional<Place> PlaceOfCity(City city) {
  const CountryCode de = *CountryCode::Parse("DE"), fr = *CountryCode::Parse("FR");
  switch (city.value()) {
    case 1:
      return Place{city, Region(10), de, 52.5f, 13.4f};
    case 2:
      return Place{city, Region(10), de, 52.4f, 13.0f};
    case 3:
      return Place{city, Region(20), de, 48.1f, 11.6f};
    case 4:
      return Place{city, Region(20), de, 48.4f, 11.8f};
    case 5:
      return Place{city, Region(30), fr, 48.9f, 2.3f};
    case 6:
      return Place{city, Region(30), fr, 48.8f, 2.1f};
    default:
      return std::nullopt;
  }
}

}  // namespace bauta::testing
