#include "bench/micro/eigen_reference.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace bauta::bench {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MapMatrix = Eigen::Map<const RowMatrix>;
using MapVector = Eigen::Map<const Eigen::VectorXf>;

MapVector ToVector(std::span<const float> values) {
  return MapVector(values.data(), static_cast<Eigen::Index>(values.size()));
}

MapMatrix ToMatrix(std::span<const float> values, size_t columns) {
  return MapMatrix(values.data(), static_cast<Eigen::Index>(values.size() / columns),
                   static_cast<Eigen::Index>(columns));
}

}  // namespace

void EigenFoldIn(std::span<const float> vectors, std::span<const float> confidences,
                 std::span<const float> targets, std::span<const float> gram, float alpha0, float lambda,
                 std::span<const float> mean, std::span<float> taste) {
  const size_t d = gram.size();
  const MapMatrix q = ToMatrix(vectors, d);
  const MapVector c = ToVector(confidences), t = ToVector(targets);
  Eigen::MatrixXf a = (alpha0 * ToVector(gram).array() + lambda).matrix().asDiagonal();
  const RowMatrix scaled = c.cwiseSqrt().asDiagonal() * q;
  a.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
  const Eigen::VectorXf b = q.transpose() * c.cwiseProduct(t) + lambda * ToVector(mean);
  Eigen::Map<Eigen::VectorXf>(taste.data(), static_cast<Eigen::Index>(d)) =
      a.selfadjointView<Eigen::Lower>().llt().solve(b);
}

std::vector<uint32_t> EigenTop(std::span<const float> matrix, std::span<const float> query, size_t count) {
  const Eigen::VectorXf products = ToMatrix(matrix, query.size()) * ToVector(query);
  std::vector<uint32_t> rows(static_cast<size_t>(products.size()));
  for (uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
  const size_t kept = std::min(count, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(kept), rows.end(),
                    [&](uint32_t a, uint32_t b) { return products[a] > products[b]; });
  rows.resize(kept);
  return rows;
}

void SolveEigenHalfStep(const EigenHalfStep& step, std::span<float> out) {
  const size_t d = step.dimension;
  const auto width = static_cast<Eigen::Index>(d);
  const MapMatrix fixed = ToMatrix(step.fixed, d);
  Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(width, width);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(fixed.transpose());
  gram *= step.alpha0;
  RowMatrix gathered;
  Eigen::MatrixXf a;
  Eigen::VectorXf b;
  for (size_t row = 0; row + 1 < step.offsets.size(); ++row) {
    const size_t begin = step.offsets[row], count = step.offsets[row + 1] - begin;
    gathered.resize(static_cast<Eigen::Index>(count), width);
    b.setZero(width);
    float confidence_sum = step.frequency_offset;
    for (size_t i = 0; i < count; ++i) {
      const float c = step.confidences[begin + i];
      const auto y = fixed.row(step.columns[begin + i]);
      gathered.row(static_cast<Eigen::Index>(i)) = std::sqrt(c) * y;
      b += c * step.targets[begin + i] * y.transpose();
      confidence_sum += c;
    }
    a = gram;
    a.diagonal().array() += step.lambda * std::pow(confidence_sum, step.frequency_exponent);
    a.selfadjointView<Eigen::Lower>().rankUpdate(gathered.transpose());
    Eigen::Map<Eigen::VectorXf>(out.data() + row * d, width) =
        a.selfadjointView<Eigen::Lower>().llt().solve(b);
  }
}

}  // namespace bauta::bench
