// What each surface shows and leaves out, over the real socket: posts by their state, viewers by what they
// asked, surfaces by their configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/service/calls.h"
#include "tests/service/wire_calls.h"
#include "tests/testing/mmdb_writer.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kSurfaces[] = R"(
  surface { name: 'home' number: 1 }
  surface { name: 'following' number: 2 chronological: true followed_only: true }
  surface { name: 'window' number: 3 seen_window_hours: 24 }
  surface { name: 'ads' number: 4 advertisements: true }
  surface { name: 'push' number: 5 leave_out_sensitive: true posts_per_day_max: 3
            quiet_from_hour: 22 quiet_until_hour: 7 }
  surface { name: 'newest' number: 6 sources { taste: 0 popular: 0 city: 0 fresh: 2 } }
  surface { name: 'old' number: 7 scales { freshness: 0 } fresh_share: 0 }
)";
constexpr uint64_t kPlain = 1;
const v1::Subject kAnna = Account("anna");

class SurfaceServiceTest : public ::testing::Test {
 protected:
  SurfaceServiceTest() {
    MmdbWriter addresses(4);
    addresses.Insert("192.0.2.0/24", DbIpRow("Altdorf", "DE", "Bavaria", 49.4f, 11.35f));
    addresses.Insert("198.51.100.0/24", DbIpRow("Albany", "US", "New York", 42.65f, -73.75f));
    geography_.Write("ipv4.mmdb", addresses.Write());
    server_ = TestServer::Start({.more_config = absl::StrCat(kSurfaces, "geography { city_database_ipv4: '",
                                                             geography_.Join("ipv4.mmdb"), "' }")});
    calls_.emplace(*server_);
    wire_.emplace(*server_);
    Upsert(PostOf(kPlain, "ann", {10}, Ago(absl::Hours(1))));
  }

  absl::Time Ago(absl::Duration ago) const { return server_->clock().Now() - ago; }
  void Upsert(v1::Post post) {
    post.set_version(++version_);
    const auto response = calls_->Upsert({post});
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(Shorts(*response), std::vector<std::string>{"ACCEPTED"});
    known_.push_back(post.post_id());
  }

  v1::Visit VisitOf(const v1::Subject& subject, const std::string& surface) const {
    v1::Visit visit;
    *visit.mutable_subject() = subject;
    visit.set_surface(surface);
    return visit;
  }
  v1::RankedFeed Rank(const v1::Visit& visit, const std::vector<float>& scores = {}) {
    v1::RankPostsRequest request;
    *request.mutable_visit() = visit;
    request.mutable_post_ids()->Add(known_.begin(), known_.end());
    request.mutable_caller_scores()->Add(scores.begin(), scores.end());
    request.set_include_score_terms(true);
    return wire_->Get<v1::RankPostsResponse>(Method::kRankPosts, request).feed();
  }
  v1::RankedFeed Feed(const v1::Visit& visit) { return Page(visit).feed(); }
  v1::GetFeedResponse Page(const v1::Visit& visit) {
    v1::GetFeedRequest request;
    *request.mutable_visit() = visit;
    return wire_->Get<v1::GetFeedResponse>(Method::kGetFeed, request);
  }
  v1::RemovalReason WhyNot(const v1::Visit& visit, uint64_t post) {
    v1::ExplainPostRequest request;
    *request.mutable_visit() = visit;
    request.set_post_id(post);
    return wire_->Get<v1::ExplainPostResponse>(Method::kExplainPost, request).removal_reason();
  }
  static std::vector<uint64_t> Ids(const v1::RankedFeed& feed) {
    return {feed.post_ids().begin(), feed.post_ids().end()};
  }
  static uint32_t Removed(const v1::RankedFeed& feed, v1::RemovalReason reason) {
    for (const v1::RemovedCount& removed : feed.trace().removed()) {
      if (removed.reason() == reason) return removed.count();
    }
    return 0;
  }
  void ShowTo(const v1::Subject& subject, v1::SignalKind kind, uint64_t post, const std::string& surface) {
    v1::Interaction event = Event(subject, kind, post, calls_->now());
    event.set_surface(surface);
    ASSERT_EQ(calls_->RecordOne(event), "ACCEPTED");
  }

  TemporaryDirectory geography_;
  std::unique_ptr<TestServer> server_;
  std::optional<Calls> calls_;
  std::optional<WireCalls> wire_;
  std::vector<uint64_t> known_;
  uint64_t version_ = 0;
};

struct PostCase {
  const char* name;
  v1::RemovalReason reason;
  std::function<void(v1::Post&, v1::Visit&)> change;
};

TEST_F(SurfaceServiceTest, WhatAPostIsDecidesWhetherItIsShown) {
  const absl::Time now = server_->clock().Now();
  ASSERT_TRUE(calls_->Grant(kAnna, {v1::PURPOSE_LOCATE}).ok());
  const PostCase cases[] = {
      {"pending", v1::REMOVAL_REASON_NOT_APPROVED,
       [](auto& p, auto&) { p.set_review_state(v1::REVIEW_STATE_PENDING); }},
      {"rejected", v1::REMOVAL_REASON_NOT_APPROVED,
       [](auto& p, auto&) { p.set_review_state(v1::REVIEW_STATE_REJECTED); }},
      {"not yet published", v1::REMOVAL_REASON_NOT_PUBLISHED,
       [&](auto& p, auto&) { *p.mutable_publish_time() = At(now + absl::Hours(2)); }},
      {"expired", v1::REMOVAL_REASON_NOT_PUBLISHED,
       [&](auto& p, auto&) { *p.mutable_expire_time() = At(now); }},
      {"for followers", v1::REMOVAL_REASON_AUDIENCE,
       [](auto& p, auto&) { p.set_audience(v1::AUDIENCE_FOLLOWERS); }},
      {"another country", v1::REMOVAL_REASON_AUDIENCE,
       [](auto& p, auto& v) {
         p.add_allowed_countries("FR");
         v.set_ip_address("192.0.2.7");
       }},
      {"denied country", v1::REMOVAL_REASON_AUDIENCE,
       [](auto& p, auto& v) {
         p.add_denied_countries("DE");
         v.set_ip_address("192.0.2.7");
       }},
      {"no country known", v1::REMOVAL_REASON_AUDIENCE,
       [](auto& p, auto&) { p.add_allowed_countries("DE"); }},
      {"paid", v1::REMOVAL_REASON_ADVERTISEMENT, [](auto& p, auto&) { p.set_advertisement(true); }},
      {"organic", v1::REMOVAL_REASON_ADVERTISEMENT, [](auto&, auto& v) { v.set_surface("ads"); }},
      {"own", v1::REMOVAL_REASON_OWN_POST,
       [](auto&, auto& v) { *v.mutable_self_author() = Author("other"); }},
      {"sensitive", v1::REMOVAL_REASON_FILTERED,
       [](auto& p, auto& v) {
         p.set_sensitive(true);
         v.set_surface("push");
       }},
      {"nobody followed", v1::REMOVAL_REASON_FILTERED, [](auto&, auto& v) { v.set_surface("following"); }},
      {"sensitive elsewhere", v1::REMOVAL_REASON_UNSPECIFIED, [](auto& p, auto&) { p.set_sensitive(true); }},
      {"allowed country", v1::REMOVAL_REASON_UNSPECIFIED,
       [](auto& p, auto& v) {
         p.add_allowed_countries("DE");
         v.set_ip_address("192.0.2.7");
       }},
      {"not denied", v1::REMOVAL_REASON_UNSPECIFIED,
       [](auto& p, auto& v) {
         p.add_denied_countries("FR");
         v.set_ip_address("192.0.2.7");
       }},
      {"paid in its slot", v1::REMOVAL_REASON_UNSPECIFIED,
       [](auto& p, auto& v) {
         p.set_advertisement(true);
         v.set_surface("ads");
       }},
      {"published and not expired", v1::REMOVAL_REASON_UNSPECIFIED,
       [&](auto& p, auto&) {
         *p.mutable_publish_time() = At(now);
         *p.mutable_expire_time() = At(now + absl::Seconds(1));
       }},
  };
  uint64_t id = 100;
  for (const PostCase& test : cases) {
    SCOPED_TRACE(test.name);
    v1::Post post = PostOf(++id, "other", {20}, Ago(absl::Hours(2)));
    v1::Visit visit = VisitOf(kAnna, "home");
    test.change(post, visit);
    Upsert(post);
    const bool shown = test.reason == v1::REMOVAL_REASON_UNSPECIFIED;
    EXPECT_EQ(WhyNot(visit, id), test.reason);
    for (const v1::RankedFeed& feed : {Rank(visit), Feed(visit)}) {
      const std::vector<uint64_t> ids = Ids(feed);
      EXPECT_EQ(std::find(ids.begin(), ids.end(), id) != ids.end(), shown);
    }
    if (!shown) {
      EXPECT_GE(Removed(Rank(visit), test.reason), 1u);
    }
    ASSERT_TRUE(calls_->Remove({{id, ++version_}}).ok());
    known_.pop_back();
  }
}

TEST_F(SurfaceServiceTest, FollowersSeeWhatIsForFollowersAndFollowingWorksWithEverySwitchOff) {
  v1::Post post = PostOf(2, "bob", {20}, Ago(absl::Hours(3)));
  post.set_audience(v1::AUDIENCE_FOLLOWERS);
  Upsert(post);
  Upsert(PostOf(3, "bob", {20}, Ago(absl::Hours(2))));
  Upsert(PostOf(4, "cid", {30}, Ago(absl::Hours(4))));
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "following"))), IsEmpty());
  ASSERT_TRUE(calls_
                  ->Relate(kAnna, {RelationTo(v1::RELATION_KIND_FOLLOW, "bob"),
                                   RelationToTopic(v1::RELATION_KIND_FOLLOW, 30)})
                  .ok());
  EXPECT_TRUE(calls_->Consent(kAnna).purposes().empty());
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "following"))), ElementsAre(3, 2, 4));
  EXPECT_THAT(Ids(Rank(VisitOf(kAnna, "following"))), ElementsAre(3, 2, 4));
  EXPECT_THAT(Ids(Feed(VisitOf(Account("ben"), "home"))), Not(Contains(2u)));
}

TEST_F(SurfaceServiceTest, CallersScoresAreATermOfTheirOwn) {
  Upsert(PostOf(2, "bob", {20}, Ago(absl::Hours(1))));
  Upsert(PostOf(3, "cid", {30}, Ago(absl::Hours(1))));
  const v1::RankedFeed feed = Rank(VisitOf(kAnna, "home"), {1, 9, 5});
  EXPECT_THAT(Ids(feed), ElementsAre(2, 3, 1));
  EXPECT_THAT(feed.score_terms().caller(), ElementsAre(9, 5, 1));
}

TEST_F(SurfaceServiceTest, TheSeenWindowAndFatigueBelongToTheSurface) {
  Upsert(PostOf(2, "bob", {20}, Ago(absl::Hours(1))));
  ASSERT_TRUE(calls_->Grant(kAnna, {v1::PURPOSE_PERSONALIZE}).ok());
  server_->clock().Advance(absl::Hours(2));
  ShowTo(kAnna, v1::SIGNAL_KIND_IMPRESSION, 2, "home");
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "window"))), ElementsAre(1));
  EXPECT_EQ(WhyNot(VisitOf(kAnna, "window"), 2), v1::REMOVAL_REASON_ALREADY_SHOWN);
  const v1::RankedFeed tired = Rank(VisitOf(kAnna, "home"));
  ASSERT_THAT(Ids(tired), UnorderedElementsAre(1, 2));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(tired.score_terms().fatigue(i) < 0, tired.post_ids(i) == 2);
  server_->clock().Advance(absl::Hours(26));
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "window"))), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Ids(Feed(VisitOf(Account("ben"), "window"))), UnorderedElementsAre(1, 2));
}

TEST_F(SurfaceServiceTest, SourcesAndWeightsBelongToTheSurface) {
  for (uint64_t id = 2; id <= 6; ++id) {
    Upsert(PostOf(id, absl::StrCat("author", id), {id}, Ago(absl::Hours(static_cast<int64_t>(id)))));
  }
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "newest"))), ElementsAre(1, 2));
  EXPECT_EQ(Ids(Feed(VisitOf(kAnna, "home"))).size(), 6u);
  const v1::RankedFeed home = Rank(VisitOf(kAnna, "home")), old = Rank(VisitOf(kAnna, "old"));
  EXPECT_GT(home.score_terms().freshness(0), 0);
  for (float freshness : old.score_terms().freshness()) EXPECT_EQ(freshness, 0);
  EXPECT_NE(home.surface_version(), old.surface_version());
}

TEST_F(SurfaceServiceTest, AnAdvertisersXHoldsInTheSlotAndNotInTheFeed) {
  for (uint64_t id : {2, 3, 4}) {
    v1::Post post = PostOf(id, id == 4 ? "cid" : "shop", {20}, Ago(absl::Hours(1)));
    post.set_advertisement(true);
    Upsert(post);
  }
  Upsert(PostOf(5, "shop", {20}, Ago(absl::Hours(1))));
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "ads"))), UnorderedElementsAre(2, 3, 4));
  ASSERT_TRUE(calls_->Dismiss(kAnna, 2, v1::DISMISS_REASON_ADVERTISEMENT).ok());
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "ads"))), ElementsAre(4));
  EXPECT_THAT(Ids(Rank(VisitOf(kAnna, "ads"))), ElementsAre(4));
  EXPECT_EQ(WhyNot(VisitOf(kAnna, "ads"), 3), v1::REMOVAL_REASON_DISMISSED);
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "home"))), UnorderedElementsAre(1, 5));
  EXPECT_THAT(Ids(Feed(VisitOf(Account("ben"), "ads"))), UnorderedElementsAre(2, 3, 4));
  ASSERT_TRUE(calls_->Undo(kAnna, 2).ok());
  EXPECT_THAT(Ids(Feed(VisitOf(kAnna, "ads"))), UnorderedElementsAre(2, 3, 4));
}

TEST_F(SurfaceServiceTest, ADaysBoundCountsWhatThisSurfaceShowed) {
  for (uint64_t id = 2; id <= 6; ++id) Upsert(PostOf(id, absl::StrCat("a", id), {id}, Ago(absl::Hours(1))));
  ASSERT_TRUE(calls_->Grant(kAnna, {v1::PURPOSE_PERSONALIZE}).ok());
  server_->clock().Advance(absl::Minutes(90));
  const v1::Visit visit = VisitOf(kAnna, "push");
  EXPECT_EQ(Ids(Feed(visit)).size(), 3u);
  ShowTo(kAnna, v1::SIGNAL_KIND_IMPRESSION, 1, "push");
  ShowTo(kAnna, v1::SIGNAL_KIND_CLICK, 1, "push");
  ShowTo(kAnna, v1::SIGNAL_KIND_CLICK, 2, "push");
  ShowTo(kAnna, v1::SIGNAL_KIND_IMPRESSION, 3, "home");
  const v1::GetFeedResponse last = Page(visit);
  EXPECT_EQ(last.feed().post_ids_size(), 1);
  EXPECT_EQ(Removed(last.feed(), v1::REMOVAL_REASON_FREQUENCY_CAP), 5u);
  EXPECT_TRUE(last.feed().end_of_feed());
  EXPECT_EQ(last.next_page_token(), "");
  ShowTo(kAnna, v1::SIGNAL_KIND_IMPRESSION, 4, "push");
  EXPECT_THAT(Ids(Feed(visit)), IsEmpty());
  EXPECT_EQ(WhyNot(visit, 5), v1::REMOVAL_REASON_FREQUENCY_CAP);
  server_->clock().Advance(absl::Hours(26));
  EXPECT_EQ(Ids(Feed(visit)).size(), 3u);
  // A kind that the subject excluded is neither kept nor counted.
  v1::UpdateConsentRequest exclude;
  *exclude.mutable_subject() = kAnna;
  exclude.add_exclude_kinds(v1::SIGNAL_KIND_IMPRESSION);
  ASSERT_TRUE(calls_->UpdateConsent(exclude).ok());
  v1::Interaction refused = Event(kAnna, v1::SIGNAL_KIND_IMPRESSION, 5, calls_->now());
  refused.set_surface("push");
  EXPECT_NE(calls_->RecordOne(refused), "ACCEPTED");
  EXPECT_EQ(Ids(Feed(visit)).size(), 3u);
}

TEST_F(SurfaceServiceTest, QuietHoursAreTheViewersByTheCallersWordThenByTheCity) {
  ASSERT_TRUE(calls_->Grant(kAnna, {v1::PURPOSE_LOCATE}).ok());
  server_->clock().Set(absl::FromCivil(absl::CivilSecond(2024, 6, 1, 21, 30, 0), absl::UTCTimeZone()));
  v1::Visit visit = VisitOf(kAnna, "push");
  EXPECT_THAT(Ids(Feed(visit)), ElementsAre(kPlain));  // 21:30 in UTC.
  visit.set_ip_address("192.0.2.7");                   // 22:30 by the Bavarian sun.
  const v1::GetFeedResponse quiet = Page(visit);
  EXPECT_THAT(Ids(quiet.feed()), IsEmpty());
  EXPECT_EQ(Removed(quiet.feed(), v1::REMOVAL_REASON_QUIET_HOURS), 1u);
  EXPECT_TRUE(quiet.feed().end_of_feed());
  EXPECT_EQ(quiet.next_page_token(), "");
  EXPECT_THAT(Ids(Rank(visit)), IsEmpty());
  EXPECT_EQ(WhyNot(visit, kPlain), v1::REMOVAL_REASON_QUIET_HOURS);
  visit.set_ip_address("198.51.100.7");  // 16:30 in Albany.
  EXPECT_THAT(Ids(Feed(visit)), ElementsAre(kPlain));
  visit.set_utc_offset_minutes(60);  // Whatever the address: 22:30 on the phone.
  EXPECT_THAT(Ids(Feed(visit)), IsEmpty());
  // Who permits no city has none, whatever the address.
  v1::Visit other = VisitOf(Account("ben"), "push");
  other.set_ip_address("192.0.2.7");
  EXPECT_THAT(Ids(Feed(other)), ElementsAre(kPlain));
}

TEST_F(SurfaceServiceTest, FiltersSeedsAndExclusionsReachTheFeed) {
  Upsert(PostOf(2, "bob", {20}, Ago(absl::Hours(1))));
  Upsert(PostOf(3, "bob", {30}, Ago(absl::Hours(50))));
  const auto feed = [&](const std::function<void(v1::GetFeedRequest&)>& ask) {
    v1::GetFeedRequest request;
    *request.mutable_visit() = VisitOf(kAnna, "home");
    ask(request);
    return Ids(wire_->Get<v1::GetFeedResponse>(Method::kGetFeed, request).feed());
  };
  EXPECT_THAT(feed([](auto& r) { *r.mutable_filter()->add_any_authors() = Author("bob"); }),
              UnorderedElementsAre(2, 3));
  EXPECT_THAT(feed([](auto& r) { r.mutable_filter()->add_none_topic_ids(20); }), UnorderedElementsAre(1, 3));
  EXPECT_THAT(feed([](auto& r) { r.mutable_filter()->set_post_hours_max(48); }), UnorderedElementsAre(1, 2));
  EXPECT_THAT(feed([](auto& r) { r.add_exclude_post_ids(2); }), UnorderedElementsAre(1, 3));
  EXPECT_THAT(feed([](auto& r) { r.add_seed_post_ids(2); }), UnorderedElementsAre(1, 3));
}

}  // namespace
}  // namespace bauta::testing
