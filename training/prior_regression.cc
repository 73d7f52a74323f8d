#include "training/prior_regression.h"

#include <algorithm>

#include "training/parallel.h"

namespace bauta {
namespace {

constexpr size_t kCoordinates = 16;  // Descended together by one thread.

void AddPriorMean(const PostFeatures& features, const DenseMatrix& column_vectors, size_t post, size_t first,
                  size_t count, float sign, float* out) {
  for (const Feature& feature : features.of(post)) {
    const float* column = column_vectors.row(feature.column) + first;
    for (size_t j = 0; j < count; ++j) out[j] += sign * feature.value * column[j];
  }
}

}  // namespace

void RefitPrior(const RidgeRegression& regression, const PostFeatures& features,
                const DenseMatrix& post_vectors, DenseMatrix& column_vectors) {
  const ColumnIndex index = IndexByColumn(features);
  ForEachBlock(post_vectors.columns / kCoordinates, regression.threads, [&](size_t block, size_t) {
    const size_t first = block * kCoordinates;
    std::vector<float> residual(features.posts() * kCoordinates);
    for (size_t post = 0; post < features.posts(); ++post) {
      float* r = residual.data() + post * kCoordinates;
      std::copy_n(post_vectors.row(post) + first, kCoordinates, r);
      AddPriorMean(features, column_vectors, post, first, kCoordinates, -1.0f, r);
    }
    for (size_t sweep = 0; sweep < regression.sweeps; ++sweep) {
      for (size_t k = 0; k < features.columns(); ++k) {
        if (regression.free[k] <= first) continue;
        const std::span<const Feature> posts = index.of(k);
        float* column = column_vectors.row(k) + first;
        float numerator[kCoordinates] = {};
        float denominator = regression.ridge[k];
        for (const Feature& feature : posts) {
          const float weight = regression.weights[feature.column] * feature.value;
          const float* r = residual.data() + feature.column * kCoordinates;
          for (size_t j = 0; j < kCoordinates; ++j) numerator[j] += weight * r[j];
          denominator += weight * feature.value;
        }
        // residual = r; the column's own part is put back: (numerator + (denominator − ρ) F) / denominator.
        float change[kCoordinates];
        for (size_t j = 0; j < kCoordinates; ++j) {
          change[j] = first + j < regression.free[k]
                          ? (numerator[j] - regression.ridge[k] * column[j]) / denominator
                          : 0.0f;
          column[j] += change[j];
        }
        for (const Feature& feature : posts) {
          float* r = residual.data() + feature.column * kCoordinates;
          for (size_t j = 0; j < kCoordinates; ++j) r[j] -= feature.value * change[j];
        }
      }
    }
  });
}

DenseMatrix PriorMeans(const PostFeatures& features, const DenseMatrix& column_vectors, size_t threads) {
  constexpr size_t kPostsInBlock = 512;
  DenseMatrix means{features.posts(), column_vectors.columns,
                    std::vector<float>(features.posts() * column_vectors.columns, 0.0f)};
  ForEachBlock((features.posts() + kPostsInBlock - 1) / kPostsInBlock, threads, [&](size_t block, size_t) {
    const size_t end = std::min(features.posts(), (block + 1) * kPostsInBlock);
    for (size_t post = block * kPostsInBlock; post < end; ++post) {
      AddPriorMean(features, column_vectors, post, 0, means.columns, 1.0f, means.row(post));
    }
  });
  return means;
}

}  // namespace bauta
