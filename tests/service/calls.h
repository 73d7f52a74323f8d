// Calls of the handlers behind a test server, one line each, and the messages that they are made with.
#ifndef BAUTA_TESTS_SERVICE_CALLS_H_
#define BAUTA_TESTS_SERVICE_CALLS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bauta/v1/interaction_service.pb.h"
#include "bauta/v1/post_service.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "bauta/v1/training_service.pb.h"
#include "service/principal.h"
#include "tests/testing/test_server.h"

namespace bauta::testing {

v1::Subject External(const std::string& code);
v1::AuthorRef Author(const std::string& id);
google::protobuf::Timestamp At(absl::Time time);

v1::Interaction Event(const v1::Subject& subject, v1::SignalKind kind, uint64_t post, absl::Time time);
v1::Interaction Search(const v1::Subject& subject, uint64_t topic, absl::Time time);
// Version 1, approved, published when it was made.
v1::Post PostOf(uint64_t id, const std::string& author, const std::vector<uint64_t>& topics,
                absl::Time create_time);
v1::RelationChange RelationTo(v1::RelationKind kind, const std::string& author);
v1::RelationChange RelationToTopic(v1::RelationKind kind, uint64_t topic);

// An item's result as "ACCEPTED", "REFUSED INVALID", …: what a test compares with.
std::string Short(const v1::ItemResult& result);
template <class Response>
std::vector<std::string> Shorts(const Response& response) {
  std::vector<std::string> results;
  for (const v1::ItemResult& result : response.results()) results.push_back(Short(result));
  return results;
}

// What a stream of an export held, put together.
struct Exported {
  v1::ExportHeader header;
  v1::Consent consent;
  std::vector<v1::Relation> relations;
  std::vector<v1::Dismissal> dismissals;
  v1::ExportObservations observations;
  std::vector<v1::StoredInteraction> interactions;
  std::vector<v1::StoredImpression> impressions;
  v1::ExportChoices choices;
  v1::ExportTrailer trailer;
  std::vector<int> parts;  // The number of each message's part, in order.

  // Whether nothing at all is kept.
  bool Empty() const;
};

// The same of a training stream.
struct Trained {
  v1::TrainingHeader header;
  std::vector<v1::TrainingPost> posts;
  std::vector<v1::TrainingRow> rows;
  v1::TrainingTrailer trailer;
  std::vector<int> parts;
  size_t bytes_max = 0;  // Of one message.
};

// Calls handlers as a program that the door let in. The server outlives it.
class Calls {
 public:
  explicit Calls(TestServer& server) : server_(server) {}

  Principal& principal() { return principal_; }
  absl::Time now() const { return server_.clock().Now(); }

  absl::StatusOr<v1::RecordInteractionsResponse> Record(const std::vector<v1::Interaction>& interactions);
  // The result of one.
  std::string RecordOne(const v1::Interaction& interaction);
  absl::StatusOr<v1::Dismissal> Dismiss(const v1::Subject& subject, uint64_t post, v1::DismissReason reason,
                                        const std::vector<uint64_t>& topics = {});
  // How many were undone.
  absl::StatusOr<uint32_t> Undo(const v1::Subject& subject, uint64_t post,
                                v1::DismissReason reason = v1::DISMISS_REASON_UNSPECIFIED);
  std::vector<v1::Dismissal> Dismissals(const v1::Subject& subject);
  absl::StatusOr<std::vector<v1::ReasonOption>> Reasons(uint64_t post);

  absl::StatusOr<v1::UpdateRelationsResponse> Relate(const v1::Subject& subject,
                                                     const std::vector<v1::RelationChange>& changes);
  std::vector<v1::Relation> Relations(const v1::Subject& subject);
  absl::StatusOr<v1::Consent> UpdateConsent(const v1::UpdateConsentRequest& request);
  absl::StatusOr<v1::Consent> Grant(const v1::Subject& subject, const std::vector<v1::Purpose>& purposes);
  absl::StatusOr<v1::Consent> Withdraw(const v1::Subject& subject, const std::vector<v1::Purpose>& purposes);
  v1::Consent Consent(const v1::Subject& subject);
  absl::StatusOr<v1::BatchUpdateConsentsResponse> Backfill(const std::vector<v1::PastConsent>& consents);
  v1::Preferences Preferences(const v1::Subject& subject);
  absl::StatusOr<v1::Preferences> Prefer(const v1::Subject& subject, const v1::Preferences& preferences);
  v1::ListProfileTagsResponse Tags(const v1::Subject& subject);
  absl::Status DeleteTag(const v1::Subject& subject, uint64_t topic);
  // How many were deleted.
  absl::StatusOr<uint32_t> Delete(const v1::Subject& subject,
                                  const std::vector<v1::InteractionDeletion>& deletions);
  Exported Export(const v1::Subject& subject);
  v1::ErasureReceipt Erase(const v1::Subject& subject);

  absl::StatusOr<v1::UpsertPostsResponse> Upsert(const std::vector<v1::Post>& posts);
  absl::StatusOr<v1::RemovePostsResponse> Remove(const std::vector<std::pair<uint64_t, uint64_t>>& removals);
  absl::StatusOr<v1::SuspendAuthorsResponse> Suspend(const std::vector<v1::AuthorSuspension>& suspensions);
  absl::StatusOr<v1::EraseAuthorResponse> EraseAuthor(const v1::AuthorRef& author);
  std::string AuthorCodeOf(const std::string& author);

  Trained Train();
  // The posts that a feed shows the subject, of these candidates.
  std::vector<uint64_t> Rank(const v1::Subject& subject, const std::vector<uint64_t>& posts);

 private:
  Backend& backend() { return server_.backend(); }

  TestServer& server_;
  Principal principal_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_CALLS_H_
