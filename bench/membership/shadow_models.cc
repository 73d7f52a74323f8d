#include "bench/membership/shadow_models.h"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"

namespace bauta::bench {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Items = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;

// The taste coordinates of the first `rows` items.
Items TastesOf(DenseMatrix& items, size_t rows, size_t taste) {
  return {items.values.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(taste),
          Eigen::OuterStride<>(static_cast<Eigen::Index>(items.columns))};
}

void AddItems(const DenseMatrix& tastes, const std::vector<float>& rates, size_t taste, DenseMatrix& items) {
  for (size_t row = 0; row < tastes.rows; ++row) {
    std::vector<float> item(items.columns, 0.0f);
    std::copy(tastes.row(row), tastes.row(row) + taste, item.begin());
    if (!rates.empty()) item[taste] = rates[row];
    items.values.insert(items.values.end(), item.begin(), item.end());
    ++items.rows;
  }
}

ReleasedModel Release(LearnedModel learned) {
  ReleasedModel model;
  const size_t taste = learned.factors.dimension;
  model.dimension = taste + 1;
  model.items.columns = PadForKernels(model.dimension);
  AddItems(learned.factors.posts, learned.quality.posts, taste, model.items);
  AddItems(learned.factors.columns, learned.quality.columns, taste, model.items);
  AddItems(learned.factors.mean_taste, {}, taste, model.items);
  model.free = learned.free.posts;
  model.free.insert(model.free.end(), learned.free.columns.begin(), learned.free.columns.end());
  model.free.push_back(static_cast<uint32_t>(model.dimension));
  model.factor_options = learned.factor_options;
  model.factors = std::move(learned.factors);
  return model;
}

}  // namespace

Memberships DrawMemberships(size_t models, size_t subjects, uint64_t seed) {
  Memberships members(models, std::vector<bool>(subjects));
  std::mt19937_64 random(seed);
  std::vector<size_t> order(models);
  std::iota(order.begin(), order.end(), 0);
  for (size_t subject = 0; subject < subjects; ++subject) {
    std::shuffle(order.begin(), order.end(), random);
    for (size_t i = 0; i < models / 2; ++i) members[order[i]][subject] = true;
  }
  return members;
}

absl::StatusOr<std::vector<ReleasedModel>> TrainShadows(const Population& population,
                                                        const PostFeatures& features,
                                                        const LearningOptions& options,
                                                        const Memberships& members) {
  std::vector<ReleasedModel> models;
  const absl::Time begin = absl::Now();
  for (size_t i = 0; i < members.size(); ++i) {
    const InteractionMatrices half = SelectRows(population.matrices, members[i]);
    BAUTA_ASSIGN_OR_RETURN(LearnedModel learned,
                           LearnFromMatrices(half, features, population.ids, options, "",
                                             [](const char*, float) { return absl::OkStatus(); }));
    models.push_back(Release(std::move(learned)));
    if (i == 0 || (i + 1) % 8 == 0) {
      std::fprintf(stderr, "%s: %zu of %zu shadow models, %.0f s\n", population.name.c_str(), i + 1,
                   members.size(), absl::ToDoubleSeconds(absl::Now() - begin));
    }
  }
  return models;
}

void AlignModels(size_t posts, std::vector<ReleasedModel>& models) {
  constexpr int kPasses = 3;
  const size_t taste = models[0].dimension - 1;
  RowMajor target = TastesOf(models[0].items, posts, taste);
  for (int pass = 0; pass < kPasses; ++pass) {
    RowMajor sum = RowMajor::Zero(target.rows(), target.cols());
    for (ReleasedModel& model : models) {
      const RowMajor product = TastesOf(model.items, posts, taste).transpose() * target;
      const Eigen::JacobiSVD<Eigen::MatrixXf> svd(product, Eigen::ComputeFullU | Eigen::ComputeFullV);
      const Eigen::MatrixXf rotation = svd.matrixU() * svd.matrixV().transpose();
      auto all = TastesOf(model.items, model.items.rows, taste);
      all = (all * rotation).eval();
      sum += TastesOf(model.items, posts, taste);
    }
    target = sum / static_cast<float>(models.size());
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> solver(Eigen::MatrixXf(target.transpose() * target));
  const Eigen::MatrixXf basis = solver.eigenvectors().rowwise().reverse();  // Falling eigenvalues.
  for (ReleasedModel& model : models) {
    auto all = TastesOf(model.items, model.items.rows, taste);
    all = (all * basis).eval();
  }
}

DenseMatrix MeanItems(const std::vector<ReleasedModel>& models) {
  DenseMatrix mean = models[0].items;
  for (size_t i = 1; i < models.size(); ++i) {
    for (size_t j = 0; j < mean.values.size(); ++j) mean.values[j] += models[i].items.values[j];
  }
  for (float& value : mean.values) value /= static_cast<float>(models.size());
  return mean;
}

}  // namespace bauta::bench
