#include "training/first_vectors.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace bauta {
namespace {

// Noise grows with their number.
constexpr size_t kAnchorsMax = 48;

// The counted ones with the most weight, the bias left out: it is on every post.
std::vector<size_t> ChooseAnchors(const PostFeatures& features, const std::vector<double>& weights,
                                  const std::vector<bool>& counted) {
  std::vector<size_t> anchors;
  for (size_t item = 0; item < counted.size(); ++item) {
    const bool is_bias = item < features.columns() && features.group(item) == FeatureGroup::kBias;
    if (counted[item] && !is_bias) anchors.push_back(item);
  }
  std::stable_sort(anchors.begin(), anchors.end(),
                   [&](size_t a, size_t b) { return weights[a] > weights[b]; });
  anchors.resize(std::min(anchors.size(), kAnchorsMax));
  return anchors;
}

// A row for each anchor: its part in each direction, times how much subjects vary along it.
DenseMatrix PrincipalDirections(const NoisedSums::Covariance& covariance,
                                const std::vector<double>& anchor_weights, size_t directions_max) {
  const auto n = static_cast<Eigen::Index>(anchor_weights.size());
  if (n == 0) return {};
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      Eigen::Map<const Eigen::MatrixXd>(covariance.values.data(), n, n));
  // The largest eigenvalue of such noise alone (Wigner's semicircle).
  const double edge = 2 * covariance.deviation * std::sqrt(static_cast<double>(n));
  Eigen::Index directions = 0;
  while (directions < std::min<Eigen::Index>(n, static_cast<Eigen::Index>(directions_max)) &&
         solver.eigenvalues()(n - 1 - directions) > edge) {
    ++directions;
  }
  DenseMatrix vectors{anchor_weights.size(), static_cast<size_t>(directions), {}};
  for (Eigen::Index anchor = 0; anchor < n; ++anchor) {
    for (Eigen::Index i = n - 1; i >= n - directions; --i) {
      vectors.values.push_back(static_cast<float>(
          solver.eigenvectors()(anchor, i) *
          std::sqrt(solver.eigenvalues()(i) / anchor_weights[static_cast<size_t>(anchor)])));
    }
  }
  return vectors;
}

// The posts' vectors are those of their anchors together.
void PlacePosts(const std::vector<size_t>& anchors, const DenseMatrix& vectors, const PostFeatures& features,
                DenseMatrix& posts) {
  const ColumnIndex index = IndexByColumn(features);
  for (size_t a = 0; a < anchors.size(); ++a) {
    const auto add = [&](size_t post, float share) {
      for (size_t i = 0; i < vectors.columns; ++i) posts.row(post)[i] += share * vectors.row(a)[i];
    };
    if (anchors[a] >= features.columns()) {
      add(anchors[a] - features.columns(), 1);
    } else {
      for (const Feature& post : index.of(anchors[a])) add(post.column, post.value);
    }
  }
}

}  // namespace

FirstVectors FindFirstVectors(NoisedSums& sums, const FactorModelOptions& options, double alpha0_over_density,
                              const PostFeatures& features, const std::vector<double>& weights,
                              const std::vector<bool>& counted) {
  const std::vector<size_t> anchors = ChooseAnchors(features, weights, counted);
  std::vector<double> anchor_weights;
  anchor_weights.reserve(anchors.size());
  for (const size_t item : anchors) anchor_weights.push_back(weights[item]);
  const DenseMatrix vectors =
      PrincipalDirections(sums.SumCovariance(anchors, anchor_weights), anchor_weights, options.dimension);

  FirstVectors first;
  first.directions = vectors.columns;
  FactorModel& model = first.model;
  model.dimension = options.dimension;
  model.posts = ZeroMatrix(features.posts(), PadForKernels(options.dimension));
  model.mean_taste = ZeroMatrix(1, model.posts.columns);
  PlacePosts(anchors, vectors, features, model.posts);

  std::vector<double> mean(first.directions, 0.0);
  double weight = 0, squares = 0;
  for (size_t post = 0; post < features.posts(); ++post) {
    const double of_post = weights[features.columns() + post];
    weight += of_post;
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += of_post * model.posts.row(post)[i];
  }
  for (const double sum : mean) squares += sum * sum;
  if (squares > 0) {
    const double length = std::sqrt(squares);
    const auto scale = static_cast<float>(weight / length / (1 + alpha0_over_density));
    for (float& value : model.posts.values) value *= scale;
    for (size_t i = 0; i < mean.size(); ++i) {
      model.mean_taste.values[i] = static_cast<float>(mean[i] / length);
    }
  }
  const Eigenbasis basis =
      FindEigenbasis(GramMatrix(*options.kernels, model.posts, options.threads), options.dimension);
  Rotate(*options.kernels, basis, options.threads, model.posts);
  Rotate(*options.kernels, basis, options.threads, model.mean_taste);
  model.gram = basis.values;
  return first;
}

}  // namespace bauta
