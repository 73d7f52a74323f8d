#include "service/feed_handler.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "ranking/scratch.h"
#include "service/feed_reply.h"
#include "service/filter_resolver.h"
#include "service/log.h"
#include "service/validation_feed.h"

namespace bauta {

struct FeedHandler::Looker {
  ResolvedVisit resolved;
  SubjectView view;
  bool without_choices = false;

  // What the visit itself asks of the ranking.
  void Ask(FeedRequest& wanted) const {
    wanted.self_author = resolved.self_author;
    wanted.utc_offset_minutes = resolved.utc_offset_minutes;
  }
};

namespace {

// What a thread ranks in, kept from call to call.
struct FeedScratch {
  RankingScratch ranking;
  std::vector<PostId> posts;
};

std::span<const PostId> ToPosts(const google::protobuf::RepeatedField<uint64_t>& ids,
                                std::vector<PostId>& posts) {
  posts.clear();
  posts.reserve(static_cast<size_t>(ids.size()));
  for (uint64_t id : ids) posts.emplace_back(id);
  return posts;
}

FeedScratch& ThreadScratch() {
  thread_local FeedScratch scratch;
  return scratch;
}

// A page token is for the same request. Who asks stands in the binding as a code; where the network lets the
// phone appear may change while somebody reads.
Sha256Digest HashWithoutToken(const v1::GetFeedRequest& request) {
  v1::GetFeedRequest rest = request;
  rest.clear_page_token();
  rest.mutable_visit()->clear_subject();
  rest.mutable_visit()->clear_ip_address();
  return Sha256(rest.SerializeAsString());
}

// Ranking has no clock; it asks this whether to go on. Of the time that a call has left when its ranking
// begins, a part is kept for what comes after.
class Patience {
 public:
  Patience(const Clock& clock, absl::Time deadline, absl::Time now)
      : clock_(clock), end_(now + kRankingShare * (deadline - now)) {}
  std::function<bool()> KeepGoing() const {
    return [this] { return clock_.Now() < end_; };
  }

 private:
  static constexpr double kRankingShare = 0.7;
  const Clock& clock_;
  const absl::Time end_;
};

FeedBinding BindingOf(const ResolvedVisit& resolved) {
  return {.subject_namespace = resolved.subject_namespace,
          .subject = resolved.visit.subject,
          .surface = resolved.visit.surface};
}

RankingContext ContextOf(const ServingState::Reading& releases, const ResolvedVisit& resolved,
                         absl::Time now) {
  return {.model = releases.model(),
          .posts = releases.posts(),
          .fresh = releases.fresh(),
          .surface = resolved.surface->rules,
          .now = now};
}

}  // namespace

absl::StatusOr<FeedHandler::Looker> FeedHandler::Look(const v1::Visit& visit, bool present) {
  BAUTA_ASSIGN_OR_RETURN(const ResolvedVisit resolved,
                         ResolveVisit(visit, present, dependencies_.resolver, dependencies_.surfaces));
  const auto place_of = [this](City city) { return dependencies_.resolver.PlaceOfCity(city); };
  absl::StatusOr<SubjectView> view = dependencies_.store.ReadSubject(resolved.visit, place_of);
  if (view.ok()) return Looker{resolved, *std::move(view)};
  LogInternalError(view.status());
  if (!resolved.allow_without_choices) {
    return absl::UnavailableError(
        "the subject's choices cannot be read now; try again, or allow_without_choices");
  }
  Visit nobody = resolved.visit;
  nobody.subject.reset();
  BAUTA_ASSIGN_OR_RETURN(SubjectView generic, dependencies_.store.ReadSubject(nobody, place_of));
  return Looker{resolved, std::move(generic), true};
}

absl::StatusOr<ServingState::Reading> FeedHandler::Read(const FeedBinding& binding, uint64_t seed,
                                                        absl::Time now) {
  return dependencies_.serving.Read(now, [&](std::string_view canary) {
    return dependencies_.page_tokens.PercentileOf(binding, seed, canary);
  });
}

template <class Response>
void FeedHandler::Stamp(const Looker& looker, const ServingState::Reading& releases, bool cut_short,
                        Response& response) {
  const std::string_view version = releases.model_version();
  response.set_model_version(version.data(), version.size());
  response.set_config_version(config_version_);
  response.set_surface_version(looker.resolved.surface->version);
  const std::string_view arm = releases.experiment_arm();
  if (!arm.empty()) response.set_experiment_arm(arm.data(), arm.size());
  const auto degrade = [&](v1::DegradedReason reason) {
    response.add_degraded(reason);
    dependencies_.metrics.CountDegraded(reason);
  };
  if (looker.view.degraded()) degrade(v1::DEGRADED_REASON_WITHOUT_HISTORY);
  if (looker.without_choices) degrade(v1::DEGRADED_REASON_WITHOUT_CHOICES);
  if (cut_short) degrade(v1::DEGRADED_REASON_CUT_SHORT);
  if (!releases.has_model()) degrade(v1::DEGRADED_REASON_WITHOUT_MODEL);
}

absl::Status FeedHandler::RankPosts(const Principal& principal, const v1::RankPostsRequest& request,
                                    v1::RankPostsResponse& response) {
  const absl::Time now = dependencies_.clock.Now();
  FeedRequest wanted;
  BAUTA_ASSIGN_OR_RETURN(wanted.limit, CheckRankPosts(request));
  BAUTA_ASSIGN_OR_RETURN(const Looker looker, Look(request.visit(), request.has_visit()));
  looker.Ask(wanted);
  const FeedBinding binding = BindingOf(looker.resolved);
  wanted.seed = dependencies_.page_tokens.Start(binding, now).seed;
  FeedScratch& scratch = ThreadScratch();
  const std::span<const PostId> candidates = ToPosts(request.post_ids(), scratch.posts);
  const std::span<const float> caller_scores(request.caller_scores().data(),
                                             static_cast<size_t>(request.caller_scores_size()));

  const Patience patience(dependencies_.clock, principal.deadline, dependencies_.clock.Now());
  wanted.keep_going = patience.KeepGoing();

  BAUTA_ASSIGN_OR_RETURN(const ServingState::Reading releases, Read(binding, wanted.seed, now));
  const RankedFeed feed = RankCandidates(ContextOf(releases, looker.resolved, now), looker.view, wanted,
                                         candidates, caller_scores, scratch.ranking);
  WriteFeed(feed, looker.view, releases.posts(), looker.resolved.surface->rules,
            request.include_score_terms(), *response.mutable_feed());
  Stamp(looker, releases, feed.trace.cut_short, *response.mutable_feed());
  dependencies_.visit_notes.Note(looker.resolved.visit, now);
  return absl::OkStatus();
}

absl::Status FeedHandler::GetFeed(const Principal& principal, const v1::GetFeedRequest& request,
                                  v1::GetFeedResponse& response) {
  const absl::Time now = dependencies_.clock.Now();
  FeedRequest wanted;
  BAUTA_ASSIGN_OR_RETURN(wanted.limit, CheckGetFeed(request));
  BAUTA_ASSIGN_OR_RETURN(const PostFilter filter, ResolveFilter(request.filter(), dependencies_.resolver));
  BAUTA_ASSIGN_OR_RETURN(const Looker looker, Look(request.visit(), request.has_visit()));
  looker.Ask(wanted);
  FeedBinding binding = BindingOf(looker.resolved);
  binding.request_hash = HashWithoutToken(request);
  FeedPosition position;
  if (request.page_token().empty()) {
    position = dependencies_.page_tokens.Start(binding, now);
  } else {
    BAUTA_ASSIGN_OR_RETURN(position, dependencies_.page_tokens.Open(binding, request.page_token(), now));
  }
  FeedScratch& scratch = ThreadScratch();
  wanted.limit = std::min(wanted.limit, kFeedPostsMax - position.shown.size());
  wanted.exclude = ToPosts(request.exclude_post_ids(), scratch.posts);
  std::vector<PostId> seeds;
  wanted.seeds = ToPosts(request.seed_post_ids(), seeds);
  if (request.has_filter()) wanted.filter = &filter;
  wanted.shown = position.shown;
  wanted.seed = position.seed;
  const Patience patience(dependencies_.clock, principal.deadline, dependencies_.clock.Now());
  wanted.keep_going = patience.KeepGoing();

  {
    BAUTA_ASSIGN_OR_RETURN(const ServingState::Reading releases, Read(binding, wanted.seed, now));
    const RankedFeed feed =
        FindFeed(ContextOf(releases, looker.resolved, now), looker.view, wanted, scratch.ranking);
    WriteFeed(feed, looker.view, releases.posts(), looker.resolved.surface->rules,
              request.include_score_terms(), *response.mutable_feed());
    Stamp(looker, releases, feed.trace.cut_short, *response.mutable_feed());
  }
  for (uint64_t id : response.feed().post_ids()) position.shown.push_back(PostFingerprint::Of(PostId(id)));
  if (!response.feed().end_of_feed() && position.shown.size() < kFeedPostsMax) {
    BAUTA_RETURN_IF_ERROR(
        dependencies_.page_tokens.Seal(binding, position, *response.mutable_next_page_token()));
  }
  dependencies_.visit_notes.Note(looker.resolved.visit, now);
  return absl::OkStatus();
}

absl::Status FeedHandler::ExplainPost(const Principal& principal, const v1::ExplainPostRequest& request,
                                      v1::ExplainPostResponse& response) {
  const absl::Time now = dependencies_.clock.Now();
  BAUTA_ASSIGN_OR_RETURN(const PostId post, CheckExplainPost(request));
  if (request.name_history() && !principal.MayUse(RightsGroup::kExplain)) {
    return absl::PermissionDeniedError("name_history: a rights token of the group explain is required");
  }
  BAUTA_ASSIGN_OR_RETURN(const Looker looker, Look(request.visit(), request.has_visit()));
  FeedRequest wanted;
  wanted.limit = 1;
  wanted.caller_score = request.caller_score();
  looker.Ask(wanted);
  const FeedBinding binding = BindingOf(looker.resolved);
  wanted.seed = dependencies_.page_tokens.Start(binding, now).seed;
  const SurfaceRules& surface = looker.resolved.surface->rules;

  BAUTA_ASSIGN_OR_RETURN(const ServingState::Reading releases, Read(binding, wanted.seed, now));
  BAUTA_ASSIGN_OR_RETURN(
      const Explanation explanation,
      Explain(ContextOf(releases, looker.resolved, now), looker.view, wanted, post, ThreadScratch().ranking));
  response.set_score(explanation.post.score);
  WriteTerms(explanation.post.terms, *response.mutable_score_terms());
  response.set_reason(MainReason(explanation.post, looker.view, releases.posts(), surface));
  if (explanation.removed) response.set_removal_reason(ToProto(*explanation.removed));
  response.set_prior_share(explanation.prior_share);
  float other_share = 0;
  for (const TasteShare& share : explanation.shares) {
    if (request.name_history() && static_cast<size_t>(response.taste_shares_size()) < kTasteSharesMax) {
      WriteShare(share, looker.view, dependencies_.surfaces, *response.add_taste_shares());
    } else {
      other_share += share.share;
    }
  }
  response.set_other_share(other_share);
  Stamp(looker, releases, false, response);
  dependencies_.visit_notes.Note(looker.resolved.visit, now);
  return absl::OkStatus();
}

}  // namespace bauta
