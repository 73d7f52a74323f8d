// Whether a subject was ever there is not to be told from how a call on it goes: one never seen, one erased
// and one that withdrew everything cost the same reads and get the same statuses, sizes and trailers. Times
// are for bauta_bench (`existence_ratio`).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "bauta/v1/subject_service.pb.h"
#include "tests/service/calls.h"
#include "tests/service/served_world.h"

namespace bauta::testing {
namespace {

// What a call cost, beside time. A view from memory is one whose head was not read.
struct Work {
  uint64_t heads_read, histories_unsealed, rows_recorded, log_entries;
  friend bool operator==(const Work&, const Work&) = default;
};
std::ostream& operator<<(std::ostream& out, const Work& work) {
  return out << work.heads_read << " heads read, " << work.histories_unsealed << " histories unsealed, "
             << work.rows_recorded << " rows, " << work.log_entries << " entries";
}

// A request of each kind that reads a subject and changes nothing.
struct Probe {
  Method method;
  std::function<std::unique_ptr<google::protobuf::Message>(const v1::Subject&)> request;
};

template <class Request>
Probe Of(Method method, const std::function<void(Request&, const v1::Subject&)>& fill) {
  return {method, [fill](const v1::Subject& subject) {
            auto request = std::make_unique<Request>();
            fill(*request, subject);
            return request;
          }};
}
template <class Request>
Probe OfSubject(Method method) {
  return Of<Request>(
      method, [](Request& request, const v1::Subject& subject) { *request.mutable_subject() = subject; });
}

class ExistenceTest : public ::testing::Test {
 protected:
  ExistenceTest() {
    for (const v1::Subject& subject : {kErased, kWithdrawn}) {
      Dice dice(5);
      world_.Agree(subject, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_CROWD});
      world_.Record(world_.RandomHistory(subject, 60, dice));
      world_.EveryReply(subject, "home");
    }
    v1::EraseSubjectRequest erase;
    *erase.mutable_subject() = kErased;
    world_.calls().Get<v1::EraseSubjectResponse>(Method::kEraseSubject, erase);
    for (const auto purpose : {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_CROWD}) {
      world_.Withdraw(kWithdrawn, purpose);
    }
    EXPECT_TRUE(world_.server().Restart().ok());  // Nothing is in memory.
  }

  std::vector<Probe> ChoiceProbes() {
    return {
        OfSubject<v1::ListDismissalsRequest>(Method::kListDismissals),
        OfSubject<v1::ListRelationsRequest>(Method::kListRelations),
        OfSubject<v1::ListProfileTagsRequest>(Method::kListProfileTags),
        Of<v1::UndoDismissalRequest>(Method::kUndoDismissal,
                                     [](auto& request, const v1::Subject& subject) {
                                       *request.mutable_subject() = subject;
                                       request.set_post_id(4);
                                     }),
        Of<v1::RecordInteractionsRequest>(Method::kRecordInteractions,
                                          [this](auto& request, const v1::Subject& subject) {
                                            *request.add_interactions() =
                                                Event(subject, v1::SIGNAL_KIND_CLICK, 4, world_.now());
                                          }),
    };
  }
  // Feeds first, while nothing is in memory.
  std::vector<Probe> Probes() {
    std::vector<Probe> probes;
    for (const char* surface : ServedWorld::kSurfaces) {
      probes.push_back({Method::kRankPosts, [this, surface](const v1::Subject& subject) {
                          return std::make_unique<v1::RankPostsRequest>(world_.RankRequest(subject, surface));
                        }});
      probes.push_back(
          Of<v1::GetFeedRequest>(Method::kGetFeed, [surface](auto& request, const v1::Subject& subject) {
            *request.mutable_visit()->mutable_subject() = subject;
            request.mutable_visit()->set_surface(surface);
          }));
      for (const bool name_history : {false, true}) {
        probes.push_back(Of<v1::ExplainPostRequest>(
            Method::kExplainPost, [surface, name_history](auto& request, const v1::Subject& subject) {
              *request.mutable_visit()->mutable_subject() = subject;
              request.mutable_visit()->set_surface(surface);
              request.set_post_id(9);
              request.set_name_history(name_history);
            }));
      }
    }
    for (Probe& probe : ChoiceProbes()) probes.push_back(std::move(probe));
    return probes;
  }

  // Status, metadata, and the messages' sizes: their bytes hold what follows from who asks, page tokens and
  // what a seed orders.
  static std::string Outline(const WireReply& reply) {
    WireReply outline = reply;
    for (std::string& message : outline.messages) message.assign(message.size(), 'x');
    return outline.Seen();
  }
  Work WorkSoFar() {
    world_.server().backend().visit_notes().Flush();
    const StoreStatistics now = world_.server().backend().store().statistics();
    return {now.heads_read, now.histories_unsealed, now.rows_recorded, now.log_entries};
  }
  Work WorkOf(const std::function<void()>& call) {
    const Work before = WorkSoFar();
    call();
    const Work after = WorkSoFar();
    return {after.heads_read - before.heads_read, after.histories_unsealed - before.histories_unsealed,
            after.rows_recorded - before.rows_recorded, after.log_entries - before.log_entries};
  }

  const v1::Subject kNever = Account("never-00"), kErased = Account("erased-0"),
                    kWithdrawn = Account("withdraw");
  ServedWorld world_;
};

TEST_F(ExistenceTest, NeverSeenErasedAndWithdrawnTakeOnePath) {
  uint64_t heads_read = 0;
  for (const Probe& probe : Probes()) {
    const std::string name(AccessOf(probe.method).name);
    // Cold, then from memory.
    for (const char* state : {"first", "second"}) {
      SCOPED_TRACE(name + ", " + state);
      std::string outlines[3];
      Work work[3];
      const v1::Subject subjects[3] = {kNever, kErased, kWithdrawn};
      for (int i = 0; i < 3; ++i) {
        work[i] = WorkOf(
            [&] { outlines[i] = Outline(world_.calls().Call(probe.method, *probe.request(subjects[i]))); });
      }
      EXPECT_EQ(outlines[1], outlines[0]) << "erased, never";
      EXPECT_EQ(outlines[2], outlines[0]) << "withdrawn, never";
      EXPECT_EQ(work[1], work[0]) << "erased, never";
      EXPECT_EQ(work[2], work[0]) << "withdrawn, never";
      EXPECT_EQ(work[0].histories_unsealed, 0u);
      heads_read += work[0].heads_read;
    }
  }
  EXPECT_GT(heads_read, 1u) << "the control: it is counted";
}

// What a subject gets of its own rights says nothing of an earlier life either.
TEST_F(ExistenceTest, RightsCallsOnErasedAndNeverSeenAreAnsweredAlike) {
  const auto seen = [&](Method method, const google::protobuf::Message& request) {
    return world_.calls().Call(method, request).Seen();
  };
  v1::GetConsentRequest never_consent, erased_consent;
  *never_consent.mutable_subject() = kNever;
  *erased_consent.mutable_subject() = kErased;
  EXPECT_EQ(seen(Method::kGetConsent, erased_consent), seen(Method::kGetConsent, never_consent));
  v1::ExportSubjectRequest never_export, erased_export;
  *never_export.mutable_subject() = kNever;
  *erased_export.mutable_subject() = kErased;
  EXPECT_EQ(seen(Method::kExportSubject, erased_export), seen(Method::kExportSubject, never_export));
}

}  // namespace
}  // namespace bauta::testing
