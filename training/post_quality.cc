#include "training/post_quality.h"

#include <algorithm>
#include <numeric>

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

PostQuality CenterRates(std::span<const double> posts, std::span<const double> columns,
                        const PostFeatures& features, bool bias_is_free) {
  PostQuality quality;
  const double mean = std::accumulate(posts.begin(), posts.end(), 0.0) /
                      static_cast<double>(std::max<size_t>(posts.size(), 1));
  for (const double rate : posts) quality.posts.push_back(static_cast<float>(rate - mean));
  for (size_t column = 0; column < columns.size(); ++column) {
    const bool is_bias = features.group(column) == FeatureGroup::kBias;
    quality.columns.push_back(static_cast<float>(columns[column] - (is_bias && bias_is_free ? mean : 0)));
  }
  return quality;
}

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

  std::vector<double> of_posts, of_columns;
  for (size_t post = 0; post < posts; ++post) of_posts.push_back(rates.row(post)[0]);
  for (size_t column = 0; column < features.columns(); ++column) {
    of_columns.push_back(columns.row(column)[0]);
  }
  return CenterRates(of_posts, of_columns, features, column_free[0] > 0);
}

}  // namespace bauta
