#include "training/score_calibration.h"

#include <array>
#include <utility>
#include <vector>

#include "base/status.h"
#include "training/score_weights.h"

namespace bauta {
namespace {

constexpr std::array<float, 5> kQualityScales = {0.5f, 1, 2, 4, 8};
// To choose by; more lists would cost more than they tell.
constexpr size_t kListsMax = 30'000;
// Differences of NDCG@10 below this are not worth a feed that is less its reader's own.
constexpr double kIndifference = 5e-4;

}  // namespace

absl::StatusOr<Calibration> Calibrate(const LearnedModel& model, const LearningOptions& options,
                                      const PostFeatures& features, const TrainingSet& set, Hour from,
                                      Hour until, TrainProgress progress) {
  std::vector<Calibration> tried;
  for (const float scale : kQualityScales) {
    BAUTA_RETURN_IF_ERROR(
        progress("learning the score's weights",
                 static_cast<float>(tried.size()) / static_cast<float>(kQualityScales.size())));
    Calibration calibration;
    calibration.quality_scale = scale;
    BAUTA_ASSIGN_OR_RETURN(const Replay replay, ReplayCalibrated(model, options, features, set, calibration,
                                                                 from, until, kListsMax));
    calibration.weights = FitScoreWeights(replay.lists, kReplayHalfLifeHours, ScoreWeightOptions());
    calibration.figures = MeasureModel(set, replay.lists, calibration.weights, kReplayHalfLifeHours);
    tried.push_back(calibration);
  }
  size_t best = 0;
  for (size_t i = 1; i < tried.size(); ++i) {
    if (tried[i].figures.ndcg_at_10 > tried[best].figures.ndcg_at_10) best = i;
  }
  const double enough = tried[best].figures.ndcg_at_10 - kIndifference;
  for (const Calibration& calibration : tried) {
    if (calibration.figures.ndcg_at_10 >= enough) return calibration;
  }
  return tried[best];
}

absl::StatusOr<Replay> ReplayCalibrated(const LearnedModel& model, const LearningOptions& options,
                                        const PostFeatures& features, const TrainingSet& set,
                                        const Calibration& calibration, Hour from, Hour until,
                                        size_t lists_max) {
  ScoreWeights weights = calibration.weights;
  weights.freshness_half_life_hours = kReplayHalfLifeHours;
  BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<const ModelSnapshot> snapshot,
                         MakeReplaySnapshot(ToParameters(model, options, features, set,
                                                         calibration.quality_scale, weights, ModelNames())));
  ReplayOptions replay;
  replay.from = from;
  replay.until = until;
  replay.crowd_min = options.gate.crowd_min;
  replay.threads = options.threads;
  replay.seed = options.seed;
  replay.lists_max = lists_max;
  replay.move_posts = options.move_posts;
  replay.move_rule = options.move_rule;
  return ReplayHours(set, snapshot, replay);
}

}  // namespace bauta
