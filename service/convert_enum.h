// The enums of the wire and those of the records: one mapping, in both directions, held by the compiler. On
// the wire 0 is always UNSPECIFIED, so that most numbers there are one more than in a row.
//
// ToProto takes any value of the enum. FromProto takes a value that validation has let through; an
// UNSPECIFIED only where the comment says what it means.
#ifndef BAUTA_SERVICE_CONVERT_ENUM_H_
#define BAUTA_SERVICE_CONVERT_ENUM_H_

#include "bauta/v1/consent.pb.h"
#include "bauta/v1/dismissal.pb.h"
#include "bauta/v1/post.pb.h"
#include "bauta/v1/relation.pb.h"
#include "bauta/v1/signal.pb.h"
#include "featurestore/records/dismissal.h"
#include "featurestore/records/head.h"
#include "featurestore/records/post.h"
#include "privacy/purpose.h"
#include "privacy/signal_kind.h"

namespace bauta {
namespace convert_internal {

template <class To, class From>
constexpr To Shift(From value, int by) {
  return static_cast<To>(static_cast<int>(value) + by);
}

}  // namespace convert_internal

constexpr v1::SignalKind ToProto(SignalKind kind) { return convert_internal::Shift<v1::SignalKind>(kind, 1); }
constexpr SignalKind FromProto(v1::SignalKind kind) { return convert_internal::Shift<SignalKind>(kind, -1); }
static_assert(ToProto(SignalKind::kImpression) == v1::SIGNAL_KIND_IMPRESSION);
static_assert(ToProto(SignalKind::kClick) == v1::SIGNAL_KIND_CLICK);
static_assert(ToProto(SignalKind::kView) == v1::SIGNAL_KIND_VIEW);
static_assert(ToProto(SignalKind::kDwell) == v1::SIGNAL_KIND_DWELL);
static_assert(ToProto(SignalKind::kShare) == v1::SIGNAL_KIND_SHARE);
static_assert(ToProto(SignalKind::kComment) == v1::SIGNAL_KIND_COMMENT);
static_assert(ToProto(SignalKind::kReply) == v1::SIGNAL_KIND_REPLY);
static_assert(ToProto(SignalKind::kSearch) == v1::SIGNAL_KIND_SEARCH);
static_assert(ToProto(SignalKind::kPopup) == v1::SIGNAL_KIND_POPUP);
static_assert(ToProto(SignalKind::kReport) == v1::SIGNAL_KIND_REPORT);
static_assert(ToProto(SignalKind::kLike) == v1::SIGNAL_KIND_LIKE);
static_assert(ToProto(SignalKind::kFavorite) == v1::SIGNAL_KIND_FAVORITE);
static_assert(static_cast<int>(kSignalKindCount) == v1::SignalKind_MAX);

constexpr v1::Purpose ToProto(Purpose purpose) { return convert_internal::Shift<v1::Purpose>(purpose, 1); }
constexpr Purpose FromProto(v1::Purpose purpose) { return convert_internal::Shift<Purpose>(purpose, -1); }
static_assert(ToProto(Purpose::kPersonalize) == v1::PURPOSE_PERSONALIZE);
static_assert(ToProto(Purpose::kLearn) == v1::PURPOSE_LEARN);
static_assert(ToProto(Purpose::kCrowd) == v1::PURPOSE_CROWD);
static_assert(ToProto(Purpose::kLocate) == v1::PURPOSE_LOCATE);
static_assert(ToProto(Purpose::kAds) == v1::PURPOSE_ADS);
static_assert(static_cast<int>(kPurposeCount) == v1::Purpose_MAX);

// UNSPECIFIED is kUnspecified: any reason, where a request may leave it open.
constexpr v1::DismissReason ToProto(DismissalReason reason) {
  return convert_internal::Shift<v1::DismissReason>(reason, 0);
}
constexpr DismissalReason FromProto(v1::DismissReason reason) {
  return convert_internal::Shift<DismissalReason>(reason, 0);
}
static_assert(ToProto(DismissalReason::kUnspecified) == v1::DISMISS_REASON_UNSPECIFIED);
static_assert(ToProto(DismissalReason::kNotInterested) == v1::DISMISS_REASON_NOT_INTERESTED);
static_assert(ToProto(DismissalReason::kLessAuthor) == v1::DISMISS_REASON_LESS_OF_AUTHOR);
static_assert(ToProto(DismissalReason::kBlockAuthor) == v1::DISMISS_REASON_BLOCK_AUTHOR);
static_assert(ToProto(DismissalReason::kLessTopic) == v1::DISMISS_REASON_LESS_OF_TOPIC);
static_assert(ToProto(DismissalReason::kBlockTopic) == v1::DISMISS_REASON_BLOCK_TOPIC);
static_assert(ToProto(DismissalReason::kSeenTooOften) == v1::DISMISS_REASON_SEEN_TOO_OFTEN);
static_assert(ToProto(DismissalReason::kNotFromMyCity) == v1::DISMISS_REASON_NOT_FROM_MY_CITY);
static_assert(ToProto(DismissalReason::kOffensive) == v1::DISMISS_REASON_OFFENSIVE);
static_assert(ToProto(DismissalReason::kAdvertisement) == v1::DISMISS_REASON_ADVERTISEMENT);
static_assert(v1::DismissReason_MAX == v1::DISMISS_REASON_ADVERTISEMENT);

constexpr v1::DismissScope ToProto(DismissalScope scope) {
  return convert_internal::Shift<v1::DismissScope>(scope, 1);
}
static_assert(ToProto(DismissalScope::kPost) == v1::DISMISS_SCOPE_POST);
static_assert(ToProto(DismissalScope::kAuthor) == v1::DISMISS_SCOPE_AUTHOR);
static_assert(ToProto(DismissalScope::kTopic) == v1::DISMISS_SCOPE_TOPIC);
static_assert(v1::DismissScope_MAX == v1::DISMISS_SCOPE_TOPIC);

// UNSPECIFIED is kUnspecified: not said.
constexpr v1::PostKind ToProto(PostKind kind) { return convert_internal::Shift<v1::PostKind>(kind, 0); }
constexpr PostKind FromProto(v1::PostKind kind) { return convert_internal::Shift<PostKind>(kind, 0); }
static_assert(ToProto(PostKind::kUnspecified) == v1::POST_KIND_UNSPECIFIED);
static_assert(ToProto(PostKind::kText) == v1::POST_KIND_TEXT);
static_assert(ToProto(PostKind::kImage) == v1::POST_KIND_IMAGE);
static_assert(ToProto(PostKind::kVideo) == v1::POST_KIND_VIDEO);
static_assert(ToProto(PostKind::kLive) == v1::POST_KIND_LIVE);
static_assert(ToProto(PostKind::kArticle) == v1::POST_KIND_ARTICLE);
static_assert(ToProto(PostKind::kLink) == v1::POST_KIND_LINK);
static_assert(v1::PostKind_MAX == v1::POST_KIND_LINK);

// UNSPECIFIED is kEverybody.
constexpr Audience FromProto(v1::Audience audience) {
  return audience == v1::AUDIENCE_UNSPECIFIED ? Audience::kEverybody
                                              : convert_internal::Shift<Audience>(audience, -1);
}
static_assert(FromProto(v1::AUDIENCE_EVERYONE) == Audience::kEverybody);
static_assert(FromProto(v1::AUDIENCE_ADULTS) == Audience::kAdults);
static_assert(FromProto(v1::AUDIENCE_FOLLOWERS) == Audience::kFollowers);
static_assert(v1::Audience_MAX == v1::AUDIENCE_FOLLOWERS);

constexpr ReviewState FromProto(v1::ReviewState state) {
  return convert_internal::Shift<ReviewState>(state, -1);
}
static_assert(FromProto(v1::REVIEW_STATE_PENDING) == ReviewState::kPending);
static_assert(FromProto(v1::REVIEW_STATE_APPROVED) == ReviewState::kApproved);
static_assert(FromProto(v1::REVIEW_STATE_REJECTED) == ReviewState::kRejected);
static_assert(v1::ReviewState_MAX == v1::REVIEW_STATE_REJECTED);

// In a row a relation's kind says as well whether its target is an author or a topic.
constexpr bool NamesAuthor(RelationKind kind) {
  return kind == RelationKind::kFollowAuthor || kind == RelationKind::kBlockAuthor ||
         kind == RelationKind::kMuteAuthor;
}
constexpr v1::RelationKind ToProto(RelationKind kind) {
  switch (kind) {
    case RelationKind::kFollowAuthor:
    case RelationKind::kFollowTopic:
      return v1::RELATION_KIND_FOLLOW;
    case RelationKind::kBlockAuthor:
    case RelationKind::kBlockTopic:
      return v1::RELATION_KIND_BLOCK;
    case RelationKind::kMuteAuthor:
    case RelationKind::kMuteTopic:
      return v1::RELATION_KIND_MUTE;
    case RelationKind::kUnspecified:
      break;
  }
  return v1::RELATION_KIND_UNSPECIFIED;
}
constexpr RelationKind FromProto(v1::RelationKind kind, bool to_author) {
  switch (kind) {
    case v1::RELATION_KIND_FOLLOW:
      return to_author ? RelationKind::kFollowAuthor : RelationKind::kFollowTopic;
    case v1::RELATION_KIND_BLOCK:
      return to_author ? RelationKind::kBlockAuthor : RelationKind::kBlockTopic;
    case v1::RELATION_KIND_MUTE:
      return to_author ? RelationKind::kMuteAuthor : RelationKind::kMuteTopic;
    default:
      return RelationKind::kUnspecified;
  }
}
static_assert(v1::RelationKind_MAX == v1::RELATION_KIND_MUTE);

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONVERT_ENUM_H_
