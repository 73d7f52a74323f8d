// How long what a subject did is kept, kind by kind, under a clock that is set: shown in its last hour, gone
// from every answer in the next, and not renewed by what comes after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "privacy/retention.h"
#include "service/convert_enum.h"
#include "tests/service/calls.h"
#include "tests/service/wire_calls.h"

namespace bauta::testing {
namespace {

// Ages of their own, so that one taken for another shows.
constexpr char kAges[] = R"(retention {
  impression_days: 2 click_days: 3 view_days: 4 dwell_days: 5 share_days: 6 comment_days: 7 reply_days: 8
  search_days: 9 popup_days: 10 report_days: 11 like_days: 12 favorite_days: 13 })";
constexpr int kFirstAgeDays = 2;
const v1::Subject kReader = Account("reader");

class RetentionServiceTest : public ::testing::Test {
 protected:
  RetentionServiceTest() {
    std::vector<v1::Post> posts;
    for (uint64_t id = 1; id <= v1::SignalKind_MAX; ++id) {
      ids_.push_back(id);
      posts.push_back(PostOf(id, "ann", {id}, calls_.now()));
    }
    EXPECT_TRUE(calls_.Upsert(posts).ok());
    EXPECT_TRUE(calls_.Grant(kReader, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  }

  // One act of each kind, on a post or topic of its own.
  std::vector<v1::Interaction> OneOfEach() {
    std::vector<v1::Interaction> events;
    for (const uint64_t id : ids_) {
      const auto kind = static_cast<v1::SignalKind>(id);
      events.push_back(kind == v1::SIGNAL_KIND_SEARCH ? Search(kReader, id, calls_.now())
                                                      : Event(kReader, kind, id, calls_.now()));
    }
    return events;
  }
  std::vector<v1::SignalKind> Exported() {
    const bauta::testing::Exported exported = calls_.Export(kReader);
    std::vector<v1::SignalKind> kinds;
    for (size_t i = 0; i < exported.impressions.size(); ++i) kinds.push_back(v1::SIGNAL_KIND_IMPRESSION);
    for (const v1::StoredInteraction& act : exported.interactions) kinds.push_back(act.kind());
    return kinds;
  }
  std::vector<v1::SignalKind> Learned() {
    const Trained trained = calls_.Train();
    std::vector<v1::SignalKind> kinds;
    for (const v1::TrainingRow& row : trained.rows) {
      for (int i = 0; i < row.impression_fingerprints_size(); ++i) {
        kinds.push_back(v1::SIGNAL_KIND_IMPRESSION);
      }
      for (const int kind : row.kinds()) kinds.push_back(static_cast<v1::SignalKind>(kind));
      for (int i = 0; i < row.searched_topic_ids_size(); ++i) kinds.push_back(v1::SIGNAL_KIND_SEARCH);
    }
    return kinds;
  }
  // Those whose age is longer than so many days.
  std::vector<v1::SignalKind> KindsOlderThan(int days) {
    std::vector<v1::SignalKind> kinds;
    for (const uint64_t id : ids_) {
      if (static_cast<int>(id) - 1 + kFirstAgeDays > days) kinds.push_back(static_cast<v1::SignalKind>(id));
    }
    return kinds;
  }

  std::unique_ptr<TestServer> server_ =
      TestServer::Start({.more_config = kAges, .more_store_config = kFreshConsentsCount});
  Calls calls_{*server_};
  std::vector<uint64_t> ids_;
};

TEST_F(RetentionServiceTest, EachKindLeavesEveryAnswerWhenItsAgeEnds) {
  const absl::Time acted = calls_.now();
  ASSERT_TRUE(calls_.Record(OneOfEach()).ok());
  for (int days = 1; days < kFirstAgeDays + v1::SignalKind_MAX; ++days) {
    SCOPED_TRACE(days);
    // The last hour in which the kind of this age is kept, and the first in which it is not.
    const std::vector<v1::SignalKind> before = KindsOlderThan(days - 1), after = KindsOlderThan(days);
    server_->clock().Set(acted + absl::Hours(24 * days - 1) + absl::Minutes(59));
    EXPECT_THAT(Exported(), ::testing::UnorderedElementsAreArray(before));
    EXPECT_THAT(Learned(), ::testing::UnorderedElementsAreArray(before));
    server_->clock().Set(acted + absl::Hours(24 * days) + absl::Hours(1));
    EXPECT_THAT(Exported(), ::testing::UnorderedElementsAreArray(after));
    EXPECT_THAT(Learned(), ::testing::UnorderedElementsAreArray(after));
    // Swept or not, and through a restart, the answer is the same.
    if (days % 3 == 0) server_->RunDueTasks();
    if (days % 4 == 0) {
      ASSERT_TRUE(server_->Restart().ok());
    }
    EXPECT_THAT(Exported(), ::testing::UnorderedElementsAreArray(after));
  }
  EXPECT_TRUE(Exported().empty());
}

TEST_F(RetentionServiceTest, WhatComesLaterRenewsNothing) {
  ASSERT_TRUE(calls_.Record(OneOfEach()).ok());
  // Enough writes for folds; another act on the same posts.
  for (int hour = 0; hour < 20; ++hour) {
    server_->clock().Advance(absl::Hours(1));
    ASSERT_TRUE(calls_
                    .Record({Event(kReader, v1::SIGNAL_KIND_SHARE, 1, calls_.now()),
                             Event(kReader, v1::SIGNAL_KIND_LIKE, 11, calls_.now())})
                    .ok());
  }
  server_->clock().Advance(absl::Hours(24 * 12 - 20 + 1));  // A like is kept for 12 days.
  EXPECT_THAT(Exported(), ::testing::ElementsAre(v1::SIGNAL_KIND_FAVORITE));
}

}  // namespace
}  // namespace bauta::testing
