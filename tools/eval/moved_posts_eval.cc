#include "tools/eval/moved_posts_eval.h"

#include <cstdio>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
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

absl::Status Silent(const char*, float) { return absl::OkStatus(); }

struct Contender {
  std::string name;
  bool move = false;
  GateRule rule;
};

class Evaluation {
 public:
  Evaluation(const TrainingSet& set, const ScoreWeights& weights, FigureSheet& figures)
      : set_(set), weights_(weights), figures_(figures) {}

  void Add(const Contender& contender, const Replay& replay) {
    size_t impressions = 0, moved = 0;
    for (const ReplayList& list : replay.lists) {
      for (const ReplayItem& item : list.items) {
        impressions += !item.learned;
        moved += item.moved;
      }
    }
    figures_.Add("posts.kuairand." + contender.name, static_cast<double>(replay.posts_moved), "posts moved");
    figures_.Add("impressions.kuairand." + contender.name, static_cast<double>(moved),
                 absl::StrCat("impressions of moved posts, of ", impressions, " of posts not learned"));
    for (const auto& [label, kind] :
         {std::pair("click", SignalKind::kClick), std::pair("long_view", SignalKind::kView)}) {
      Measure(absl::StrCat("kuairand.", label, ".", contender.name), replay, kind,
              [](const ReplayItem&) { return true; });
      Measure(absl::StrCat("kuairand.", label, ".not_learned.", contender.name), replay, kind,
              [](const ReplayItem& item) { return !item.learned; });
    }
  }

 private:
  // Of each viewer's list, all that they were shown; a mean over viewers.
  void Measure(const std::string& name, const Replay& replay, SignalKind kind,
               const std::function<bool(const ReplayItem&)>& is_measured) {
    std::map<uint32_t, std::vector<RankedItem>> by_viewer;
    for (const ReplayList& list : replay.lists) {
      for (const ReplayItem& item : list.items) {
        if (!is_measured(item)) continue;
        const uint64_t tie = MixSeed(set_.ids()[item.post].value() + MixSeed(list.row + list.hour.value()));
        by_viewer[list.row].push_back(
            {ScoreOf(item, weights_, kReplayHalfLifeHours), tie, item.kinds.Contains(kind)});
      }
    }
    MeanFigure area, ndcg;
    for (const auto& [row, list] : by_viewer) {
      const std::optional<double> auc = AreaUnderCurve(list);
      if (!auc) continue;
      area.Add(auc);
      ndcg.Add(Ndcg(list, 10));
    }
    figures_.Add("auc." + name, area.mean(), "1");
    figures_.Add("auc_standard_error." + name, area.standard_error(), "1");
    figures_.Add("ndcg_at_10." + name, ndcg.mean(), "1");
  }

  const TrainingSet& set_;
  const ScoreWeights& weights_;
  FigureSheet& figures_;
};

}  // namespace

absl::Status EvaluateMovedPosts(const MovedPostsEvalOptions& options, FigureSheet& figures) {
  BAUTA_ASSIGN_OR_RETURN(KuairandData data, ReadKuairand(options.directory));
  const int64_t last_day = int64_t{data.last_hour.day()} - options.skip_days;
  const std::string checksum = data.checksum;
  const TrainingSet set(std::move(data.posts), std::move(data.rows));
  const PostFeatures features(set.posts());
  const Hour end(static_cast<uint32_t>((last_day + 1) * kHoursInDay));
  const Hour begin = end.Plus(-options.test_days * kHoursInDay);
  const Hour calibration_begin = begin.Plus(-kCalibrationDays * kHoursInDay);
  std::fprintf(stderr, "moved posts: kuairand split %s, test days %u to %u since 1970, seed %llu\n",
               checksum.c_str(), begin.day(), end.day() - 1,
               static_cast<unsigned long long>(options.learning.seed));

  BAUTA_ASSIGN_OR_RETURN(const LearnedModel earlier,
                         Learn(set, features, options.learning, calibration_begin, "", Silent));
  BAUTA_ASSIGN_OR_RETURN(const Calibration calibration, Calibrate(earlier, options.learning, features, set,
                                                                  calibration_begin, begin, Silent));
  BAUTA_ASSIGN_OR_RETURN(const LearnedModel model, Learn(set, features, options.learning, begin, "", Silent));
  Evaluation evaluation(set, calibration.weights, figures);
  const Contender contenders[] = {{"prior", false, {}},
                                  {"moved", true, options.learning.gate},
                                  {"moved.ungated", true, {.crowd_min = 10, .subjects_per_direction = 1}}};
  for (const Contender& contender : contenders) {
    LearningOptions learning = options.learning;
    learning.move_posts = contender.move;
    learning.move_rule = contender.rule;
    BAUTA_ASSIGN_OR_RETURN(const Replay replay,
                           ReplayCalibrated(model, learning, features, set, calibration, begin, end));
    evaluation.Add(contender, replay);
  }
  return absl::OkStatus();
}

}  // namespace bauta
