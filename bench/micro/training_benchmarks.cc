// An epoch of training, both half-steps, against plain Eigen on the same system.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>

#include "absl/container/flat_hash_set.h"
#include "bench/made_up.h"
#include "bench/micro/catalogue.h"
#include "bench/micro/eigen_reference.h"
#include "training/half_step.h"

namespace bauta::bench {
namespace {

// A sixteenth of 138,000 × 27,000 with 19.5 million entries: as many a row and a column.
constexpr size_t kSubjects = 8600;
constexpr size_t kPosts = 1700;
constexpr size_t kEntriesOfSubject = 142;
constexpr float kAlpha0 = 0.05f, kLambda = 0.05f;

struct Sides {
  CsrMatrix by_subject, by_post;
  DenseMatrix posts;        // Where the epoch starts.
  std::vector<float> gram;  // Of the posts: diagonal, by a rotation.
};

const Sides& TheSides() {
  static const Sides& sides = *[] {
    std::mt19937_64 random(1);
    auto* made = new Sides;
    made->by_subject.columns = kPosts;
    for (size_t subject = 0; subject < kSubjects; ++subject) {
      absl::flat_hash_set<uint64_t> taken;
      const size_t count = 1 + random() % (2 * kEntriesOfSubject);
      while (taken.size() < count) {
        taken.insert(taken.size() % 2 == 0 ? PopularPost(kPosts, random) : 1 + random() % kPosts);
      }
      std::vector<uint64_t> ids(taken.begin(), taken.end());
      std::sort(ids.begin(), ids.end());
      for (uint64_t id : ids) {
        made->by_subject.entries.push_back({static_cast<uint32_t>(id - 1), 1, 1});
      }
      made->by_subject.offsets.push_back(made->by_subject.entries.size());
    }
    made->by_post = Transpose(made->by_subject);
    made->posts = {kPosts, PadForKernels(kDimension), {}};
    std::normal_distribution<float> normal(0, 0.1f);
    made->posts.values.resize(kPosts * made->posts.columns);
    for (float& value : made->posts.values) value = normal(random);
    const Eigenbasis basis = FindEigenbasis(GramMatrix(BestKernels(), made->posts, 1), kDimension);
    Rotate(BestKernels(), basis, 1, made->posts);
    made->gram = basis.values;
    return made;
  }();
  return sides;
}

HalfStep StepOf(const CsrMatrix& observations, const DenseMatrix& fixed) {
  HalfStep step;
  step.dimension = kDimension;
  step.regularization = {.alpha0 = kAlpha0, .lambda = kLambda};
  step.observations = &observations;
  step.fixed = &fixed;
  return step;
}

// Subjects from posts, their Gram matrix and its basis, posts from subjects: what one epoch is, in one
// thread.
void RunEpoch(const Sides& sides, DenseMatrix& posts) {
  DenseMatrix subjects;
  HalfStep step = StepOf(sides.by_subject, sides.posts);
  step.gram_diagonal = sides.gram;
  SolveHalfStep(step, subjects);
  const Eigenbasis basis = FindEigenbasis(GramMatrix(BestKernels(), subjects, 1), kDimension);
  Rotate(BestKernels(), basis, 1, subjects);
  step = StepOf(sides.by_post, subjects);
  step.gram_diagonal = basis.values;
  SolveHalfStep(step, posts);
}

struct EigenSide {
  explicit EigenSide(const CsrMatrix& matrix) : offsets(matrix.offsets) {
    for (const MatrixEntry& entry : matrix.entries) {
      columns.push_back(entry.column);
      confidences.push_back(entry.confidence);
      targets.push_back(entry.target);
    }
  }
  EigenHalfStep StepFrom(std::span<const float> fixed) const {
    return {.dimension = kDimension,
            .offsets = offsets,
            .columns = columns,
            .confidences = confidences,
            .targets = targets,
            .fixed = fixed,
            .alpha0 = kAlpha0,
            .lambda = kLambda,
            .frequency_exponent = Regularization().frequency_exponent,
            .frequency_offset = Regularization().frequency_offset};
  }
  std::vector<size_t> offsets;
  std::vector<uint32_t> columns;
  std::vector<float> confidences, targets;
};

void RunEigenEpoch(const Sides& sides, const EigenSide& by_subject, const EigenSide& by_post,
                   std::vector<float>& posts) {
  std::vector<float> subjects(kSubjects * kDimension);
  posts.resize(kPosts * kDimension);
  SolveEigenHalfStep(by_subject.StepFrom(sides.posts.values), subjects);
  SolveEigenHalfStep(by_post.StepFrom(subjects), posts);
}

double NormOf(std::span<const float> values) {
  double sum = 0;
  for (float value : values) sum += double{value} * value;
  return std::sqrt(sum);
}

// Rotations keep lengths: of each post's vector, the largest relative difference between the two.
double LargestDifference(const DenseMatrix& ours, const std::vector<float>& reference) {
  double largest = 0;
  for (size_t post = 0; post < kPosts; ++post) {
    const double length = NormOf({reference.data() + post * kDimension, kDimension});
    if (length == 0) continue;
    largest = std::max(largest, std::abs(NormOf({ours.row(post), kDimension}) - length) / length);
  }
  return largest;
}

void TrainEpoch(benchmark::State& state) {
  static_assert(PadForKernels(kDimension) == kDimension, "Eigen reads the same matrices");
  const Sides& sides = TheSides();
  DenseMatrix posts;
  for (auto _ : state) {
    RunEpoch(sides, posts);
    benchmark::DoNotOptimize(posts.values.data());
  }
  std::vector<float> reference;
  RunEigenEpoch(sides, EigenSide(sides.by_subject), EigenSide(sides.by_post), reference);
  state.counters["difference"] = LargestDifference(posts, reference);
  constexpr double d = kDimension;
  state.counters["operations"] = 2.0 * static_cast<double>(sides.by_subject.entries.size()) * d * d +
                                 static_cast<double>(kSubjects + kPosts) * d * d * d / 3;
}

void EigenTrainEpoch(benchmark::State& state) {
  const Sides& sides = TheSides();
  const EigenSide by_subject(sides.by_subject), by_post(sides.by_post);
  std::vector<float> posts;
  for (auto _ : state) {
    RunEigenEpoch(sides, by_subject, by_post, posts);
    benchmark::DoNotOptimize(posts.data());
  }
}

}  // namespace

void RegisterTrainingBenchmarks() {
  benchmark::RegisterBenchmark("train_epoch", TrainEpoch)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("eigen_train_epoch", EigenTrainEpoch)->Unit(benchmark::kMillisecond);
}

}  // namespace bauta::bench
