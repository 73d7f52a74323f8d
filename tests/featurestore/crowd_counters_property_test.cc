// Whatever happens, the counters in memory equal a scan of the store at that instant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/feature_store.h"
#include "tests/testing/store_fixture.h"

namespace bauta {
void PrintTo(const PostHourCount& count, std::ostream* out) {
  *out << absl::StrCat("{post ", count.post.value(), ", hour ", count.hour.value(), ": ", count.subjects,
                       "}");
}
void PrintTo(const PostCityHourCount& count, std::ostream* out) {
  *out << absl::StrCat("{post ", count.post.value(), ", city ", count.city.value(), ", hour ",
                       count.hour.value(), ": ", count.subjects, "}");
}
}  // namespace bauta

namespace bauta::testing {
namespace {

constexpr uint32_t kSubjects = 12;
constexpr uint64_t kPosts = 9;

// Counts from a store whose refill has ended; waits for it, for it is a thread of its own.
CrowdCounts Counters(const FeatureStore& store) {
  for (;;) {
    bool complete = false;
    CrowdCounts counts = store.ReadCounters(&complete);
    if (complete) return counts;
    std::this_thread::yield();
  }
}

class RandomLife {
 public:
  explicit RandomLife(uint64_t seed) : random_(seed) {
    FeatureStore::Options& options = fixture_.options();
    // Small numbers, so that every limit and every age is reached.
    options.interactions_max = 12;
    options.fold_frames = 3;
    options.counter_window_hours = 5;
    options.crowd_age_min = absl::Hours(7);
    options.retention.age_hours_max.fill(30);
    options.retention.age_hours_max[static_cast<size_t>(SignalKind::kClick)] = 24;
    options.retention.age_hours_max[static_cast<size_t>(SignalKind::kSearch)] = 20;
    fixture_.Open();
  }

  void Step() {
    const uint32_t subject = Below(kSubjects);
    switch (Below(16)) {
      case 0:
        return fixture_.TurnOn(subject, {Purpose::kPersonalize, Purpose::kCrowd, Purpose::kLocate});
      case 1:
        return fixture_.TurnOn(subject, {AnyPurpose()});
      case 2:
        return fixture_.TurnOff(subject, {AnyPurpose()});
      case 3:
        return SetExcluded(subject);
      case 4:
        if (Below(4) != 0) return;
        ASSERT_TRUE(fixture_.store().Erase(StoreFixture::Subject(subject)).ok());
        return;
      case 5:
        return Visit(subject);
      case 6:
      case 7:
        return fixture_.clock().Advance(absl::Minutes(Below(600)));
      case 8:
        if (Below(6) != 0) return;
        ASSERT_TRUE(fixture_.store().Sweep().ok());
        return;
      case 9:
        if (Below(12) == 0) fixture_.Reopen();
        return;
      case 10:
        return DeleteSome(subject);
      case 11:
        return Backfill(subject);
      default:
        return RecordSome(subject);
    }
  }

  FeatureStore& store() { return fixture_.store(); }

 private:
  uint32_t Below(uint32_t end) { return std::uniform_int_distribution<uint32_t>(0, end - 1)(random_); }
  Purpose AnyPurpose() { return kAllPurposes[Below(kPurposeCount)]; }

  void SetExcluded(uint32_t subject) {
    const uint32_t bits = Below(2) == 0 ? 0 : 1u << Below(kSignalKindCount);
    fixture_.Edit(subject, [&](HeadInstructions& instructions) {
      instructions.consent.excluded_kinds = SignalKindSet::FromBits(bits);
      return absl::OkStatus();
    });
  }

  void Visit(uint32_t subject) {
    Place place;
    place.city = City(1 + Below(3));
    ASSERT_TRUE(
        fixture_.store()
            .NoteVisit({.subject = StoreFixture::Subject(subject), .place = place, .surface = SurfaceId(1)})
            .ok());
  }

  // A consent that was given some time ago, as is claimed. Refused where it would undo an erasure or a
  // withdrawal.
  void Backfill(uint32_t subject) {
    const absl::Time now = fixture_.clock().Now(), since = now - absl::Minutes(Below(3000));
    const auto edit = [&](HeadInstructions& head) -> absl::Status {
      BAUTA_ASSIGN_OR_RETURN(
          head.consent, ApplyPast(head.consent, {Purpose::kPersonalize, Purpose::kCrowd}, 1, since, now));
      return absl::OkStatus();
    };
    const absl::Status status = fixture_.store().BackfillConsent(StoreFixture::Subject(subject), since, edit);
    ASSERT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
  }

  void DeleteSome(uint32_t subject) {
    std::vector<InteractionDeletion> deletions(1 + Below(3));
    for (InteractionDeletion& deletion : deletions) {
      deletion.post = PostId(1 + Below(kPosts));
      if (Below(2) == 0) deletion.kinds.Add(static_cast<SignalKind>(Below(kSignalKindCount)));
    }
    ASSERT_TRUE(fixture_.store().DeleteInteractions(StoreFixture::Subject(subject), deletions).ok());
  }

  void RecordSome(uint32_t subject) {
    std::vector<SignalEvent> events;
    for (uint32_t i = 0, count = 1 + Below(4); i < count; ++i) {
      SignalEvent event = fixture_.Event(1 + Below(kPosts), static_cast<SignalKind>(Below(kSignalKindCount)));
      if (event.kind == SignalKind::kSearch) {
        event.topic = TopicId(event.post.value());
        event.post = PostId();
      }
      event.strength = Below(1000);
      event.taken_back = IsState(event.kind) && Below(3) == 0;
      if (Below(3) == 0) event.time -= absl::Minutes(Below(3000));  // Some come late.
      events.push_back(event);
    }
    ASSERT_TRUE(fixture_.store().Record(StoreFixture::Subject(subject), events, std::nullopt).ok());
  }

  std::mt19937_64 random_;
  StoreFixture fixture_;
};

class CrowdCountersPropertyTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(CrowdCountersPropertyTest, CountersEqualAScan) {
  RandomLife life(GetParam());
  size_t counted = 0;
  for (int step = 0; step < 600; ++step) {
    ASSERT_NO_FATAL_FAILURE(life.Step());
    const CrowdCounts counters = Counters(life.store());
    const auto scan = life.store().CountByScan();
    ASSERT_TRUE(scan.ok()) << scan.status();
    ASSERT_EQ(counters.by_post, scan->by_post) << "seed " << GetParam() << ", step " << step;
    ASSERT_EQ(counters.by_city, scan->by_city) << "seed " << GetParam() << ", step " << step;
    counted += counters.by_post.size();
  }
  EXPECT_GT(counted, 1000u) << "the test counted next to nothing";
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrowdCountersPropertyTest, ::testing::Range<uint64_t>(1, 6));

}  // namespace
}  // namespace bauta::testing
