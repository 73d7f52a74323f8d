#include "training/train_model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "training/post_features.h"
#include "training/score_calibration.h"

namespace bauta {
namespace {

// Fewer subjects would make the comparison with popularity an accident.
constexpr size_t kEvaluatedSubjectsMin = 30;

struct Slices {
  Hour calibration_begin, evaluation_begin, end;
};

absl::StatusOr<Slices> SliceHours(const TrainingSet& set, const TrainOptions& options) {
  const size_t rows_min = std::max<size_t>(options.learning.gate.crowd_min, 1);
  if (set.rows().size() < rows_min) {
    return absl::FailedPreconditionError(
        absl::StrCat("rows: at least ", rows_min, " subjects who may be learned from are needed, there are ",
                     set.rows().size()));
  }
  const Hour end = set.last_hour()->Plus(1);
  const int64_t hours = end.Since(*set.first_hour());
  const int64_t evaluation =
      options.evaluation_hours > 0 ? options.evaluation_hours : std::min<int64_t>(24, hours / 6);
  const int64_t calibration =
      options.calibration_hours > 0 ? options.calibration_hours : std::min<int64_t>(48, hours / 6);
  if (evaluation <= 0 || calibration <= 0 || evaluation + calibration >= hours) {
    return absl::FailedPreconditionError(absl::StrCat(
        "rows: events of at least 6 hours, and of more than are held out, are needed; they span ", hours,
        " hours"));
  }
  const Hour evaluation_begin = end.Plus(-evaluation);
  return Slices{evaluation_begin.Plus(-calibration), evaluation_begin, end};
}

absl::Status HoldAgainstPopularity(const TrainReport& report) {
  if (report.model.subjects < kEvaluatedSubjectsMin) {
    return absl::FailedPreconditionError(absl::StrCat(
        "held-out hours: at least ", kEvaluatedSubjectsMin,
        " subjects who answered some posts and not others are needed, there are ", report.model.subjects));
  }
  if (report.model.ndcg_at_10 >= report.popularity.ndcg_at_10) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "the model is worse than popularity on the held-out hours, NDCG@10 %.4f against %.4f: not published",
      report.model.ndcg_at_10, report.popularity.ndcg_at_10));
}

void CountLearned(const TrainingSet& set, const ModelParameters& parameters, TrainReport& report) {
  report.events = set.events();
  report.posts = set.posts().size();
  report.posts_learned = parameters.posts.size();
  const PriorParameters& prior = parameters.prior;
  report.columns_learned = prior.authors.size() + prior.topics.size() + prior.languages.size() +
                           prior.countries.size() + prior.cities.size() + prior.content_vectors.rows;
}

}  // namespace

absl::StatusOr<TrainedModel> TrainModel(const TrainingSet& set, const TrainOptions& options,
                                        TrainProgress progress) {
  BAUTA_ASSIGN_OR_RETURN(const Slices slices, SliceHours(set, options));
  const PostFeatures features(set.posts());
  BAUTA_ASSIGN_OR_RETURN(const LearnedModel earlier,
                         Learn(set, features, options.learning, slices.calibration_begin,
                               "learning from earlier hours", progress));
  BAUTA_ASSIGN_OR_RETURN(const Calibration calibration,
                         Calibrate(earlier, options.learning, features, set, slices.calibration_begin,
                                   slices.evaluation_begin, progress));
  BAUTA_RETURN_IF_ERROR(progress("replaying held-out hours", 0));
  BAUTA_ASSIGN_OR_RETURN(const Replay replay,
                         ReplayCalibrated(earlier, options.learning, features, set, calibration,
                                          slices.calibration_begin, slices.end));
  const auto evaluated =
      std::partition_point(replay.lists.begin(), replay.lists.end(),
                           [&](const ReplayList& list) { return list.hour < slices.evaluation_begin; });
  const std::span<const ReplayList> before(replay.lists.begin(), evaluated),
      held_out(evaluated, replay.lists.end());

  TrainedModel result;
  TrainReport& report = result.report;
  const size_t window = BestPopularityWindow(set, before);
  report.sampled = replay.sampled;
  report.quality_scale = calibration.quality_scale;
  report.popularity_window_hours = kPopularityWindows[window];
  report.model = MeasureModel(set, held_out, calibration.weights, kReplayHalfLifeHours);
  report.popularity = MeasurePopularity(set, held_out, window);
  BAUTA_RETURN_IF_ERROR(HoldAgainstPopularity(report));

  BAUTA_ASSIGN_OR_RETURN(const LearnedModel everything, Learn(set, features, options.learning, slices.end,
                                                              "learning from everything", progress));
  result.parameters = ToParameters(everything, options.learning, features, set, calibration.quality_scale,
                                   calibration.weights, options.names);
  result.parameters.held_out_quality = static_cast<float>(report.model.ndcg_at_10);
  result.parameters.held_out_popularity = static_cast<float>(report.popularity.ndcg_at_10);
  report.rows = everything.rows;
  CountLearned(set, result.parameters, report);
  return result;
}

}  // namespace bauta
