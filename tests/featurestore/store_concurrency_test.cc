// Many threads at once: what one call acknowledged, the next one reads; and nothing of an erased or
// withdrawn history survives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "featurestore/store/feature_store.h"
#include "tests/testing/store_fixture.h"

namespace bauta::testing {
namespace {

constexpr PurposeSet kPersonalize = {Purpose::kPersonalize};

// Runs `body(i)` on each of `count` threads.
void RunThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(StoreConcurrencyTest, EveryCallReadsItsOwnInstruction) {
  StoreFixture fixture;
  fixture.Open();
  std::atomic<bool> done{false};
  // A reader that keeps the cache filled with whatever it finds.
  std::thread reader([&] {
    while (!done) {
      for (uint32_t subject = 0; subject < 4; ++subject) fixture.View(subject);
    }
  });
  RunThreads(4, [&](int thread) {
    const auto subject = static_cast<uint32_t>(thread);
    for (uint64_t topic = 1; topic <= 25; ++topic) {
      fixture.Edit(subject, [&](HeadInstructions& head) {
        return AddRelation(head, {RelationKind::kFollowTopic, {}, TopicId(topic)});
      });
      ASSERT_EQ(fixture.View(subject).relations().size(), topic);
    }
  });
  done = true;
  reader.join();
}

TEST(StoreConcurrencyTest, NothingOfAHistorySurvivesItsEnd) {
  StoreFixture fixture;
  fixture.options().fold_frames = 3;
  fixture.Open();
  std::atomic<bool> done{false};
  std::vector<std::thread> busy;
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back([&, i] {
      for (uint64_t post = 1; !done; ++post) {
        for (uint32_t subject = 0; subject < 3; ++subject) {
          if (i == 0) fixture.Record(subject, fixture.Event(post % 500 + 1, SignalKind::kClick));
          fixture.View(subject);
        }
      }
    });
  }
  RunThreads(3, [&](int thread) {
    const auto subject = static_cast<uint32_t>(thread);
    for (int round = 0; round < 12; ++round) {
      fixture.TurnOn(subject, kPersonalize);
      for (int i = 0; i < 5; ++i) fixture.View(subject);
      if (round % 2 == 0) {
        fixture.TurnOff(subject, kPersonalize);
      } else {
        ASSERT_TRUE(fixture.store().Erase(StoreFixture::Subject(subject)).ok());
      }
      ASSERT_TRUE(fixture.View(subject).interactions().empty()) << "round " << round;
      ASSERT_TRUE(fixture.store().Export(StoreFixture::Subject(subject))->interactions.empty());
    }
  });
  done = true;
  for (std::thread& thread : busy) thread.join();
}

TEST(StoreConcurrencyTest, CountersEqualAScanWhileTheyAreRefilled) {
  StoreFixture fixture;
  fixture.options().crowd_age_min = absl::ZeroDuration();
  fixture.Open();
  constexpr uint32_t kSubjects = 60;
  for (uint32_t subject = 0; subject < kSubjects; ++subject) {
    fixture.TurnOn(subject, {Purpose::kPersonalize, Purpose::kCrowd});
    fixture.Record(subject, fixture.Event(subject % 7 + 1, SignalKind::kClick));
  }
  for (int round = 0; round < 3; ++round) {
    fixture.Reopen();  // And at once, while the scan runs:
    RunThreads(2, [&](int thread) {
      for (uint32_t i = 0; i < kSubjects; ++i) {
        const uint32_t subject = (i * 7 + static_cast<uint32_t>(thread)) % kSubjects;
        fixture.Record(subject, fixture.Event(10 + static_cast<uint64_t>(round), SignalKind::kShare));
        if (i % 20 == 0) fixture.TurnOff(subject, {Purpose::kCrowd});
      }
    });
    bool complete = false;
    CrowdCounts counters;
    while (!complete) {
      counters = fixture.store().ReadCounters(&complete);
      std::this_thread::yield();
    }
    const auto scan = fixture.store().CountByScan();
    ASSERT_TRUE(scan.ok());
    EXPECT_EQ(counters, *scan) << "round " << round;
    EXPECT_FALSE(counters.by_post.empty());
  }
}

TEST(StoreConcurrencyTest, AllCallsAtOnce) {
  StoreFixture fixture;
  fixture.options().fold_frames = 2;
  fixture.options().view_cache_bytes = 1 << 16;  // Small, so that entries come and go.
  fixture.Open();
  RunThreads(6, [&](int thread) {
    const auto subject = static_cast<uint32_t>(thread % 3);
    for (uint64_t i = 1; i <= 15; ++i) {
      switch ((i + static_cast<uint64_t>(thread)) % 8) {
        case 0:
          fixture.TurnOn(subject, PurposeSet::All());
          break;
        case 1:
          fixture.Record(subject, fixture.Event(i, SignalKind::kLike));
          break;
        case 2:
          ASSERT_TRUE(fixture.store().UpsertPosts(std::vector<Post>{StoreFixture::MakePost(i, 1)}).ok());
          break;
        case 3:
          ASSERT_TRUE(fixture.store().RemovePosts(std::vector<PostRemoval>{{PostId(i), 1}}).ok());
          break;
        case 4:
          ASSERT_TRUE(fixture.store().Sweep().ok());
          break;
        case 5:
          ASSERT_TRUE(fixture.store()
                          .ForEachLearnableRow({.what = "stream-rows"},
                                               [](const LearnableRow&) { return absl::OkStatus(); })
                          .ok());
          break;
        case 6:
          ASSERT_TRUE(fixture.store().CountByScan().ok());
          break;
        default:
          ASSERT_TRUE(fixture.store().ReadPost(PostId(i)).ok());
          fixture.View(subject);
      }
    }
  });
}

}  // namespace
}  // namespace bauta::testing
