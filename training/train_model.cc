#include "training/train_model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "ranking/model_snapshot.h"
#include "training/post_features.h"
#include "training/random.h"
#include "training/ranking_metrics.h"
#include "training/replay.h"
#include "training/score_weights.h"

namespace bauta {
namespace {

// The half-life that replays compute freshness with; the one that is learned follows from it.
constexpr float kReplayHalfLifeHours = 168;
// Fewer subjects would make the comparison with popularity an accident.
constexpr size_t kEvaluatedSubjectsMin = 30;

struct Slices {
  Hour weights_begin, evaluation_begin, end;
};

absl::StatusOr<Slices> SliceHours(const TrainingSet& set, const TrainOptions& options) {
  if (set.rows().size() < std::max<size_t>(options.factors.crowd_min, 1)) {
    return absl::FailedPreconditionError(
        absl::StrCat("rows: at least ", std::max<size_t>(options.factors.crowd_min, 1),
                     " subjects who may be learned from are needed, there are ", set.rows().size()));
  }
  const Hour end = set.last_hour()->Plus(1);
  const int64_t hours = end.Since(*set.first_hour());
  Slices slices;
  slices.end = end;
  const int64_t evaluation =
      options.evaluation_hours > 0 ? options.evaluation_hours : std::min<int64_t>(24, hours / 6);
  const int64_t weights =
      options.weights_hours > 0 ? options.weights_hours : std::min<int64_t>(48, hours / 6);
  if (evaluation <= 0 || weights <= 0 || evaluation + weights >= hours) {
    return absl::FailedPreconditionError(absl::StrCat(
        "rows: events of at least 6 hours, and of more than are held out, are needed; they span ", hours,
        " hours"));
  }
  slices.evaluation_begin = end.Plus(-evaluation);
  slices.weights_begin = slices.evaluation_begin.Plus(-weights);
  return slices;
}

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> ToSnapshot(const ModelParameters& parameters) {
  constexpr size_t kAlignment = 64;
  BAUTA_ASSIGN_OR_RETURN(const std::string bytes, EncodeSnapshot(parameters));
  const size_t size = (bytes.size() + kAlignment - 1) / kAlignment * kAlignment;
  std::shared_ptr<void> block(std::aligned_alloc(kAlignment, size), std::free);
  if (block == nullptr)
    return absl::ResourceExhaustedError("no memory for the snapshot of the held-out model");
  std::memcpy(block.get(), bytes.data(), bytes.size());
  return ModelSnapshot::Parse({static_cast<const std::byte*>(block.get()), bytes.size()}, block);
}

// Figures of one way to rank, a list for each subject: all that they met in these hours.
template <class Score>
HeldOutFigures Measure(const TrainingSet& set, std::span<const ReplayList> lists, Score score,
                       size_t* subjects = nullptr) {
  std::vector<std::pair<uint32_t, RankedItem>> items;
  for (const ReplayList& list : lists) {
    for (const ReplayItem& item : list.items) {
      const uint64_t tie = MixSeed(set.ids()[item.post].value() + MixSeed(list.row));
      items.push_back({list.row, {score(item), tie, item.answered}});
    }
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  MeanFigure ndcg, hits, area;
  std::vector<RankedItem> of_row;
  for (size_t begin = 0; begin < items.size();) {
    of_row.clear();
    size_t end = begin;
    while (end < items.size() && items[end].first == items[begin].first)
      of_row.push_back(items[end++].second);
    begin = end;
    const std::optional<double> auc = AreaUnderCurve(of_row);
    if (!auc) continue;
    area.Add(auc);
    ndcg.Add(Ndcg(of_row, 10));
    hits.Add(IsHit(of_row, 10) ? 1.0 : 0.0);
  }
  if (subjects != nullptr) *subjects = ndcg.count();
  return {ndcg.mean(), hits.mean(), area.mean()};
}

HeldOutFigures MeasurePopularity(const TrainingSet& set, std::span<const ReplayList> lists, size_t window) {
  return Measure(set, lists,
                 [&](const ReplayItem& item) { return static_cast<float>(item.popularity[window]); });
}

HeldOutFigures MeasureModel(const TrainingSet& set, std::span<const ReplayList> lists,
                            const ScoreWeights& weights, size_t* subjects = nullptr) {
  return Measure(
      set, lists, [&](const ReplayItem& item) { return ScoreOf(item, weights, kReplayHalfLifeHours); },
      subjects);
}

// The window whose popularity ranks the lists best.
size_t BestPopularityWindow(const TrainingSet& set, std::span<const ReplayList> lists) {
  size_t best = 0;
  double best_ndcg = -1;
  for (size_t window = 0; window < kPopularityWindows.size(); ++window) {
    const double ndcg = MeasurePopularity(set, lists, window).ndcg_at_10;
    if (ndcg > best_ndcg) {
      best = window;
      best_ndcg = ndcg;
    }
  }
  return best;
}

// A model of the hours before the held-out ones, and both slices as it would have ranked them.
struct Trial {
  Regime regime = Regime::kChosen;
  ScoreWeights weights;
  double weights_ndcg = -1;  // On the hours that the weights were learned on.
  std::vector<ReplayList> weights_lists, evaluation_lists;
  bool sampled = false;
};

class Training {
 public:
  Training(const TrainingSet& set, const TrainOptions& options, TrainProgress progress)
      : set_(set), options_(options), progress_(progress), features_(set.posts()) {}

  absl::StatusOr<TrainedModel> Run() {
    BAUTA_ASSIGN_OR_RETURN(slices_, SliceHours(set_, options_));
    BAUTA_ASSIGN_OR_RETURN(const Trial trial, BestTrial());
    BAUTA_RETURN_IF_ERROR(HoldAgainstPopularity(trial));
    BAUTA_RETURN_IF_ERROR(progress_("training on everything", 0));
    BAUTA_ASSIGN_OR_RETURN(ModelParameters parameters,
                           Train(trial.regime, slices_.end, trial.weights, "training on everything"));
    parameters.held_out_quality = static_cast<float>(report_.model.ndcg_at_10);
    parameters.held_out_popularity = static_cast<float>(report_.popularity.ndcg_at_10);
    report_.regime = trial.regime;
    report_.events = set_.events();
    report_.posts = set_.posts().size();
    report_.posts_learned = parameters.posts.size();
    const PriorParameters& prior = parameters.prior;
    report_.columns_learned = prior.authors.size() + prior.topics.size() + prior.languages.size() +
                              prior.countries.size() + prior.cities.size() + prior.content_vectors.rows;
    return TrainedModel{std::move(parameters), report_};
  }

 private:
  absl::StatusOr<Trial> BestTrial() {
    Trial best;
    for (const Regime regime : {Regime::kShown, Regime::kImplicit}) {
      if (options_.regime != Regime::kChosen && options_.regime != regime) continue;
      BAUTA_ASSIGN_OR_RETURN(Trial trial, Try(regime));
      if (trial.weights_ndcg > best.weights_ndcg) best = std::move(trial);
    }
    return best;
  }

  absl::StatusOr<Trial> Try(Regime regime) {
    const char* stage = regime == Regime::kShown ? "training on earlier hours, shown in vain counts"
                                                 : "training on earlier hours, not done counts";
    BAUTA_RETURN_IF_ERROR(progress_(stage, 0));
    ScoreWeights start = UninformedWeights();
    start.freshness_half_life_hours = kReplayHalfLifeHours;
    BAUTA_ASSIGN_OR_RETURN(const ModelParameters parameters,
                           Train(regime, slices_.weights_begin, start, stage));
    BAUTA_ASSIGN_OR_RETURN(const std::shared_ptr<const ModelSnapshot> snapshot, ToSnapshot(parameters));
    BAUTA_RETURN_IF_ERROR(progress_("replaying held-out hours", 0));
    ReplayOptions replay_options;
    replay_options.from = slices_.weights_begin;
    replay_options.until = slices_.end;
    replay_options.crowd_min = options_.factors.crowd_min;
    replay_options.threads = options_.factors.threads;
    replay_options.seed = options_.factors.seed;
    Replay replay = ReplayHours(set_, snapshot, replay_options);

    Trial trial;
    trial.regime = regime;
    trial.sampled = replay.sampled;
    for (ReplayList& list : replay.lists) {
      (list.hour < slices_.evaluation_begin ? trial.weights_lists : trial.evaluation_lists)
          .push_back(std::move(list));
    }
    trial.weights = FitScoreWeights(trial.weights_lists, kReplayHalfLifeHours, ScoreWeightOptions());
    trial.weights_ndcg = MeasureModel(set_, trial.weights_lists, trial.weights).ndcg_at_10;
    return trial;
  }

  absl::Status HoldAgainstPopularity(const Trial& trial) {
    const size_t window = BestPopularityWindow(set_, trial.weights_lists);
    report_.sampled = trial.sampled;
    report_.popularity_window_hours = kPopularityWindows[window];
    report_.model = MeasureModel(set_, trial.evaluation_lists, trial.weights, &report_.evaluated_subjects);
    report_.popularity = MeasurePopularity(set_, trial.evaluation_lists, window);
    if (report_.evaluated_subjects < kEvaluatedSubjectsMin) {
      return absl::FailedPreconditionError(
          absl::StrCat("held-out hours: at least ", kEvaluatedSubjectsMin,
                       " subjects who answered some posts and not others are needed, there are ",
                       report_.evaluated_subjects));
    }
    if (report_.model.ndcg_at_10 < report_.popularity.ndcg_at_10) {
      return absl::FailedPreconditionError(
          absl::StrFormat("the model is worse than popularity on the held-out hours: NDCG@10 %.4f against "
                          "%.4f; not published",
                          report_.model.ndcg_at_10, report_.popularity.ndcg_at_10));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ModelParameters> Train(Regime regime, Hour until, const ScoreWeights& weights,
                                        const char* stage) {
    MatrixOptions matrix_options;
    matrix_options.signals = options_.signals;
    matrix_options.exposure_confidence = options_.exposure_confidence;
    matrix_options.until = until;
    const InteractionMatrices matrices = BuildMatrices(set_, matrix_options);
    if (matrices.rows.size() < std::max<size_t>(options_.factors.crowd_min, 1)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "rows: at least ", std::max<size_t>(options_.factors.crowd_min, 1),
          " subjects with events on known posts before the held-out hours are needed, there are ",
          matrices.rows.size()));
    }
    report_.rows = matrices.rows.size();
    report_.entries = matrices.exposures.entries.size();
    FactorModelOptions factors = options_.factors;
    SetRegularization(regime, matrices, factors);
    BAUTA_ASSIGN_OR_RETURN(const FactorModel model,
                           TrainFactorModel(factors, matrices.acts, matrices.exposures, features_, set_.ids(),
                                            [&](float done) { return progress_(stage, done); }));
    ModelParameters parameters = ToParameters(factors, model, features_, set_, options_.signals, weights);
    parameters.version = options_.version;
    parameters.region = options_.region;
    parameters.train_begin_time = options_.train_begin_time;
    return parameters;
  }

  const TrainingSet& set_;
  const TrainOptions& options_;
  TrainProgress progress_;
  const PostFeatures features_;
  Slices slices_;
  TrainReport report_;
};

}  // namespace

absl::StatusOr<TrainedModel> TrainModel(const TrainingSet& set, const TrainOptions& options,
                                        TrainProgress progress) {
  return Training(set, options, progress).Run();
}

void SetRegularization(Regime regime, const InteractionMatrices& matrices, FactorModelOptions& options) {
  const auto subjects = static_cast<float>(matrices.acts.rows());
  const auto posts = static_cast<float>(matrices.acts.columns);
  if (regime == Regime::kImplicit) {
    float confidence = 0;
    for (const MatrixEntry& entry : matrices.acts.entries) confidence += entry.confidence;
    options.subject = {5 * confidence / (subjects * posts), 1, 0.5f, 1};
    options.post = {options.subject.alpha0, 10, 0, 1};
  } else {
    // All that was not shown together weighs as much against a post as one subject's answer for it.
    options.subject = {1 / subjects, 50, 0.5f, 1};
    options.post = {options.subject.alpha0, 10, 0, 1};
  }
}

ModelParameters ToParameters(const FactorModelOptions& options, const FactorModel& model,
                             const PostFeatures& features, const TrainingSet& set, const SignalModel& signals,
                             const ScoreWeights& weights) {
  ModelParameters parameters;
  parameters.seed = options.seed;
  parameters.kernel_set = options.kernels->name;
  parameters.crowd_min = options.crowd_min;
  parameters.dimension = options.dimension;
  parameters.alpha0 = options.subject.alpha0;
  parameters.lambda = options.subject.lambda;
  parameters.frequency_exponent = options.subject.frequency_exponent;
  parameters.gram = model.gram;
  const float* mean = model.mean_taste.row(0);
  parameters.mean_taste.assign(mean, mean + options.dimension);
  parameters.post_vectors.columns = options.dimension;
  for (size_t post = 0; post < set.posts().size(); ++post) {
    if (model.post_free[post] == 0) continue;
    parameters.posts.push_back(set.ids()[post]);
    const float* vector = model.posts.row(post);
    parameters.post_vectors.values.insert(parameters.post_vectors.values.end(), vector,
                                          vector + options.dimension);
  }
  parameters.post_vectors.rows = parameters.posts.size();
  std::vector<bool> keep;
  for (const uint32_t free : model.column_free) keep.push_back(free > 0);
  parameters.prior = features.ToParameters(model.columns, options.dimension, keep);
  parameters.signals = signals;
  parameters.score_weights = weights;
  return parameters;
}

}  // namespace bauta
