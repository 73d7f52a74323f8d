#include "tests/service/calls.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bauta/v1/feed_service.pb.h"
#include "service/convert_time.h"

namespace bauta::testing {
namespace {

template <class T>
T Taken(absl::StatusOr<T> result) {
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : T();
}

template <class Element, class List>
void Append(const List& list, std::vector<Element>& out) {
  out.insert(out.end(), list.begin(), list.end());
}

std::string WithoutPrefix(const std::string& name, const char* prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

}  // namespace

v1::Subject External(const std::string& code) {
  v1::Subject subject;
  subject.set_external_code(code);
  return subject;
}

v1::AuthorRef Author(const std::string& id) {
  v1::AuthorRef author;
  author.set_author_id(id);
  return author;
}

google::protobuf::Timestamp At(absl::Time time) { return ToProto(time); }

v1::Interaction Event(const v1::Subject& subject, v1::SignalKind kind, uint64_t post, absl::Time time) {
  v1::Interaction event;
  *event.mutable_subject() = subject;
  event.set_kind(kind);
  event.set_post_id(post);
  *event.mutable_event_time() = ToProto(time);
  if (kind == v1::SIGNAL_KIND_DWELL) event.set_strength(1000);
  return event;
}

v1::Interaction Search(const v1::Subject& subject, uint64_t topic, absl::Time time) {
  v1::Interaction event = Event(subject, v1::SIGNAL_KIND_SEARCH, 0, time);
  event.set_topic_id(topic);
  return event;
}

v1::Post PostOf(uint64_t id, const std::string& author, const std::vector<uint64_t>& topics,
                absl::Time create_time) {
  v1::Post post;
  post.set_post_id(id);
  post.set_version(1);
  *post.mutable_author() = Author(author);
  for (uint64_t topic : topics) post.add_topic_ids(topic);
  *post.mutable_create_time() = ToProto(create_time);
  post.set_review_state(v1::REVIEW_STATE_APPROVED);
  return post;
}

v1::RelationChange RelationTo(v1::RelationKind kind, const std::string& author) {
  v1::RelationChange change;
  change.mutable_relation()->set_kind(kind);
  *change.mutable_relation()->mutable_author() = Author(author);
  return change;
}

v1::RelationChange RelationToTopic(v1::RelationKind kind, uint64_t topic) {
  v1::RelationChange change;
  change.mutable_relation()->set_kind(kind);
  change.mutable_relation()->set_topic_id(topic);
  return change;
}

std::string Short(const v1::ItemResult& result) {
  const std::string status = WithoutPrefix(v1::ItemStatus_Name(result.status()), "ITEM_STATUS_");
  if (result.reason() == v1::ITEM_REASON_UNSPECIFIED) return status;
  return absl::StrCat(status, " ", WithoutPrefix(v1::ItemReason_Name(result.reason()), "ITEM_REASON_"));
}

bool Exported::Empty() const {
  return consent.ByteSizeLong() == 0 && relations.empty() && dismissals.empty() &&
         !observations.has_last_seen_month_time() && observations.city_id() == 0 && interactions.empty() &&
         impressions.empty() && choices.preferences().ByteSizeLong() == 0 &&
         choices.deleted_topic_ids().empty();
}

absl::StatusOr<v1::RecordInteractionsResponse> Calls::Record(
    const std::vector<v1::Interaction>& interactions) {
  v1::RecordInteractionsRequest request;
  request.mutable_interactions()->Add(interactions.begin(), interactions.end());
  return backend().interaction().RecordInteractions(principal_, request);
}

std::string Calls::RecordOne(const v1::Interaction& interaction) {
  const auto response = Taken(Record({interaction}));
  EXPECT_EQ(response.results_size(), 1);
  return response.results_size() == 1 ? Short(response.results(0)) : "";
}

absl::StatusOr<v1::Dismissal> Calls::Dismiss(const v1::Subject& subject, uint64_t post,
                                             v1::DismissReason reason, const std::vector<uint64_t>& topics) {
  v1::DismissPostRequest request;
  *request.mutable_subject() = subject;
  request.set_post_id(post);
  request.set_reason(reason);
  request.mutable_topic_ids()->Add(topics.begin(), topics.end());
  const auto response = backend().interaction().DismissPost(principal_, request);
  if (!response.ok()) return response.status();
  return response->dismissal();
}

absl::StatusOr<uint32_t> Calls::Undo(const v1::Subject& subject, uint64_t post, v1::DismissReason reason) {
  v1::UndoDismissalRequest request;
  *request.mutable_subject() = subject;
  request.set_post_id(post);
  request.set_reason(reason);
  const auto response = backend().interaction().UndoDismissal(principal_, request);
  if (!response.ok()) return response.status();
  return response->undone_count();
}

std::vector<v1::Dismissal> Calls::Dismissals(const v1::Subject& subject) {
  v1::ListDismissalsRequest request;
  *request.mutable_subject() = subject;
  std::vector<v1::Dismissal> dismissals;
  Append(Taken(backend().interaction().ListDismissals(principal_, request)).dismissals(), dismissals);
  return dismissals;
}

absl::StatusOr<std::vector<v1::ReasonOption>> Calls::Reasons(uint64_t post) {
  v1::ListReasonsRequest request;
  request.set_post_id(post);
  const auto response = backend().interaction().ListReasons(principal_, request);
  if (!response.ok()) return response.status();
  return std::vector<v1::ReasonOption>(response->options().begin(), response->options().end());
}

absl::StatusOr<v1::UpdateRelationsResponse> Calls::Relate(const v1::Subject& subject,
                                                          const std::vector<v1::RelationChange>& changes) {
  v1::UpdateRelationsRequest request;
  *request.mutable_subject() = subject;
  request.mutable_changes()->Add(changes.begin(), changes.end());
  return backend().subject().UpdateRelations(principal_, request);
}

std::vector<v1::Relation> Calls::Relations(const v1::Subject& subject) {
  v1::ListRelationsRequest request;
  *request.mutable_subject() = subject;
  std::vector<v1::Relation> relations;
  Append(Taken(backend().subject().ListRelations(principal_, request)).relations(), relations);
  return relations;
}

absl::StatusOr<v1::Consent> Calls::UpdateConsent(const v1::UpdateConsentRequest& request) {
  const auto response = backend().subject().UpdateConsent(principal_, request);
  if (!response.ok()) return response.status();
  return response->consent();
}

absl::StatusOr<v1::Consent> Calls::Grant(const v1::Subject& subject,
                                         const std::vector<v1::Purpose>& purposes) {
  v1::UpdateConsentRequest request;
  *request.mutable_subject() = subject;
  for (v1::Purpose purpose : purposes) request.add_grant_purposes(purpose);
  request.set_policy_version(1);
  return UpdateConsent(request);
}

absl::StatusOr<v1::Consent> Calls::Withdraw(const v1::Subject& subject,
                                            const std::vector<v1::Purpose>& purposes) {
  v1::UpdateConsentRequest request;
  *request.mutable_subject() = subject;
  for (v1::Purpose purpose : purposes) request.add_withdraw_purposes(purpose);
  return UpdateConsent(request);
}

v1::Consent Calls::Consent(const v1::Subject& subject) {
  v1::GetConsentRequest request;
  *request.mutable_subject() = subject;
  return Taken(backend().subject().GetConsent(principal_, request)).consent();
}

absl::StatusOr<v1::BatchUpdateConsentsResponse> Calls::Backfill(
    const std::vector<v1::PastConsent>& consents) {
  v1::BatchUpdateConsentsRequest request;
  request.mutable_consents()->Add(consents.begin(), consents.end());
  return backend().subject().BatchUpdateConsents(principal_, request);
}

v1::Preferences Calls::Preferences(const v1::Subject& subject) {
  v1::GetPreferencesRequest request;
  *request.mutable_subject() = subject;
  return Taken(backend().subject().GetPreferences(principal_, request)).preferences();
}

absl::StatusOr<v1::Preferences> Calls::Prefer(const v1::Subject& subject,
                                              const v1::Preferences& preferences) {
  v1::UpdatePreferencesRequest request;
  *request.mutable_subject() = subject;
  *request.mutable_preferences() = preferences;
  const auto response = backend().subject().UpdatePreferences(principal_, request);
  if (!response.ok()) return response.status();
  return response->preferences();
}

v1::ListProfileTagsResponse Calls::Tags(const v1::Subject& subject) {
  v1::ListProfileTagsRequest request;
  *request.mutable_subject() = subject;
  return Taken(backend().subject().ListProfileTags(principal_, request));
}

absl::Status Calls::DeleteTag(const v1::Subject& subject, uint64_t topic) {
  v1::DeleteProfileTagRequest request;
  *request.mutable_subject() = subject;
  request.set_topic_id(topic);
  return backend().subject().DeleteProfileTag(principal_, request).status();
}

absl::StatusOr<uint32_t> Calls::Delete(const v1::Subject& subject,
                                       const std::vector<v1::InteractionDeletion>& deletions) {
  v1::DeleteInteractionsRequest request;
  *request.mutable_subject() = subject;
  request.mutable_deletions()->Add(deletions.begin(), deletions.end());
  const auto response = backend().subject().DeleteInteractions(principal_, request);
  if (!response.ok()) return response.status();
  return response->deleted_count();
}

Exported Calls::Export(const v1::Subject& subject) {
  v1::ExportSubjectRequest request;
  *request.mutable_subject() = subject;
  Exported all;
  const auto sink = [&](const v1::ExportSubjectResponse& part) {
    all.parts.push_back(part.part_case());
    if (part.has_header()) all.header = part.header();
    if (part.has_consent()) all.consent = part.consent();
    if (part.has_observations()) all.observations = part.observations();
    if (part.has_trailer()) all.trailer = part.trailer();
    Append(part.relations().relations(), all.relations);
    Append(part.dismissals().dismissals(), all.dismissals);
    Append(part.interactions().interactions(), all.interactions);
    Append(part.impressions().impressions(), all.impressions);
    if (part.has_choices()) all.choices = part.choices();
    return absl::OkStatus();
  };
  EXPECT_EQ(backend().subject().ExportSubject(principal_, request, sink), absl::OkStatus());
  return all;
}

v1::ErasureReceipt Calls::Erase(const v1::Subject& subject) {
  v1::EraseSubjectRequest request;
  *request.mutable_subject() = subject;
  return Taken(backend().subject().EraseSubject(principal_, request)).receipt();
}

absl::StatusOr<v1::UpsertPostsResponse> Calls::Upsert(const std::vector<v1::Post>& posts) {
  v1::UpsertPostsRequest request;
  request.mutable_posts()->Add(posts.begin(), posts.end());
  return backend().post().UpsertPosts(principal_, request);
}

absl::StatusOr<v1::RemovePostsResponse> Calls::Remove(
    const std::vector<std::pair<uint64_t, uint64_t>>& removals) {
  v1::RemovePostsRequest request;
  for (const auto& [id, version] : removals) {
    v1::PostRemoval& removal = *request.add_removals();
    removal.set_post_id(id);
    removal.set_version(version);
  }
  return backend().post().RemovePosts(principal_, request);
}

absl::StatusOr<v1::SuspendAuthorsResponse> Calls::Suspend(
    const std::vector<v1::AuthorSuspension>& suspensions) {
  v1::SuspendAuthorsRequest request;
  request.mutable_suspensions()->Add(suspensions.begin(), suspensions.end());
  return backend().post().SuspendAuthors(principal_, request);
}

absl::StatusOr<v1::EraseAuthorResponse> Calls::EraseAuthor(const v1::AuthorRef& author) {
  v1::EraseAuthorRequest request;
  *request.mutable_author() = author;
  return backend().post().EraseAuthor(principal_, request);
}

std::string Calls::AuthorCodeOf(const std::string& author) {
  v1::GetAuthorCodesRequest request;
  request.add_author_ids(author);
  const auto response = Taken(backend().post().GetAuthorCodes(principal_, request));
  return response.author_codes_size() == 1 ? response.author_codes(0) : "";
}

Trained Calls::Train() {
  Trained all;
  const auto sink = [&](const v1::StreamRowsResponse& part) {
    all.parts.push_back(part.part_case());
    all.bytes_max = std::max(all.bytes_max, part.ByteSizeLong());
    if (part.has_header()) all.header = part.header();
    if (part.has_trailer()) all.trailer = part.trailer();
    Append(part.posts().posts(), all.posts);
    Append(part.rows().rows(), all.rows);
    return absl::OkStatus();
  };
  EXPECT_EQ(backend().training().StreamRows(principal_, v1::StreamRowsRequest(), sink), absl::OkStatus());
  return all;
}

std::vector<uint64_t> Calls::Rank(const v1::Subject& subject, const std::vector<uint64_t>& posts) {
  v1::RankPostsRequest request;
  *request.mutable_visit()->mutable_subject() = subject;
  request.mutable_post_ids()->Add(posts.begin(), posts.end());
  v1::RankPostsResponse response;
  EXPECT_EQ(backend().feed().RankPosts(principal_, request, response), absl::OkStatus());
  return {response.feed().post_ids().begin(), response.feed().post_ids().end()};
}

}  // namespace bauta::testing
