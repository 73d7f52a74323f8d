#include "training/post_quality.h"

#include "training/prior_regression.h"

namespace bauta {
namespace {

constexpr size_t kWidth = 32;      // Padded vectors of which only the first coordinate is used.
constexpr float kWeightHalf = 20;  // Of a post in the regression: n / (n + this).

struct Tally {
  float confidence = 0, weighted_target = 0;
  size_t subjects = 0;
};

}  // namespace

PostQuality FitPostQuality(const PostQualityOptions& options, const CsrMatrix& exposures,
                           const PostFeatures& features, const FreeDirections& free) {
  const size_t posts = features.posts();
  std::vector<Tally> tallies(posts);
  Tally all;
  for (const MatrixEntry& entry : exposures.entries) {
    for (Tally* tally : {&tallies[entry.column], &all}) {
      tally->confidence += entry.confidence;
      tally->weighted_target += entry.confidence * entry.target;
      ++tally->subjects;
    }
  }
  const float everybody = all.confidence > 0 ? all.weighted_target / all.confidence : 0;

  // Deviations from everybody's rate: a post without features is an average one.
  DenseMatrix rates{posts, kWidth, std::vector<float>(posts * kWidth, 0.0f)};
  DenseMatrix columns{features.columns(), kWidth, std::vector<float>(features.columns() * kWidth, 0.0f)};
  std::vector<float> weights(posts);
  std::vector<uint32_t> column_free;
  for (const uint32_t directions : free.columns) column_free.push_back(options.use_prior && directions > 0);
  for (size_t post = 0; post < posts; ++post) {
    const auto subjects = static_cast<float>(tallies[post].subjects);
    weights[post] = subjects / (subjects + kWeightHalf);
  }
  const std::vector<float> ridge(features.columns(), options.ridge);
  RidgeRegression regression;
  regression.threads = options.threads;
  regression.sweeps = 2;
  regression.weights = weights;
  regression.ridge = ridge;
  regression.free = column_free;
  const auto solve_posts = [&](bool gated) {
    const DenseMatrix promised = PriorMeans(features, columns, options.threads);
    for (size_t post = 0; post < posts; ++post) {
      const Tally& tally = tallies[post];
      const float promise = promised.row(post)[0];
      const float deviation = tally.weighted_target - tally.confidence * everybody;
      rates.row(post)[0] = gated && free.posts[post] == 0 ? promise
                                                          : (deviation + options.shrinkage * promise) /
                                                                (tally.confidence + options.shrinkage);
    }
  };
  for (size_t i = 0; i < options.alternations; ++i) {
    solve_posts(false);
    RefitPrior(regression, features, rates, columns);
  }
  solve_posts(true);

  PostQuality quality;
  double sum = 0;
  for (size_t post = 0; post < posts; ++post) sum += rates.row(post)[0];
  const float mean = posts > 0 ? static_cast<float>(sum / static_cast<double>(posts)) : 0;
  for (size_t post = 0; post < posts; ++post) quality.posts.push_back(rates.row(post)[0] - mean);
  for (size_t column = 0; column < features.columns(); ++column) {
    const bool is_bias = features.group(column) == FeatureGroup::kBias;
    quality.columns.push_back(columns.row(column)[0] - (is_bias && column_free[column] ? mean : 0));
  }
  return quality;
}

}  // namespace bauta
