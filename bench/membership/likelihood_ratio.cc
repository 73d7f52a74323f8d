#include "bench/membership/likelihood_ratio.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>

namespace bauta::bench {
namespace {

constexpr size_t kGroups = 10;

struct Moments {
  double difference = 0;  // Mean in less mean out.
  double mean = 0;        // Over all shadows,
  double share_in = 0;    // of which so many had the subject.
  double variance = 0;
  double error = 0;  // The difference's standard error, in standard deviations.
};

// Of one subject, over the shadows of `target`.
Moments MomentsOf(const double* values, const Memberships& members, size_t subject, size_t target) {
  double sum[2] = {0, 0}, squares = 0;
  size_t count[2] = {0, 0};
  for (size_t model = 0; model < members.size(); ++model) {
    if (model == target) continue;
    sum[members[model][subject]] += values[model];
    ++count[members[model][subject]];
  }
  const double mean[2] = {sum[0] / static_cast<double>(count[0]), sum[1] / static_cast<double>(count[1])};
  for (size_t model = 0; model < members.size(); ++model) {
    if (model == target) continue;
    const double deviation = values[model] - mean[members[model][subject]];
    squares += deviation * deviation;
  }
  const auto all = static_cast<double>(count[0] + count[1]);
  return {mean[1] - mean[0], (sum[0] + sum[1]) / all, static_cast<double>(count[1]) / all,
          squares / (all - 2),
          std::sqrt(1 / static_cast<double>(count[0]) + 1 / static_cast<double>(count[1]))};
}

// What the subjects of a group have in common, in their standard deviations.
struct GroupPrior {
  double mean = 0, variance = 0;  // Of the true differences.
  double log_variance = 0;        // Of the statistic, the mean.
};

GroupPrior PriorOf(const std::vector<Moments>& moments, std::span<const size_t> group) {
  double sum = 0, squares = 0, noise = 0, scale = 0;
  for (const size_t subject : group) {
    const Moments& m = moments[subject];
    if (!(m.variance > 0)) continue;
    const double z = m.difference / std::sqrt(m.variance);
    sum += z;
    squares += z * z;
    noise += m.error * m.error;
    scale += std::log(m.variance);
  }
  const auto count = static_cast<double>(group.size());
  GroupPrior prior;
  prior.mean = std::max(sum / count, 0.0);
  prior.variance = std::max(squares / count - sum / count * (sum / count) - noise / count, 0.0);
  prior.log_variance = scale / count;
  return prior;
}

std::vector<std::vector<size_t>> GroupByStrength(const std::vector<double>& strength) {
  std::vector<size_t> order(strength.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return strength[a] < strength[b]; });
  std::vector<std::vector<size_t>> groups(kGroups);
  for (size_t i = 0; i < order.size(); ++i) groups[i * kGroups / order.size()].push_back(order[i]);
  return groups;
}

}  // namespace

std::vector<Guess> GuessMembers(const Statistic& statistic, const Memberships& members) {
  constexpr double kVarianceWeight = 8;  // Of the group's variance, in shadows.
  const size_t models = members.size(), subjects = statistic.strength.size();
  const std::vector<std::vector<size_t>> groups = GroupByStrength(statistic.strength);
  std::vector<Guess> guesses;
  guesses.reserve(models * subjects);
  std::vector<Moments> moments(subjects);
  std::vector<double> x(subjects), shifts(subjects);  // In standard deviations.
  for (size_t target = 0; target < models; ++target) {
    for (size_t subject = 0; subject < subjects; ++subject) {
      moments[subject] = MomentsOf(statistic.values.data() + subject * models, members, subject, target);
    }
    for (const std::vector<size_t>& group : groups) {
      if (group.empty()) continue;
      const GroupPrior prior = PriorOf(moments, group);
      double common = 0;
      for (const size_t subject : group) {
        const Moments& m = moments[subject];
        const auto shadows = static_cast<double>(models - 3);
        const double variance = (shadows * m.variance + kVarianceWeight * std::exp(prior.log_variance)) /
                                (shadows + kVarianceWeight);
        if (m.variance > 0 && variance > 0) {
          const double deviation = std::sqrt(variance);
          const double noise = m.error * m.error, seen = m.difference / deviation;
          const double trust = prior.variance / (prior.variance + noise);
          const double shift = std::max(prior.mean + trust * (seen - prior.mean), 0.0);
          // From the mean of all, since half the raw difference would bring back its error.
          const double from_mean = (statistic.values[subject * models + target] - m.mean) / deviation;
          x[subject] = from_mean + shift * (m.share_in - 0.5);
          shifts[subject] = shift;
        } else {
          x[subject] = shifts[subject] = 0;
        }
        common += x[subject];
      }
      // What the target model does to all alike tells nothing; half of them are in it.
      common /= static_cast<double>(group.size());
      for (const size_t subject : group) {
        guesses.push_back({static_cast<uint32_t>(subject), members[target][subject],
                           shifts[subject] * (x[subject] - common)});
      }
    }
  }
  return guesses;
}

namespace {

struct Rates {
  double auc = 0, at_1_percent = 0, at_01_percent = 0;
};

// `weight[subject]` counts each guess of the subject so many times. Guesses fall by log_ratio.
Rates RatesOf(const std::vector<Guess>& guesses, const std::vector<uint32_t>& weight) {
  double all[2] = {0, 0};
  for (const Guess& guess : guesses) all[guess.is_member] += weight[guess.subject];
  Rates rates;
  double in = 0, out = 0, area = 0;
  const auto at = [&](double share, double in_before, double out_before) {
    const double wanted = share * all[0];
    if (out_before > wanted || out <= wanted) return -1.0;
    return (in_before + (in - in_before) * (wanted - out_before) / (out - out_before)) / all[1];
  };
  for (size_t i = 0; i < guesses.size();) {
    const double in_before = in, out_before = out;
    const double ratio = guesses[i].log_ratio;
    for (; i < guesses.size() && guesses[i].log_ratio == ratio; ++i) {
      (guesses[i].is_member ? in : out) += weight[guesses[i].subject];
    }
    area += (out - out_before) * (in + in_before) / 2;
    if (const double rate = at(0.01, in_before, out_before); rate >= 0) rates.at_1_percent = rate;
    if (const double rate = at(0.001, in_before, out_before); rate >= 0) rates.at_01_percent = rate;
  }
  rates.auc = area / (all[0] * all[1]);
  return rates;
}

}  // namespace

Leak MeasureLeak(std::vector<Guess> guesses, const std::vector<bool>& counted, size_t bootstraps,
                 uint64_t seed) {
  std::erase_if(guesses, [&](const Guess& guess) { return !counted[guess.subject]; });
  std::sort(guesses.begin(), guesses.end(),
            [](const Guess& a, const Guess& b) { return a.log_ratio > b.log_ratio; });
  std::vector<uint32_t> weight(counted.size(), 1);
  const Rates whole = RatesOf(guesses, weight);
  std::vector<size_t> subjects;
  for (size_t subject = 0; subject < counted.size(); ++subject) {
    if (counted[subject]) subjects.push_back(subject);
  }
  std::vector<double> auc, at_1, at_01;
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < bootstraps; ++i) {
    std::fill(weight.begin(), weight.end(), 0);
    for (size_t j = 0; j < subjects.size(); ++j) ++weight[subjects[random() % subjects.size()]];
    const Rates rates = RatesOf(guesses, weight);
    auc.push_back(rates.auc);
    at_1.push_back(rates.at_1_percent);
    at_01.push_back(rates.at_01_percent);
  }
  const auto quantile = [](std::vector<double>& values, double q) {
    if (values.empty()) return std::nan("");
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
  };
  return {whole.auc,           quantile(auc, 0.025),   quantile(auc, 0.975),
          whole.at_1_percent,  quantile(at_1, 0.025),  quantile(at_1, 0.975),
          whole.at_01_percent, quantile(at_01, 0.025), quantile(at_01, 0.975)};
}

}  // namespace bauta::bench
