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
  bool post_vectors = true;
  bool move = false;
  GateRule rule = {};
};

class Evaluation {
 public:
  Evaluation(const TrainingSet& set, const ScoreWeights& weights, FigureSheet& figures)
      : set_(set), weights_(weights), figures_(figures) {}

  // Of each item, list by list: lists are the same for every contender.
  static std::vector<bool> MovedIn(const Replay& replay) {
    std::vector<bool> moved;
    for (const ReplayList& list : replay.lists) {
      for (const ReplayItem& item : list.items) moved.push_back(item.moved);
    }
    return moved;
  }

  void Add(const Contender& contender, const Replay& replay, const std::vector<bool>& movable) {
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
              [](const ReplayItem&, size_t) { return true; });
      Measure(absl::StrCat("kuairand.", label, ".not_learned.", contender.name), replay, kind,
              [](const ReplayItem& item, size_t) { return !item.learned; });
      Measure(absl::StrCat("kuairand.", label, ".movable.", contender.name), replay, kind,
              [&](const ReplayItem&, size_t index) { return movable[index]; });
    }
  }

 private:
  // Of each viewer's list, all that they were shown; a mean over viewers.
  void Measure(const std::string& name, const Replay& replay, SignalKind kind,
               const std::function<bool(const ReplayItem&, size_t)>& is_measured) {
    std::map<uint32_t, std::vector<RankedItem>> by_viewer;
    size_t index = 0;
    for (const ReplayList& list : replay.lists) {
      for (const ReplayItem& item : list.items) {
        if (!is_measured(item, index++)) continue;
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
  const Contender contenders[] = {
      {"prior"},
      {"moved", true, true, options.learning.gate},
      {"moved.ungated", true, true, {.crowd_min = 10, .subjects_per_direction = 1}},
      {"all_new.prior", false},
      {"all_new.moved", false, true, options.learning.gate},
      {"all_new.moved.ungated", false, true, {.crowd_min = 10, .subjects_per_direction = 1}}};
  std::vector<Replay> replays;
  for (const Contender& contender : contenders) {
    LearningOptions learning = options.learning;
    learning.post_vectors = contender.post_vectors;
    learning.move_posts = contender.move;
    learning.move_rule = contender.rule;
    BAUTA_ASSIGN_OR_RETURN(const Replay replay,
                           ReplayCalibrated(model, learning, features, set, calibration, begin, end));
    replays.push_back(replay);
  }
  // Impressions of posts that the served rule moves where none is learned: on these all can be compared.
  constexpr size_t kAllNewMoved = 4;
  const std::vector<bool> movable = Evaluation::MovedIn(replays[kAllNewMoved]);
  for (size_t i = 0; i < replays.size(); ++i) evaluation.Add(contenders[i], replays[i], movable);
  return absl::OkStatus();
}

}  // namespace bauta
