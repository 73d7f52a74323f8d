// What the crowd's counts tell, asked of the real server: nothing of fewer than k, one step at a time, and
// nothing of devices that agreed just now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bauta/v1/feed_service.pb.h"
#include "tests/service/calls.h"
#include "tests/service/wire_calls.h"

namespace bauta::testing {
namespace {

constexpr size_t kCrowdMin = 50;
constexpr uint64_t kHot = 7;
const v1::Subject kOnlooker = Account("onlooker");

v1::Subject Reader(size_t number) { return Device("device-" + std::to_string(number)); }

class CrowdReleaseTest : public ::testing::Test {
 protected:
  explicit CrowdReleaseTest(const std::string& store_config = "")
      : server_(TestServer::Start({.more_config = "", .more_store_config = store_config})) {
    std::vector<v1::Post> posts;
    for (uint64_t id = 1; id <= 20; ++id) {
      posts_.push_back(id);
      posts.push_back(PostOf(id, "author-" + std::to_string(id % 3), {id % 4 + 1}, calls_.now()));
    }
    EXPECT_TRUE(calls_.Upsert(posts).ok());
  }

  void AgreeAll(size_t readers) { AgreeAll(readers, calls_.now()); }
  // `since`: when they agreed, as is claimed.
  void AgreeAll(size_t readers, absl::Time since) {
    std::vector<v1::PastConsent> consents;
    for (size_t i = 0; i < readers; ++i) {
      v1::PastConsent consent;
      *consent.mutable_subject() = Reader(i);
      for (const auto purpose : {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_CROWD}) {
        consent.add_grant_purposes(purpose);
      }
      consent.set_policy_version(1);
      *consent.mutable_since_time() = At(since);
      consents.push_back(std::move(consent));
    }
    ASSERT_THAT(Shorts(*calls_.Backfill(consents)), ::testing::Each("ACCEPTED"));
  }
  // Everything that one can do with the post, by one reader.
  void Engage(const v1::Subject& reader) {
    for (const auto kind : {v1::SIGNAL_KIND_CLICK, v1::SIGNAL_KIND_LIKE, v1::SIGNAL_KIND_SHARE}) {
      ASSERT_EQ(calls_.RecordOne(Event(reader, kind, kHot, calls_.now())), "ACCEPTED");
    }
  }
  // Everything that is to be seen of the next release, made while the clock stands still, so that nothing but
  // the release differs.
  std::string SeenOfTheNextRelease() {
    EXPECT_EQ(server_->backend().serving().Refresh(), absl::OkStatus());
    return EveryReply(wire_, kOnlooker, "home", posts_) +
           EveryReply(wire_, AnonymousSubject(), "local", posts_);
  }

  std::unique_ptr<TestServer> server_;
  Calls calls_{*server_};
  WireCalls wire_{*server_};
  std::vector<uint64_t> posts_;
};

TEST_F(CrowdReleaseTest, ReleasesThatDifferInOneSubjectAreEqualOrOneStepApart) {
  constexpr size_t kReaders = 2 * kCrowdMin + 10;
  AgreeAll(kReaders);
  server_->clock().Advance(absl::Hours(25));  // The consents are old enough.
  std::string before = SeenOfTheNextRelease();
  std::vector<size_t> steps;
  for (size_t readers = 1; readers <= kReaders; ++readers) {
    Engage(Reader(readers - 1));
    const std::string seen = SeenOfTheNextRelease();
    if (seen != before) steps.push_back(readers);
    before = seen;
  }
  EXPECT_THAT(steps, ::testing::ElementsAre(kCrowdMin, 2 * kCrowdMin));
  // And back: who withdraws or is erased is taken out, and shows at the same edges alone.
  steps.clear();
  for (size_t readers = kReaders; readers > 0; --readers) {
    if (readers % 2 == 0) {
      ASSERT_TRUE(calls_.Withdraw(Reader(readers - 1), {v1::PURPOSE_CROWD}).ok());
    } else {
      calls_.Erase(Reader(readers - 1));
    }
    const std::string seen = SeenOfTheNextRelease();
    if (seen != before) steps.push_back(readers);
    before = seen;
  }
  EXPECT_THAT(steps, ::testing::ElementsAre(2 * kCrowdMin, kCrowdMin));
}

// Of an age that is shorter than the window that popularity is counted over.
class ClaimedAgeTest : public CrowdReleaseTest {
 protected:
  ClaimedAgeTest() : CrowdReleaseTest("crowd_age_hours: 12") {}
};

TEST_F(ClaimedAgeTest, DevicesThatClaimToBeOldMakeNoCrowdBeforeTheyAre) {
  const absl::Time begin = calls_.now();
  AgreeAll(kCrowdMin, begin - absl::Hours(24 * 30));
  for (size_t i = 0; i < kCrowdMin; ++i) {
    const auto click = Event(Reader(i), v1::SIGNAL_KIND_CLICK, kHot, begin - absl::Hours(2));
    ASSERT_EQ(calls_.RecordOne(click), "ACCEPTED");
  }
  const auto popularity = [&] {
    // Counting anew is a thread's work.
    for (bool complete = false; !complete;) server_->backend().store().ReadCounters(&complete);
    EXPECT_EQ(server_->backend().serving().Refresh(), absl::OkStatus());
    v1::ExplainPostRequest request;
    *request.mutable_visit()->mutable_subject() = kOnlooker;
    request.set_post_id(kHot);
    return wire_.Get<v1::ExplainPostResponse>(Method::kExplainPost, request).score_terms().popularity();
  };
  EXPECT_EQ(popularity(), 0);
  server_->clock().Set(begin + absl::Hours(11));
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_EQ(popularity(), 0);
  ASSERT_EQ(server_->backend().store().Sweep(), absl::OkStatus());
  EXPECT_EQ(popularity(), 0);
  // By the next day's upkeep they are: what was brought in is counted like everything else.
  server_->clock().Set(begin + absl::Hours(13));
  ASSERT_EQ(server_->backend().store().Sweep(), absl::OkStatus());
  EXPECT_GT(popularity(), 0);
}

TEST_F(CrowdReleaseTest, FreshDevicesMakeNoCrowd) {
  AgreeAll(4 * kCrowdMin);
  // As many devices as one likes, for as long as their consents are younger than a day, at any hour of it.
  for (const int hours : {0, 12, 11}) {
    server_->clock().Advance(absl::Hours(hours));
    for (size_t i = 0; i < 4 * kCrowdMin; ++i) {
      ASSERT_EQ(calls_.RecordOne(Event(Reader(i), v1::SIGNAL_KIND_CLICK, kHot, calls_.now())), "ACCEPTED");
    }
    EXPECT_EQ(server_->backend().serving().Refresh(), absl::OkStatus());
    v1::ExplainPostRequest request;
    *request.mutable_visit()->mutable_subject() = kOnlooker;
    request.set_post_id(kHot);
    const auto reply = wire_.Get<v1::ExplainPostResponse>(Method::kExplainPost, request);
    EXPECT_EQ(reply.score_terms().popularity(), 0) << hours;
  }
  // What they did then stays uncounted when their consents have grown old; what they do now counts.
  server_->clock().Advance(absl::Hours(2));
  const std::string aged = SeenOfTheNextRelease();
  for (size_t i = 0; i + 1 < kCrowdMin; ++i) Engage(Reader(i));
  EXPECT_TRUE(SeenOfTheNextRelease() == aged);
  Engage(Reader(kCrowdMin));
  EXPECT_TRUE(SeenOfTheNextRelease() != aged);
}

}  // namespace
}  // namespace bauta::testing
