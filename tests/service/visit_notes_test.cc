#include "service/visit_notes.h"

#include <gtest/gtest.h>

#include "tests/service/feed_fixture.h"

namespace bauta {
namespace {

using testing::FeedWorld;

class VisitNotesTest : public ::testing::Test {
 protected:
  VisitNotesTest() { world_.AgreeTo("anna", {Purpose::kPersonalize}); }

  Visit VisitOf(const std::string& account) const {
    return {.subject = world_.Code(account), .place = std::nullopt, .surface = SurfaceId(1)};
  }
  int32_t MonthSeen(const std::string& account) {
    return world_.store().Export(world_.Code(account))->head.observed.month_last_seen;
  }
  int32_t Month() { return MonthOf(Hour::Floor(world_.clock().Now())); }

  FeedWorld world_;
};

TEST_F(VisitNotesTest, NotesASubjectAtMostOnceADay) {
  VisitNotes notes(VisitNotes::Options(), world_.store());
  const absl::Time day = world_.clock().Now();
  notes.Note(VisitOf("anna"), day);
  notes.Flush();
  const int32_t first_month = MonthSeen("anna");
  ASSERT_EQ(first_month, Month());

  world_.clock().Advance(absl::Hours(24 * 40));
  notes.Note(VisitOf("anna"), day);  // The same day once more.
  notes.Flush();
  EXPECT_EQ(MonthSeen("anna"), first_month);
  notes.Note(VisitOf("anna"), world_.clock().Now());
  notes.Flush();
  EXPECT_EQ(MonthSeen("anna"), Month());
}

TEST_F(VisitNotesTest, WhatDidNotFitIsNotedAnotherTime) {
  world_.AgreeTo("ben", {Purpose::kPersonalize});
  world_.clock().Advance(absl::Hours(24 * 40));
  VisitNotes notes({.queue_max = 0}, world_.store());
  notes.Note(VisitOf("ben"), world_.clock().Now());
  notes.Flush();
  EXPECT_NE(MonthSeen("ben"), Month());
  world_.visit_notes().Note(VisitOf("ben"), world_.clock().Now());
  world_.visit_notes().Flush();
  EXPECT_EQ(MonthSeen("ben"), Month());
}

TEST_F(VisitNotesTest, WritesWhatWaitsWhenItStops) {
  world_.clock().Advance(absl::Hours(24 * 40));
  {
    VisitNotes notes(VisitNotes::Options(), world_.store());
    notes.Note(VisitOf("anna"), world_.clock().Now());
  }
  EXPECT_EQ(MonthSeen("anna"), Month());
}

TEST_F(VisitNotesTest, LeavesNothingOfWhomNothingIsKept) {
  ASSERT_TRUE(world_.Rank(world_.RankRequest("unknown")).ok());
  ASSERT_TRUE(world_.Rank(world_.RankRequest("")).ok());
  world_.visit_notes().Flush();
  EXPECT_EQ(world_.store().Export(world_.Code("unknown"))->head, Head());
}

TEST_F(VisitNotesTest, EveryKindOfFeedCallIsAVisit) {
  for (int call = 0; call < 3; ++call) {
    world_.clock().Advance(absl::Hours(24 * 40));
    ASSERT_NE(MonthSeen("anna"), Month());
    if (call == 0) {
      ASSERT_TRUE(world_.Rank(world_.RankRequest("anna")).ok());
    } else if (call == 1) {
      ASSERT_TRUE(world_.Feed(world_.FeedRequest("anna", 10)).ok());
    } else {
      ASSERT_TRUE(world_.Explain(world_.ExplainRequest("anna", 1)).ok());
    }
    world_.visit_notes().Flush();
    EXPECT_EQ(MonthSeen("anna"), Month()) << call;
  }
}

}  // namespace
}  // namespace bauta
