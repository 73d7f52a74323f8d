#include "training/replay.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "featurestore/records/subject_view_builder.h"
#include "ranking/filter.h"
#include "ranking/fresh_table.h"
#include "ranking/live_posts.h"
#include "ranking/observations.h"
#include "ranking/ranker.h"
#include "ranking/surface_rules.h"
#include "ranking/vector_kernels.h"
#include "ranking/viewer.h"
#include "training/crowd_replay.h"
#include "training/events_before.h"
#include "training/interaction_matrix.h"
#include "training/moved_posts.h"
#include "training/parallel.h"
#include "training/random.h"

namespace bauta {
namespace {

// A post that a row's subject met in one hour.
struct Encounter {
  Hour hour;
  uint32_t row = 0;
  uint32_t post = 0;
  SignalKindSet kinds;

  bool answered() const {
    for (size_t kind = 0; kind < kSignalKindCount; ++kind) {
      const auto signal = static_cast<SignalKind>(kind);
      if (kinds.Contains(signal) && IsAnswer(signal)) return true;
    }
    return false;
  }
};

// By hour, row and post; each once.
std::vector<Encounter> FindEncounters(const TrainingSet& set, Hour from, Hour until) {
  std::vector<Encounter> found;
  for (uint32_t row = 0; row < set.rows().size(); ++row) {
    const auto add = [&](Hour hour, uint32_t post, SignalKind kind) {
      if (hour >= from && hour < until && post != kNoPost) found.push_back({hour, row, post, {kind}});
    };
    const LearnableRow& events = set.rows()[row];
    for (const Interaction& event : events.interactions) add(event.hour, set.Find(event.post), event.kind);
    for (const PostState& state : events.states) add(state.hour, set.Find(state.post), state.kind);
    for (const Impression& impression : events.impressions) {
      add(impression.hour, set.Find(impression.post), SignalKind::kImpression);
    }
  }
  const auto key = [](const Encounter& e) { return std::tie(e.hour, e.row, e.post); };
  std::sort(found.begin(), found.end(),
            [&](const Encounter& a, const Encounter& b) { return key(a) < key(b); });
  size_t kept = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    if (kept > 0 && key(found[kept - 1]) == key(found[i])) {
      found[kept - 1].kinds = SignalKindSet::FromBits(found[kept - 1].kinds.bits() | found[i].kinds.bits());
    } else {
      found[kept++] = found[i];
    }
  }
  found.resize(kept);
  return found;
}

// What the row's subject would have had in its view at the beginning of `hour`.
SubjectView ViewAt(const LearnableRow& row, Hour hour) {
  std::vector<Dismissal> lessons = EventsBefore(row.lessons, hour);
  SubjectViewBuilder builder;
  builder.Interactions(EventsBefore(row.interactions, hour))
      .States(EventsBefore(row.states, hour))
      .Impressions(EventsBefore(row.impressions, hour))
      .Dismissals(lessons);
  builder.Lessons(std::move(lessons));
  return std::move(builder).Build();
}

// Scratch of one thread.
struct Workplace {
  Viewer viewer;
  LocalScore local;
  TasteProblem taste;
};

class Replayer {
 public:
  Replayer(const TrainingSet& set, std::shared_ptr<const ModelSnapshot> model, const ReplayOptions& options)
      : set_(set),
        options_(options),
        model_(std::move(model)),
        posts_(model_, set.posts().size()),
        workplaces_(std::max<size_t>(options.threads, 1)) {
    for (Post post : set.posts()) {
      post.review = ReviewState::kApproved;  // Only such posts are streamed to a training.
      posts_.Upsert(post, std::nullopt);
    }
  }

  Replay Run() {
    std::vector<Encounter> encounters = FindEncounters(set_, options_.from, options_.until);
    const auto answered =
        static_cast<size_t>(std::count_if(encounters.begin(), encounters.end(),
                                          [](const Encounter& encounter) { return encounter.answered(); }));
    Replay replay;
    // One shown in vain for every five answered is little, but tells; fewer are an accident of the data.
    replay.sampled = (encounters.size() - answered) * 5 < answered;
    PrepareLists(encounters, replay);

    CrowdReplay crowd(set_, {kPopularityWindows.begin(), kPopularityWindows.end()});
    MovedPosts moved(set_, options_.move_rule);
    for (size_t begin = 0; begin < replay.lists.size();) {
      const Hour hour = replay.lists[begin].hour;
      size_t end = begin;
      while (end < replay.lists.size() && replay.lists[end].hour == hour) ++end;
      crowd.AdvanceTo(hour);
      if (options_.move_posts) moved.AdvanceTo(hour, posts_);
      FillHour(hour, crowd, {replay.lists.data() + begin, end - begin});
      begin = end;
    }
    replay.posts_moved = moved.posts_moved();
    return replay;
  }

 private:
  static ReplayItem ItemOf(uint32_t post, bool answered, const SignalKindSet& kinds) {
    ReplayItem item;
    item.post = post;
    item.answered = answered;
    item.kinds = kinds;
    return item;
  }

  void PrepareLists(const std::vector<Encounter>& encounters, Replay& replay) const {
    std::vector<ReplayList>& lists = replay.lists;
    for (const Encounter& encounter : encounters) {
      const bool is_answer = encounter.answered();
      if (replay.sampled && !is_answer) continue;
      if (lists.empty() || lists.back().hour != encounter.hour || lists.back().row != encounter.row) {
        lists.push_back({encounter.row, encounter.hour, {}});
      }
      lists.back().items.push_back(ItemOf(encounter.post, is_answer, encounter.kinds));
    }
    // Drawn lists are about ten times as long as what is shown in an hour.
    const size_t lists_max = replay.sampled ? options_.lists_max / 10 : options_.lists_max;
    if (lists.size() > lists_max) {
      const uint64_t share = UINT64_MAX / lists.size() * lists_max;
      std::erase_if(lists, [&](const ReplayList& list) {
        return MixSeed(options_.seed ^ MixSeed(ContentHash(set_.rows()[list.row]) + list.hour.value())) >
               share;
      });
    }
    if (replay.sampled) {
      for (ReplayList& list : lists) DrawCandidates(list);
    }
  }

  // Adds posts that were out already, and that the subject has nothing to do with up to this hour.
  void DrawCandidates(ReplayList& list) const {
    const LearnableRow& row = set_.rows()[list.row];
    std::vector<uint32_t> known;
    for (const Interaction& event : EventsBefore(row.interactions, list.hour.Plus(1))) {
      known.push_back(set_.Find(event.post));
    }
    for (const PostState& state : EventsBefore(row.states, list.hour.Plus(1)))
      known.push_back(set_.Find(state.post));
    std::sort(known.begin(), known.end());
    uint64_t random = options_.seed ^ MixSeed(ContentHash(row) + list.hour.value());
    const size_t wanted = list.items.size() + options_.sampled_candidates;
    for (size_t tries = 0; tries < 4 * options_.sampled_candidates && list.items.size() < wanted; ++tries) {
      const auto post = static_cast<uint32_t>(NextRandom(random) % set_.posts().size());
      if (set_.posts()[post].publish_time >= list.hour.start()) continue;
      if (std::binary_search(known.begin(), known.end(), post)) continue;
      known.insert(std::lower_bound(known.begin(), known.end(), post), post);
      list.items.push_back(ItemOf(post, false, {}));
    }
  }

  void FillHour(Hour hour, const CrowdReplay& crowd, std::span<ReplayList> lists) {
    FreshTable::Options options;
    options.crowd_min = std::max(options_.crowd_min, 1u);
    const auto fresh = FreshTable::Create(
        crowd.Counters(options.popularity_window_hours), posts_, [](City) { return std::optional<Place>(); },
        hour, options);
    const RankingContext context{*model_, posts_, *fresh, surface_, hour.start()};
    ForEachBlock(lists.size(), options_.threads,
                 [&](size_t i, size_t worker) { FillList(context, crowd, lists[i], workplaces_[worker]); });
  }

  void FillList(const RankingContext& context, const CrowdReplay& crowd, ReplayList& list, Workplace& place) {
    const SubjectView view = ViewAt(set_.rows()[list.row], list.hour);
    place.viewer.Reset(context, view, FeedRequest());
    place.local.Reset(context.fresh, view.place());
    place.taste.Collect(*model_, posts_, view, list.hour);
    const std::vector<float>& taste = place.taste.Solve(*model_);
    size_t kept = 0;
    for (ReplayItem& item : list.items) {
      const PostRow row = posts_.Find(set_.ids()[item.post]);
      if (FindRemovalReason(context, place.viewer, row) != RemovalReason::kCount) continue;
      item.learned = posts_.At(row).learned;
      item.moved = posts_.At(row).moved;
      item.features = FeaturesOf(context, place.viewer, place.local, row);
      item.features.taste = ActiveVectorKernels().dot(taste.data(), posts_.VectorOf(row), taste.size());
      for (size_t window = 0; window < kPopularityWindows.size(); ++window) {
        item.popularity[window] = crowd.Popularity(item.post, window);
      }
      list.items[kept++] = item;
    }
    list.items.resize(kept);
  }

  const TrainingSet& set_;
  const ReplayOptions& options_;
  const std::shared_ptr<const ModelSnapshot> model_;
  LivePosts posts_;
  const SurfaceRules surface_;
  std::vector<Workplace> workplaces_;
};

}  // namespace

Replay ReplayHours(const TrainingSet& set, std::shared_ptr<const ModelSnapshot> model,
                   const ReplayOptions& options) {
  return Replayer(set, std::move(model), options).Run();
}

}  // namespace bauta
