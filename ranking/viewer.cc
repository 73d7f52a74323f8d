#include "ranking/viewer.h"

#include <algorithm>
#include <cmath>

#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

// Each costs one product a candidate; the newest count.
constexpr size_t kSeenTooOftenMax = 16;

}  // namespace

void Viewer::Reset(const RankingContext& context, const SubjectView& view, const FeedRequest& request) {
  now_seconds_ = ToSeconds(context.now);
  now_ = Hour::Floor(context.now);
  place_ = view.place();
  minor_ = view.minor();
  self_ = request.self_author ? context.posts.FindAuthor(*request.self_author) : kNoIndex;
  languages_ = view.preferences().languages;
  filter_.Reset(request.filter, context.posts, now_seconds_);
  authors_.Clear();
  topics_.Clear();
  dismissed_posts_.Clear();
  excluded_.Clear();
  shown_.Clear();
  impressions_.Clear();
  seen_too_often_.clear();
  followed_authors_.clear();
  followed_topics_.clear();
  AddRelations(context, view);
  AddDismissals(context, view);
  AddShown(context, view, request);
}

void Viewer::AddRelations(const RankingContext& context, const SubjectView& view) {
  // What is followed is shown on `following` even where it is muted elsewhere.
  const bool mutes_count = !context.surface.followed_only;
  for (const Relation& relation : view.relations()) {
    const bool about_author = relation.author != AuthorCode();
    const uint32_t index =
        about_author ? context.posts.FindAuthor(relation.author) : context.posts.FindTopic(relation.topic);
    if (index == kNoIndex) continue;  // None of the live posts is concerned.
    Instruction& instruction = about_author ? authors_[index] : topics_[index];
    switch (relation.kind) {
      case RelationKind::kFollowAuthor:
        instruction.followed = true;
        followed_authors_.push_back(index);
        break;
      case RelationKind::kFollowTopic:
        instruction.followed = true;
        followed_topics_.push_back(index);
        break;
      case RelationKind::kBlockAuthor:
      case RelationKind::kBlockTopic:
        instruction.blocked = true;
        break;
      case RelationKind::kMuteAuthor:
      case RelationKind::kMuteTopic:
        instruction.blocked |= mutes_count;
        break;
      case RelationKind::kUnspecified:
        break;
    }
  }
}

void Viewer::AddDismissals(const RankingContext& context, const SubjectView& view) {
  // The newest last, and they are the ones that count where only some can.
  for (size_t i = view.dismissals().size(); i-- > 0;) {
    const Dismissal& dismissal = view.dismissals()[i];
    const float weight = DismissalWeight(dismissal, now_);
    if (weight <= 0) continue;
    dismissed_posts_[dismissal.post.value()] = true;
    AddDismissal(context, dismissal, weight);
  }
}

void Viewer::AddDismissal(const RankingContext& context, const Dismissal& dismissal, float weight) {
  const LivePosts& posts = context.posts;
  const PostRow row = posts.Find(dismissal.post);
  // An X made before the post was known learns from the catalogue what it is about.
  const AuthorIndex author = dismissal.author != AuthorCode() ? posts.FindAuthor(dismissal.author)
                             : row != kNoRow                  ? posts.At(row).author
                                                              : kNoIndex;
  const auto for_topics = [&](auto&& change) {
    for (TopicId topic : dismissal.topics) {
      if (const TopicIndex index = posts.FindTopic(topic); index != kNoIndex) change(topics_[index]);
    }
    if (!dismissal.topics.empty() || row == kNoRow) return;
    for (TopicIndex index : posts.TopicsOf(posts.At(row))) change(topics_[index]);
  };
  const auto hide_or_sink = [weight](Instruction& instruction) {
    if (weight >= 1) {
      instruction.dismissed = true;
    } else {
      instruction.penalty = std::max(instruction.penalty, weight);
    }
  };
  switch (dismissal.reason) {
    case DismissalReason::kLessAuthor:
    case DismissalReason::kBlockAuthor:
      if (author != kNoIndex) hide_or_sink(authors_[author]);
      break;
    case DismissalReason::kLessTopic:
    case DismissalReason::kBlockTopic:
      for_topics(hide_or_sink);
      break;
    case DismissalReason::kOffensive:
      if (author != kNoIndex) authors_[author].penalty = std::max(authors_[author].penalty, weight);
      break;
    case DismissalReason::kNotFromMyCity:
      for_topics([](Instruction& instruction) { instruction.locality_off = true; });
      break;
    case DismissalReason::kSeenTooOften:
      AddSeenTooOften(context, dismissal, weight);
      break;
    case DismissalReason::kAdvertisement:  // Leaves the author's organic posts alone.
      if (context.surface.advertisements && author != kNoIndex) hide_or_sink(authors_[author]);
      break;
    case DismissalReason::kNotInterested:  // About its post alone.
    case DismissalReason::kUnspecified:
      break;
  }
}

void Viewer::AddSeenTooOften(const RankingContext& context, const Dismissal& dismissal, float weight) {
  const PostRow row = context.posts.Find(dismissal.post);
  if (row == kNoRow || seen_too_often_.size() == kSeenTooOftenMax) return;
  const float* vector = context.posts.VectorOf(row);
  const float norm = std::sqrt(ActiveVectorKernels().dot(vector, vector, context.model.stride()));
  if (norm > 0) seen_too_often_.push_back({vector, 1 / norm, weight});
}

void Viewer::AddShown(const RankingContext& context, const SubjectView& view, const FeedRequest& request) {
  for (PostId post : request.exclude) excluded_[post.value()] = true;
  for (PostId post : request.seeds) excluded_[post.value()] = true;
  for (PostFingerprint post : request.shown) shown_[post.value()] = true;

  for (const Impression& impression : view.impressions()) ++impressions_[impression.post.value()];
  const auto was_taken = [&](PostId post) {
    if (uint32_t* count = impressions_.Find(PostFingerprint::Of(post).value())) *count = 0;
  };
  for (const Interaction& interaction : view.interactions()) {
    // How long it was looked at is known of every post shown; it is no answer.
    if (interaction.kind != SignalKind::kDwell) was_taken(interaction.post);
  }
  for (const PostState& state : view.states()) was_taken(state.post);

  const absl::Duration window = context.surface.seen_window;
  if (window <= absl::ZeroDuration()) return;
  const Hour since = Hour::Floor(context.now - window);
  for (const Impression& impression : view.impressions()) {
    if (impression.hour >= since) shown_[impression.post.value()] = true;
  }
  for (const Interaction& interaction : view.interactions()) {
    if (interaction.hour >= since) shown_[PostFingerprint::Of(interaction.post).value()] = true;
  }
  for (const PostState& state : view.states()) {
    if (state.hour >= since) shown_[PostFingerprint::Of(state.post).value()] = true;
  }
}

bool Viewer::Reads(Language language) const {
  if (languages_.empty() || language == Language()) return true;
  return std::find(languages_.begin(), languages_.end(), language) != languages_.end();
}

}  // namespace bauta
