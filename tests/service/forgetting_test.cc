// What leaves with a subject who was counted and learned from: its part of the next release and of the next
// model, to the byte; and whatever else was under way when it was erased.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/service/trained_world.h"

namespace bauta::testing {
namespace {

const v1::Subject kGuest = Account("guest");

// Reads what it never was shown, likes it, and is the one whom the post at the edge of k lacks.
std::vector<v1::Interaction> KeenHistory(TrainedWorld& world) {
  std::vector<v1::Interaction> events = {
      Event(kGuest, v1::SIGNAL_KIND_CLICK, TrainedWorld::kEdgePost, world.now())};
  for (uint64_t post = 1; post <= 30; ++post) {
    const absl::Time time = world.now() - absl::Hours(static_cast<int64_t>(post));
    events.push_back(Event(kGuest, v1::SIGNAL_KIND_IMPRESSION, post, time));
    events.push_back(Event(kGuest, post % 2 == 0 ? v1::SIGNAL_KIND_LIKE : v1::SIGNAL_KIND_SHARE, post, time));
  }
  return events;
}

std::vector<v1::Interaction> LazyHistory(TrainedWorld& world) {
  return {Event(kGuest, v1::SIGNAL_KIND_CLICK, 59, world.now()),
          Search(kGuest, 3, world.now() - absl::Hours(2))};
}

void ExpectEqualReplies(const TrainedWorld& one, const TrainedWorld& other) {
  for (const v1::Subject& subject : {kGuest, TrainedWorld::Reader(3), AnonymousSubject()}) {
    EXPECT_TRUE(one.EveryReply(subject) == other.EveryReply(subject)) << subject.ShortDebugString();
  }
}

TEST(ForgettingTest, AWithdrawnHistoryIsInNoLaterRelease) {
  TrainedWorld one(kGuest), other(kGuest);
  one.Record(KeenHistory(one));
  other.Record(LazyHistory(other));
  for (TrainedWorld* world : {&one, &other}) world->Release();
  EXPECT_TRUE(one.EveryReply(AnonymousSubject()) != other.EveryReply(AnonymousSubject()))
      << "the control: the guest is the one whom k lacks";
  ASSERT_TRUE(one.handlers().Withdraw(kGuest, {v1::PURPOSE_PERSONALIZE}).ok());
  ASSERT_TRUE(other.handlers().Withdraw(kGuest, {v1::PURPOSE_PERSONALIZE}).ok());
  for (TrainedWorld* world : {&one, &other}) world->Release();
  ExpectEqualReplies(one, other);
}

TEST(ForgettingTest, ATrainingAfterAWithdrawalOrAnErasureGivesTheModelThatNeverKnewTheSubject) {
  TrainedWorld withdrawn(kGuest), erased(kGuest), never(std::nullopt);
  withdrawn.Record(LazyHistory(withdrawn));
  erased.Record(KeenHistory(erased));
  ASSERT_TRUE(erased.handlers().Dismiss(kGuest, 5, v1::DISMISS_REASON_LESS_OF_AUTHOR).ok());
  for (TrainedWorld* world : {&withdrawn, &erased, &never}) world->Release();
  const std::string known = erased.Train("model-1");
  EXPECT_TRUE(known != never.Train("model-1")) << "the control: the guest shows in a model that knows it";

  ASSERT_TRUE(withdrawn.handlers().Withdraw(kGuest, {v1::PURPOSE_PERSONALIZE}).ok());
  const v1::ErasureReceipt receipt = erased.handlers().Erase(kGuest);
  for (TrainedWorld* world : {&withdrawn, &erased, &never}) world->Release();
  const std::string model = never.Train("model-2");
  EXPECT_TRUE(withdrawn.Train("model-2") == model);
  EXPECT_TRUE(erased.Train("model-2") == model);
  ExpectEqualReplies(withdrawn, never);
  ExpectEqualReplies(erased, never);
  EXPECT_GE(erased.now(), absl::FromUnixSeconds(receipt.erase_time().seconds()));
}

}  // namespace
}  // namespace bauta::testing
