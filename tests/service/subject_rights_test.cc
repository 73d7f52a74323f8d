// The rights of a person on the real store: an export is what was sent, an erasure leaves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "featurestore/records/ids.h"
#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kAuthors = 8;
constexpr int kPosts = 24;

std::string AuthorOf(uint64_t post) { return absl::StrCat("author-", post % kAuthors); }

// What a subject was told to be remembered by, from the calls alone: the oracle of the export.
class Ledger {
 public:
  using Act = std::tuple<uint64_t, int, uint32_t>;  // Post or topic, kind, hour.

  void Record(const v1::Interaction& event) {
    const auto kind = event.kind();
    if (!personalize_ || excluded_.contains(kind)) return;
    const auto hour = static_cast<uint32_t>(event.event_time().seconds() / 3600);
    const uint64_t target = event.has_topic_id() ? event.topic_id() : event.post_id();
    if (kind == v1::SIGNAL_KIND_IMPRESSION) {
      impressions_.emplace(target, hour);
    } else if (kind == v1::SIGNAL_KIND_LIKE || kind == v1::SIGNAL_KIND_FAVORITE) {
      if (event.taken_back()) {
        states_.erase({target, kind});
      } else {
        states_.try_emplace({target, kind}, hour);
      }
    } else {
      uint32_t& strength = acts_[{target, kind, hour}];
      strength = std::max(strength, event.strength());
    }
  }
  void SetPersonalize(bool on) {
    personalize_ = on;
    if (on) return;
    acts_.clear();
    states_.clear();
    impressions_.clear();
  }
  void Exclude(v1::SignalKind kind) {
    excluded_.insert(kind);
    std::erase_if(acts_, [&](const auto& entry) { return std::get<1>(entry.first) == kind; });
    std::erase_if(states_, [&](const auto& entry) { return entry.first.second == kind; });
    if (kind == v1::SIGNAL_KIND_IMPRESSION) impressions_.clear();
  }
  void Readmit(v1::SignalKind kind) { excluded_.erase(kind); }

  void Dismiss(uint64_t post, v1::DismissReason reason, uint32_t hour) {
    const std::string target =
        reason == v1::DISMISS_REASON_BLOCK_AUTHOR ? AuthorOf(post) : absl::StrCat(post);
    const auto [found, added] = dismissals_.try_emplace({reason, target}, X{post, hour, 1});
    X& x = found->second;
    if (added || (x.post == post && x.hour == hour)) return;
    x = {post, hour, x.repeats + 1};
  }
  void Undo(uint64_t post) {
    std::erase_if(dismissals_, [&](const auto& entry) { return entry.second.post == post; });
  }
  void Relate(v1::RelationKind kind, const std::string& author, bool taken_back) {
    if (taken_back) {
      relations_.erase({kind, author});
      return;
    }
    if (kind == v1::RELATION_KIND_FOLLOW) {
      relations_.erase({v1::RELATION_KIND_BLOCK, author});
      relations_.erase({v1::RELATION_KIND_MUTE, author});
    } else {
      relations_.erase({v1::RELATION_KIND_FOLLOW, author});
    }
    relations_.insert({kind, author});
  }

  // One line a fact, sorted.
  std::vector<std::string> Lines(Calls& calls) const {
    std::vector<std::string> lines;
    for (const auto& [act, strength] : acts_) {
      lines.push_back(absl::StrCat("act ", std::get<0>(act), " ", std::get<1>(act), " ", std::get<2>(act),
                                   " ", strength));
    }
    for (const auto& [state, hour] : states_) {
      lines.push_back(absl::StrCat("act ", state.first, " ", state.second, " ", hour, " 0"));
    }
    for (const auto& [post, hour] : impressions_) {
      lines.push_back(absl::StrCat("impression ", PostFingerprint::Of(PostId(post)).value(), " ", hour));
    }
    for (const auto& [key, x] : dismissals_) {
      lines.push_back(absl::StrCat("x ", key.first, " ", x.post, " ", x.hour, " ", x.repeats));
    }
    for (const auto& [kind, author] : relations_) {
      lines.push_back(absl::StrCat("relation ", kind, " ", calls.AuthorCodeOf(author)));
    }
    if (personalize_) lines.push_back("personalize");
    for (int kind : excluded_) lines.push_back(absl::StrCat("excluded ", kind));
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  struct X {
    uint64_t post;
    uint32_t hour;
    uint32_t repeats;
  };
  bool personalize_ = false;
  std::set<int> excluded_;
  std::map<Act, uint32_t> acts_;
  std::map<std::pair<uint64_t, int>, uint32_t> states_;
  std::set<std::pair<uint64_t, uint32_t>> impressions_;
  std::map<std::pair<int, std::string>, X> dismissals_;
  std::set<std::pair<int, std::string>> relations_;
};

std::vector<std::string> LinesOf(const Exported& exported) {
  const auto hour = [](const google::protobuf::Timestamp& time) {
    EXPECT_EQ(time.seconds() % 3600, 0);
    return time.seconds() / 3600;
  };
  std::vector<std::string> lines;
  for (const v1::StoredInteraction& act : exported.interactions) {
    const uint64_t target = act.has_topic_id() ? act.topic_id() : act.post_id();
    lines.push_back(
        absl::StrCat("act ", target, " ", act.kind(), " ", hour(act.event_time()), " ", act.strength()));
    EXPECT_EQ(act.surface(), "local");
  }
  for (const v1::StoredImpression& impression : exported.impressions) {
    lines.push_back(
        absl::StrCat("impression ", impression.post_fingerprint(), " ", hour(impression.event_time())));
  }
  for (const v1::Dismissal& x : exported.dismissals) {
    lines.push_back(
        absl::StrCat("x ", x.reason(), " ", x.post_id(), " ", hour(x.dismiss_time()), " ", x.repeat_count()));
  }
  for (const v1::Relation& relation : exported.relations) {
    lines.push_back(absl::StrCat("relation ", relation.kind(), " ", relation.author().author_code()));
  }
  for (const v1::PurposeConsent& consent : exported.consent.purposes()) {
    if (consent.purpose() == v1::PURPOSE_PERSONALIZE) lines.push_back("personalize");
  }
  for (int kind : exported.consent.excluded_kinds()) lines.push_back(absl::StrCat("excluded ", kind));
  std::sort(lines.begin(), lines.end());
  return lines;
}

void ExpectWhole(const Exported& exported) {
  EXPECT_TRUE(std::is_sorted(exported.parts.begin(), exported.parts.end()));
  EXPECT_EQ(exported.trailer.relation_count(), exported.relations.size());
  EXPECT_EQ(exported.trailer.dismissal_count(), exported.dismissals.size());
  EXPECT_EQ(exported.trailer.interaction_count(), exported.interactions.size());
  EXPECT_EQ(exported.trailer.impression_count(), exported.impressions.size());
  const auto older_first = [](const auto& a, const auto& b) {
    return a.event_time().seconds() < b.event_time().seconds();
  };
  EXPECT_TRUE(std::is_sorted(exported.interactions.begin(), exported.interactions.end(), older_first));
  EXPECT_TRUE(std::is_sorted(exported.impressions.begin(), exported.impressions.end(), older_first));
}

// Calls a subject's methods at random, and tells the ledger.
class RandomLife {
 public:
  RandomLife(TestServer& server, const v1::Subject& subject, uint32_t seed)
      : server_(server), calls_(server), subject_(subject), random_(seed) {}

  void Step() {
    server_.clock().Advance(absl::Minutes(7));
    switch (Draw(20)) {
      case 0:
        return Consent();
      case 1:
        return Kinds();
      case 2:
      case 3:
        return Relation();
      case 4:
      case 5:
        return X();
      default:
        return Events();
    }
  }
  void Grant() {
    ASSERT_TRUE(calls_.Grant(subject_, {v1::PURPOSE_PERSONALIZE}).ok());
    ledger_.SetPersonalize(true);
  }
  const Ledger& ledger() const { return ledger_; }

 private:
  uint32_t Draw(uint32_t below) { return std::uniform_int_distribution<uint32_t>(0, below - 1)(random_); }
  uint64_t DrawPost() { return 1 + Draw(kPosts); }
  v1::SignalKind DrawKind() { return static_cast<v1::SignalKind>(1 + Draw(12)); }

  void Events() {
    std::vector<v1::Interaction> batch;
    for (uint32_t i = 0; i <= Draw(6); ++i) {
      const v1::SignalKind kind = DrawKind();
      batch.push_back(kind == v1::SIGNAL_KIND_SEARCH ? Search(subject_, DrawPost(), calls_.now())
                                                     : Event(subject_, kind, DrawPost(), calls_.now()));
      batch.back().set_surface("local");
      if (kind == v1::SIGNAL_KIND_DWELL) batch.back().set_strength(1 + Draw(100'000));
      if (kind == v1::SIGNAL_KIND_LIKE || kind == v1::SIGNAL_KIND_FAVORITE) {
        batch.back().set_taken_back(Draw(3) == 0);
      }
    }
    // Half of the batches are sent twice, as after a lost reply.
    for (uint32_t i = 0; i <= Draw(2); ++i) {
      ASSERT_TRUE(calls_.Record(batch).ok());
      for (const v1::Interaction& event : batch) ledger_.Record(event);
    }
  }
  void Consent() {
    if (Draw(3) != 0) return Grant();
    ASSERT_TRUE(calls_.Withdraw(subject_, {v1::PURPOSE_PERSONALIZE}).ok());
    ledger_.SetPersonalize(false);
  }
  void Kinds() {
    const v1::SignalKind kind = DrawKind();
    v1::UpdateConsentRequest request;
    *request.mutable_subject() = subject_;
    if (Draw(3) == 0) {
      request.add_exclude_kinds(kind);
      ledger_.Exclude(kind);
    } else {
      request.add_readmit_kinds(kind);
      ledger_.Readmit(kind);
    }
    ASSERT_TRUE(calls_.UpdateConsent(request).ok());
  }
  void Relation() {
    const std::string author = AuthorOf(Draw(kAuthors));
    const auto kind = static_cast<v1::RelationKind>(1 + Draw(3));
    v1::RelationChange change = RelationTo(kind, author);
    change.set_taken_back(Draw(3) == 0);
    ASSERT_THAT(Shorts(*calls_.Relate(subject_, {change})), ElementsAre(::testing::StartsWith("ACCEPTED")));
    ledger_.Relate(kind, author, change.taken_back());
  }
  void X() {
    const uint64_t post = DrawPost();
    if (Draw(3) == 0) {
      ASSERT_TRUE(calls_.Undo(subject_, post).ok());
      return ledger_.Undo(post);
    }
    const v1::DismissReason reason =
        Draw(2) == 0 ? v1::DISMISS_REASON_NOT_INTERESTED : v1::DISMISS_REASON_BLOCK_AUTHOR;
    ASSERT_TRUE(calls_.Dismiss(subject_, post, reason).ok());
    ledger_.Dismiss(post, reason, static_cast<uint32_t>(absl::ToUnixSeconds(calls_.now()) / 3600));
  }

  TestServer& server_;
  Calls calls_;
  const v1::Subject subject_;
  std::mt19937 random_;
  Ledger ledger_;
};

class SubjectRightsTest : public ::testing::Test {
 protected:
  SubjectRightsTest() {
    std::vector<v1::Post> posts;
    for (uint64_t id = 1; id <= kPosts; ++id)
      posts.push_back(PostOf(id, AuthorOf(id), {id % 5 + 1}, calls_.now()));
    EXPECT_TRUE(calls_.Upsert(posts).ok());
  }
  std::unique_ptr<TestServer> server_ = TestServer::Start();
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(SubjectRightsTest, AnExportEqualsALedgerOfWhatWasSentAfterAnyChanges) {
  std::vector<RandomLife> lives;
  const std::vector<v1::Subject> subjects = {Account("a"), Account("b"), Device("a"), External("a")};
  for (size_t i = 0; i < subjects.size(); ++i) {
    lives.emplace_back(*server_, subjects[i], static_cast<uint32_t>(17 + i));
    lives.back().Grant();
  }
  size_t lines = 0;
  for (int step = 0; step < 240; ++step) {
    RandomLife& life = lives[static_cast<size_t>(step) % lives.size()];
    life.Step();
    if (step == 150) {
      ASSERT_TRUE(server_->Restart().ok());
    }
    const v1::Subject& subject = subjects[static_cast<size_t>(step) % lives.size()];
    if (step % 9 != 0 && step < 232) continue;
    const Exported exported = calls_.Export(subject);
    ExpectWhole(exported);
    const std::vector<std::string> expected = life.ledger().Lines(calls_);
    ASSERT_EQ(LinesOf(exported), expected) << "step " << step;
    lines += expected.size();
  }
  EXPECT_GT(lines, 500u);  // The lives were not empty.
}

TEST_F(SubjectRightsTest, AnExportSaysWhenAndWhereItWasMade) {
  const Exported exported = calls_.Export(reader_);
  EXPECT_EQ(exported.header.export_version(), 1u);
  EXPECT_EQ(exported.header.region(), "test");
  EXPECT_EQ(exported.header.export_time().seconds(), absl::ToUnixSeconds(calls_.now()));
  EXPECT_TRUE(exported.Empty());
  EXPECT_THAT(exported.parts,
              ElementsAre(v1::ExportSubjectResponse::kHeader, v1::ExportSubjectResponse::kConsent,
                          v1::ExportSubjectResponse::kObservations, v1::ExportSubjectResponse::kTrailer));
}

TEST_F(SubjectRightsTest, AnExportSaysTheMonthInWhichTheSubjectWasLastSeen) {
  ASSERT_TRUE(calls_.Relate(reader_, {RelationToTopic(v1::RELATION_KIND_FOLLOW, 1)}).ok());
  const Exported exported = calls_.Export(reader_);
  EXPECT_EQ(exported.observations.last_seen_month_time().seconds(),
            absl::ToUnixSeconds(absl::FromCivil(absl::CivilMonth(2024, 6), absl::UTCTimeZone())));
}

TEST_F(SubjectRightsTest, ALongExportComesInPartsOfAThousand) {
  ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
  std::vector<v1::Interaction> likes;
  for (uint64_t post = 1; post <= 1000; ++post) {
    likes.push_back(Event(reader_, v1::SIGNAL_KIND_LIKE, post, calls_.now()));
  }
  ASSERT_TRUE(calls_.Record(likes).ok());
  for (v1::Interaction& event : likes) event.set_kind(v1::SIGNAL_KIND_FAVORITE);
  ASSERT_TRUE(calls_.Record(likes).ok());
  ASSERT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, calls_.now())), "ACCEPTED");
  const Exported exported = calls_.Export(reader_);
  ExpectWhole(exported);
  EXPECT_THAT(exported.interactions, SizeIs(2001));
  EXPECT_EQ(
      std::count(exported.parts.begin(), exported.parts.end(), v1::ExportSubjectResponse::kInteractions), 3);
}

TEST_F(SubjectRightsTest, AnErrorOfTheStreamEndsTheExport) {
  int sent = 0;
  const auto sink = [&](const v1::ExportSubjectResponse&) {
    return ++sent < 2 ? absl::OkStatus() : absl::CancelledError("gone");
  };
  v1::ExportSubjectRequest request;
  *request.mutable_subject() = reader_;
  EXPECT_EQ(server_->backend().subject().ExportSubject(Principal(), request, sink).code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(sent, 2);
}

TEST_F(SubjectRightsTest, AfterAnErasureNothingIsKeptThroughAReopeningToo) {
  RandomLife life(*server_, reader_, 5);
  life.Grant();
  for (int step = 0; step < 40; ++step) life.Step();
  life.Grant();
  ASSERT_FALSE(calls_.Export(reader_).Empty());
  const v1::ErasureReceipt receipt = calls_.Erase(reader_);
  EXPECT_EQ(receipt.erase_time().seconds(), absl::ToUnixSeconds(calls_.now()));
  EXPECT_GT(receipt.log_sequence(), 0u);
  EXPECT_GT(receipt.copies_unreadable_time().seconds(), receipt.erase_time().seconds());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(calls_.Export(reader_).Empty());
    EXPECT_THAT(calls_.Relations(reader_), IsEmpty());
    EXPECT_THAT(calls_.Dismissals(reader_), IsEmpty());
    EXPECT_THAT(calls_.Consent(reader_).purposes(), IsEmpty());
    ASSERT_TRUE(server_->Restart().ok());
  }
  EXPECT_EQ(calls_.RecordOne(Event(reader_, v1::SIGNAL_KIND_CLICK, 1, calls_.now())),
            "REFUSED NOT_PERMITTED");
  EXPECT_GT(calls_.Erase(reader_).log_sequence(), receipt.log_sequence());
}

TEST_F(SubjectRightsTest, ErasingOneNamespaceLeavesTheOthers) {
  for (const v1::Subject& subject : {Account("same"), Device("same"), External("same")}) {
    ASSERT_TRUE(calls_.Relate(subject, {RelationToTopic(v1::RELATION_KIND_FOLLOW, 1)}).ok());
  }
  calls_.Erase(Account("same"));
  EXPECT_THAT(calls_.Relations(Account("same")), IsEmpty());
  EXPECT_THAT(calls_.Relations(Device("same")), SizeIs(1));
  EXPECT_THAT(calls_.Relations(External("same")), SizeIs(1));
}

}  // namespace
}  // namespace bauta::testing
