#include "training/noised_sums.h"

#include <algorithm>
#include <cmath>

namespace bauta {
namespace {

// Shares of μ², chosen on the demo's data.
constexpr double kTotalsShare = 0.02, kCrowdsShare = 0.15, kAnswersShare = 0.6, kCovarianceShare = 0.08,
                 kTastesShare = 0.05, kTaughtShare = 0.1;
static_assert(kTotalsShare + kCrowdsShare + kAnswersShare + kCovarianceShare + kTastesShare + kTaughtShare <
              1 + 1e-12);
// Of a share that is divided by level: that of the bias, and that of the posts. The groups have the rest.
constexpr double kBiasPart = 0.02, kPostsPart = 0.2;

// The longest that one subject adds to a sum: whoever did more counts as one who did so much.
constexpr double kTotalsLength = 40, kCrowdsLength = 5, kAnswersLength = 2, kTasteLength = 2,
                 kTaughtLength = 3;
// A small unit is a noisy one: counts need less precision than what is divided by them.
constexpr double kSubjectUnit = 10, kShownUnit = 0.25;

// A symmetric matrix is released as its lower half, row by row.
constexpr size_t HalfSize(size_t n) { return n * (n + 1) / 2; }
constexpr size_t HalfPlace(size_t row, size_t column) { return HalfSize(row) + column; }

std::vector<double> Whole(std::span<const double> half, size_t n) {
  std::vector<double> whole(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) whole[i * n + j] = whole[j * n + i] = half[HalfPlace(i, j)];
  }
  return whole;
}

}  // namespace

NoisedSums::NoisedSums(const NoiseOptions& options, const InteractionMatrices& matrices,
                       const PostFeatures& features)
    : matrices_(matrices),
      levels_(LevelsOf(features)),
      account_(options.mu),
      noise_(options.bits),
      audit_(options.audit),
      tally_(matrices, features) {}

double NoisedSums::LevelShare(const ItemLevel& level) const {
  if (level.begin == levels_.back().begin) return kPostsPart;
  if (level.begin == 0) return kBiasPart;
  return (1 - kPostsPart - kBiasPart) / static_cast<double>(levels_.size() - 2);
}

std::vector<double> NoisedSums::Release(size_t size, double length, double share, Contribute contribute,
                                        double* deviation, bool in_model) {
  BoundedSum sum(size, length);
  std::vector<Contribution> contributions;
  for (size_t row = 0; row < rows(); ++row) {
    if (audit_ != nullptr && !audit_->members[row]) continue;
    contributions.clear();
    contribute(row, contributions);
    sum.Add(contributions);
  }
  const double multiplier = account_.Spend(share);
  *deviation = sum.Deviation(multiplier);
  std::vector<double> released = std::move(sum).Release(multiplier, noise_);
  if (audit_ != nullptr) Audit(released, length, *deviation, in_model, contribute);
  return released;
}

// To the attacker each number is normal: its noise, and half of all subjects, drawn by chance.
void NoisedSums::Audit(const std::vector<double>& released, double length, double deviation, bool in_model,
                       Contribute contribute) {
  std::vector<double> mean(released.size(), 0.0), variance(released.size(), deviation * deviation);
  std::vector<Contribution> contributions;
  for (size_t row = 0; row < rows(); ++row) {
    contributions.clear();
    contribute(row, contributions);
    const double scale = ScaleWithin(length, contributions);
    for (const Contribution& each : contributions) {
      mean[each.place] += 0.5 * scale * each.value;
      variance[each.place] += 0.25 * scale * scale * each.value * each.value;
    }
  }
  audit_->log_ratio.resize(rows(), 0.0);
  audit_->log_ratio_of_model.resize(rows(), 0.0);
  for (size_t row = 0; row < rows(); ++row) {
    contributions.clear();
    contribute(row, contributions);
    const double scale = ScaleWithin(length, contributions);
    double ratio = 0;
    for (const Contribution& each : contributions) {
      ratio += scale * each.value * (released[each.place] - mean[each.place]) / variance[each.place];
    }
    audit_->log_ratio[row] += ratio;
    if (in_model) audit_->log_ratio_of_model[row] += ratio;
  }
}

NoisedSums::Totals NoisedSums::SumTotals() {
  double deviation = 0;
  const std::vector<double> sums = Release(
      4, kTotalsLength, kTotalsShare,
      [&](size_t row, std::vector<Contribution>& out) {
        double shown = 0, answered = 0, acted = 0;
        for (const MatrixEntry& entry : matrices_.exposures.row(row)) {
          shown += entry.confidence;
          answered += entry.confidence * entry.target;
        }
        for (const MatrixEntry& entry : matrices_.acts.row(row)) acted += entry.confidence;
        out.assign({{0, kSubjectUnit}, {1, shown}, {2, answered}, {3, acted}});
      },
      &deviation);
  return {std::max(sums[0] / kSubjectUnit, 1.0), std::max(sums[1], 1.0), sums[2], std::max(sums[3], 1.0)};
}

NoisedSums::Crowds NoisedSums::SumCrowds() {
  Crowds crowds;
  for (const ItemLevel& level : levels_) {
    double deviation = 0;
    const std::vector<double> sums = Release(
        2 * level.size(), kCrowdsLength, kCrowdsShare * LevelShare(level),
        [&](size_t row, std::vector<Contribution>& out) {
          tally_.Read(row, everybody_);
          for (const size_t item : tally_.ItemsOf(level)) {
            const size_t place = 2 * (item - level.begin);
            out.push_back({place, 1});
            out.push_back({place + 1, kShownUnit * tally_.of(item).shown});
          }
        },
        &deviation);
    for (size_t place = 0; place < sums.size(); place += 2) {
      crowds.subjects.push_back(sums[place]);
      crowds.shown.push_back(sums[place + 1] / kShownUnit);
    }
    crowds.subjects_deviation.push_back(deviation);
    crowds.shown_deviation.push_back(deviation / kShownUnit);
  }
  return crowds;
}

NoisedSums::ItemSums NoisedSums::SumCounted(const std::vector<bool>& counted, size_t numbers, double length,
                                            double share, AddItem add) {
  ItemSums all;
  for (const ItemLevel& level : levels_) {
    double deviation = 0;
    const std::vector<double> sums = Release(
        level.size() * numbers, length, share * LevelShare(level),
        [&](size_t row, std::vector<Contribution>& out) {
          tally_.Read(row, everybody_);
          for (const size_t item : tally_.ItemsOf(level)) {
            if (counted[item]) add(row, tally_.of(item), (item - level.begin) * numbers, out);
          }
        },
        &deviation, /*in_model=*/true);
    all.sums.insert(all.sums.end(), sums.begin(), sums.end());
    all.deviation.push_back(deviation);
  }
  return all;
}

NoisedSums::ItemSums NoisedSums::SumAnswers(double everybody, const std::vector<bool>& counted) {
  everybody_ = everybody;
  return SumCounted(counted, 1, kAnswersLength, kAnswersShare,
                    [](size_t, const ItemTally& tally, size_t place, std::vector<Contribution>& out) {
                      out.push_back({place, tally.residual});
                    });
}

NoisedSums::Covariance NoisedSums::SumCovariance(std::span<const size_t> anchors,
                                                 std::span<const double> weights) {
  const size_t n = anchors.size();
  Covariance covariance;
  const std::vector<double> half = Release(
      HalfSize(n), 1, kCovarianceShare,
      [&](size_t row, std::vector<Contribution>& out) {
        tally_.Read(row, everybody_);
        std::vector<Contribution> acts;
        double squares = 0;
        for (size_t place = 0; place < n; ++place) {
          const double taught = tally_.of(anchors[place]).taught / std::sqrt(weights[place]);
          if (taught == 0) continue;
          acts.push_back({place, taught});
          squares += taught * taught;
        }
        for (size_t i = 0; i < acts.size(); ++i) {
          for (size_t j = 0; j <= i; ++j) {
            out.push_back({HalfPlace(acts[i].place, acts[j].place), acts[i].value * acts[j].value / squares});
          }
        }
      },
      &covariance.deviation);
  covariance.values = Whole(half, n);
  return covariance;
}

NoisedSums::Moments NoisedSums::SumTastes(const FactorModelOptions& options, const FactorModel& model,
                                          size_t directions) {
  directions_ = directions;
  tastes_ = FoldInRows(options, model, matrices_.acts);
  for (size_t row = 0; row < tastes_.rows; ++row) {
    float* taste = tastes_.row(row);
    double squares = 0;
    for (size_t i = 0; i < directions; ++i) squares += double{taste[i]} * taste[i];
    if (squares <= kTasteLength * kTasteLength) continue;
    const auto scale = static_cast<float>(kTasteLength / std::sqrt(squares));
    for (size_t i = 0; i < directions; ++i) taste[i] *= scale;
  }
  const size_t d = directions, half = HalfSize(d);
  double deviation = 0;
  const std::vector<double> sums = Release(
      half + d, kTasteLength * std::sqrt(1 + kTasteLength * kTasteLength), kTastesShare,
      [&](size_t row, std::vector<Contribution>& out) {
        const float* taste = tastes_.row(row);
        for (size_t i = 0; i < d; ++i) {
          for (size_t j = 0; j <= i; ++j) out.push_back({HalfPlace(i, j), double{taste[i]} * taste[j]});
          out.push_back({half + i, taste[i]});
        }
      },
      &deviation);
  const auto firsts = sums.begin() + static_cast<std::ptrdiff_t>(half);
  return {Whole(std::span(sums).first(half), d), {firsts, sums.end()}};
}

NoisedSums::ItemSums NoisedSums::SumTaught(const std::vector<bool>& counted) {
  return SumCounted(counted, directions_, kTaughtLength * kTasteLength, kTaughtShare,
                    [&](size_t row, const ItemTally& tally, size_t place, std::vector<Contribution>& out) {
                      if (tally.taught == 0) return;
                      const float* taste = tastes_.row(row);
                      for (size_t i = 0; i < directions_; ++i) {
                        out.push_back({place + i, tally.taught * taste[i]});
                      }
                    });
}

}  // namespace bauta
