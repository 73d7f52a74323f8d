#include "tools/eval/kuairand_eval.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "tools/eval/feed_baselines.h"
#include "tools/eval/kuairand_data.h"
#include "training/random.h"
#include "training/ranking_metrics.h"
#include "training/replay.h"
#include "training/score_calibration.h"
#include "training/score_weights.h"

namespace bauta {
namespace {

constexpr int64_t kHoursInDay = 24;
constexpr int64_t kCalibrationDays = 2;

// One impression of the test days, and how each contender scores it.
struct Item {
  uint32_t row = 0;
  uint32_t post = 0;
  Hour hour;
  SignalKindSet kinds;
};

struct Contender {
  std::string name;  // Behind the figure's name; empty for what is served.
  std::vector<float> scores;
};

class Evaluation {
 public:
  Evaluation(const KuairandEvalOptions& options, KuairandData data)
      : options_(options),
        checksum_(data.checksum),
        set_(std::move(data.posts), std::move(data.rows)),
        features_(set_.posts()) {
    // Days begin at midnight in UTC; the last one is that of the last impression.
    const int64_t last_day = int64_t{data.last_hour.day()} - options.skip_days;
    end_ = Hour(static_cast<uint32_t>((last_day + 1) * kHoursInDay));
    begin_ = end_.Plus(-options.test_days * kHoursInDay);
    calibration_begin_ = begin_.Plus(-kCalibrationDays * kHoursInDay);
  }

  absl::Status Run(FigureSheet& figures) {
    std::fprintf(stderr, "kuairand: split %s, test days %u to %u since 1970, seed %llu\n", checksum_.c_str(),
                 begin_.day(), end_.day() - 1, static_cast<unsigned long long>(options_.learning.seed));
    BAUTA_RETURN_IF_ERROR(AddModel("", options_.learning));
    AddBaselines();
    for (const GateVariant& gate : options_.gates) {
      LearningOptions gated = options_.learning;
      gate.Apply(gated);
      BAUTA_RETURN_IF_ERROR(AddModel(absl::StrCat("gate_", gate.name), gated));
    }
    if (options_.ablations) {
      BAUTA_RETURN_IF_ERROR(AddAblations());
      BAUTA_RETURN_IF_ERROR(AddPlainIals());
    }
    Print(figures);
    return absl::OkStatus();
  }

 private:
  static absl::Status Silent(const char*, float) { return absl::OkStatus(); }

  absl::Status AddModel(const std::string& name, const LearningOptions& learning) {
    const absl::Time begin = absl::Now();
    BAUTA_ASSIGN_OR_RETURN(const LearnedModel before,
                           Learn(set_, features_, learning, calibration_begin_, "", Silent));
    BAUTA_ASSIGN_OR_RETURN(const Calibration calibration,
                           Calibrate(before, learning, features_, set_, calibration_begin_, begin_, Silent));
    const ScoreWeights& weights = calibration.weights;
    std::fprintf(stderr,
                 "kuairand%s%s: answer rate %.2g, taste %.2f, freshness %.2f (%.0f h), popularity %.2f, "
                 "fatigue %.2f\n",
                 name.empty() ? "" : ".", name.c_str(), calibration.quality_scale, weights.taste,
                 weights.freshness, weights.freshness_half_life_hours, weights.popularity, weights.fatigue);
    Contender contender{name, {}};
    std::vector<Item> items;
    for (Hour day = begin_; day < end_; day = day.Plus(kHoursInDay)) {
      BAUTA_ASSIGN_OR_RETURN(const LearnedModel model, Learn(set_, features_, learning, day, "", Silent));
      BAUTA_ASSIGN_OR_RETURN(const Replay replay, ReplayCalibrated(model, learning, features_, set_,
                                                                   calibration, day, day.Plus(kHoursInDay)));
      for (const ReplayList& list : replay.lists) {
        for (const ReplayItem& item : list.items) {
          contender.scores.push_back(ScoreOf(item, weights, kReplayHalfLifeHours));
          items.push_back({list.row, item.post, list.hour, item.kinds});
          if (!items_.empty()) continue;
          for (size_t window = 0; window < kPopularityWindows.size(); ++window) {
            popularity_[window].push_back(static_cast<float>(item.popularity[window]));
          }
        }
      }
    }
    if (items_.empty()) items_ = std::move(items);
    contenders_.push_back(std::move(contender));
    std::fprintf(stderr, "kuairand%s%s: %.0f s\n", name.empty() ? "" : ".", name.c_str(),
                 absl::ToDoubleSeconds(absl::Now() - begin));
    return absl::OkStatus();
  }

  // One thing changed in each, of the model with a gate and without noise: `gate_m8`.
  absl::Status AddAblations() {
    LearningOptions gated = options_.learning;
    gated.noise = {};
    BAUTA_RETURN_IF_ERROR(AddModel("gate_m8", gated));
    LearningOptions no_prior = gated;
    no_prior.use_prior = false;
    BAUTA_RETURN_IF_ERROR(AddModel("no_prior", no_prior));
    LearningOptions no_negatives = gated;
    no_negatives.exposure_confidence = 0;
    no_negatives.signals.dismissal_weight = 0;
    no_negatives.signals.weight[static_cast<size_t>(SignalKind::kReport)] = 0;
    BAUTA_RETURN_IF_ERROR(AddModel("no_negatives", no_negatives));
    LearningOptions ungated = gated;
    ungated.gate.crowd_min = 0;
    return AddModel("ungated", ungated);
  }

  // Clicks and long views alone; no prior, no mean taste, no gate: Hu, Koren and Volinsky 2008.
  absl::Status AddPlainIals() {
    LearningOptions plain = options_.learning;
    plain.noise = {};
    plain.use_prior = plain.use_mean_taste = false;
    plain.gate.crowd_min = 0;
    plain.exposure_confidence = 0;
    plain.signals.weight.fill(0);
    plain.signals.weight[static_cast<size_t>(SignalKind::kClick)] = 1;
    plain.signals.weight[static_cast<size_t>(SignalKind::kView)] = 1;
    plain.signals.dismissal_weight = 0;
    plain.subject_lambda = plain.post_lambda = 1;
    return AddModel("plain_ials.ungated", plain);
  }

  void AddBaselines() {
    for (size_t window = 0; window < kPopularityWindows.size(); ++window) {
      const int64_t hours = kPopularityWindows[window];
      contenders_.push_back(
          {hours == 0 ? "popularity" : absl::StrCat("popularity_", hours, "h"), popularity_[window]});
    }
    AnswerRates rates(set_);
    Contender rate{"click_rate_by_author_and_topic", {}}, knn{"item_knn", {}};
    std::map<uint32_t, std::unique_ptr<ItemKnn>> knn_of_day;
    for (const Item& item : items_) {
      rates.AdvanceTo(item.hour);
      rate.scores.push_back(rates.RateOf(item.post));
      std::unique_ptr<ItemKnn>& neighbours = knn_of_day[item.hour.day()];
      if (neighbours == nullptr)
        neighbours = std::make_unique<ItemKnn>(AnswersBefore(Hour(item.hour.day() * 24)));
      knn.scores.push_back(neighbours->Score(item.post, AnsweredBefore(set_.rows()[item.row], item.hour)));
    }
    contenders_.push_back(std::move(rate));
    contenders_.push_back(std::move(knn));
  }

  std::vector<uint32_t> AnsweredBefore(const LearnableRow& row, Hour hour) const {
    std::vector<uint32_t> posts;
    for (const Interaction& event : row.interactions) {
      if (event.hour >= hour) break;
      const uint32_t post = set_.Find(event.post);
      if (post != kNoPost && IsAnswer(event.kind)) posts.push_back(post);
    }
    std::sort(posts.begin(), posts.end());
    posts.erase(std::unique(posts.begin(), posts.end()), posts.end());
    return posts;
  }

  CsrMatrix AnswersBefore(Hour hour) const {
    CsrMatrix answers;
    answers.columns = set_.posts().size();
    for (const LearnableRow& row : set_.rows()) {
      for (const uint32_t post : AnsweredBefore(row, hour)) answers.entries.push_back({post, 1, 1});
      answers.offsets.push_back(answers.entries.size());
    }
    return answers;
  }

  void Print(FigureSheet& figures) const {
    std::map<uint32_t, std::vector<size_t>> by_viewer;
    for (size_t i = 0; i < items_.size(); ++i) by_viewer[items_[i].row].push_back(i);
    figures.Add("impressions.kuairand", static_cast<double>(items_.size()), "impressions");
    const std::pair<const char*, SignalKind> labels[] = {{"click", SignalKind::kClick},
                                                         {"long_view", SignalKind::kView}};
    for (const auto& [label, kind] : labels) {
      for (const Contender& contender : contenders_) {
        MeanFigure area, ndcg;
        for (const auto& [row, indices] : by_viewer) {
          std::vector<RankedItem> list;
          for (const size_t i : indices) {
            const uint64_t tie = MixSeed(set_.ids()[items_[i].post].value() + MixSeed(row + i));
            list.push_back({contender.scores[i], tie, items_[i].kinds.Contains(kind)});
          }
          const std::optional<double> auc = AreaUnderCurve(list);
          if (!auc) continue;
          area.Add(auc);
          ndcg.Add(Ndcg(list, 10));
        }
        const std::string suffix =
            absl::StrCat(".kuairand.", label, contender.name.empty() ? "" : ".", contender.name);
        figures.Add("auc" + suffix, area.mean(), "1");
        figures.Add("ndcg_at_10" + suffix, ndcg.mean(), "1");
        if (contender.name.empty()) {
          figures.Add("auc_standard_error" + suffix, area.standard_error(), "1");
          figures.Add(absl::StrCat("viewers.kuairand.", label), static_cast<double>(area.count()), "viewers");
        }
      }
    }
  }

  const KuairandEvalOptions& options_;
  const std::string checksum_;
  const TrainingSet set_;
  const PostFeatures features_;
  Hour calibration_begin_, begin_, end_;
  std::vector<Item> items_;
  std::vector<float> popularity_[kPopularityWindows.size()];
  std::vector<Contender> contenders_;
};

}  // namespace

absl::Status EvaluateKuairand(const KuairandEvalOptions& options, FigureSheet& figures) {
  BAUTA_ASSIGN_OR_RETURN(KuairandData data, ReadKuairand(options.directory));
  return Evaluation(options, std::move(data)).Run(figures);
}

}  // namespace bauta
