// The rights of a person on the real store: an export is what was sent, an erasure leaves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/service/calls.h"
#include "tests/service/export_ledger.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kPosts = 24;

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
    switch (Draw(23)) {
      case 0:
        return Draw(6) == 0 ? Erase() : Consent();
      case 1:
        return Kinds();
      case 2:
      case 3:
        return Relation();
      case 4:
      case 5:
        return X();
      case 6:
        return Choose();
      case 7:
        return DeleteTag();
      case 8:
        return Delete();
      default:
        return Events();
    }
  }
  void Grant(v1::Purpose purpose = v1::PURPOSE_PERSONALIZE) {
    ASSERT_TRUE(calls_.Grant(subject_, {purpose}).ok());
    ledger_.Grant(purpose, absl::ToUnixSeconds(calls_.now()));
  }
  const ExportLedger& ledger() {
    ledger_.Expire(absl::ToUnixSeconds(calls_.now()));
    return ledger_;
  }

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
      ledger_.Expire(absl::ToUnixSeconds(calls_.now()));
      for (const v1::Interaction& event : batch) ledger_.Record(event);
    }
  }
  void Erase() {
    calls_.Erase(subject_);
    ledger_ = ExportLedger();
    Grant();
  }
  void Consent() {
    const auto purpose = Draw(2) == 0 ? v1::PURPOSE_PERSONALIZE : static_cast<v1::Purpose>(1 + Draw(5));
    if (Draw(3) != 0) return Grant(purpose);
    const int64_t now = absl::ToUnixSeconds(calls_.now());
    if (Draw(2) == 0) {
      v1::UpdateConsentRequest all;
      *all.mutable_subject() = subject_;
      all.set_withdraw_all(true);
      ASSERT_TRUE(calls_.UpdateConsent(all).ok());
      ledger_.WithdrawAll(now);
    } else {
      ASSERT_TRUE(calls_.Withdraw(subject_, {purpose}).ok());
      ledger_.Withdraw(purpose, now);
    }
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
    const bool is_topic = Draw(3) == 0;
    const std::string author = is_topic ? absl::StrCat(1 + Draw(5)) : LedgerAuthor(Draw(kLedgerAuthors));
    const auto kind = static_cast<v1::RelationKind>(1 + Draw(3));
    v1::RelationChange change =
        is_topic ? RelationToTopic(kind, std::stoull(author)) : RelationTo(kind, author);
    change.set_taken_back(Draw(3) == 0);
    ASSERT_THAT(Shorts(*calls_.Relate(subject_, {change})), ElementsAre(::testing::StartsWith("ACCEPTED")));
    ledger_.Relate(kind, author, change.taken_back());
  }
  void Choose() {
    v1::Preferences preferences;
    const std::vector<uint64_t> topics = {1 + Draw(3), 4 + Draw(2)};
    for (uint64_t topic : topics) preferences.add_declared_topic_ids(topic);
    preferences.add_languages(Draw(2) == 0 ? "en" : "de");
    ASSERT_TRUE(calls_.Prefer(subject_, preferences).ok());
    ledger_.Prefer(topics, preferences.languages(0));
  }
  void DeleteTag() {
    const uint64_t topic = 1 + Draw(5);
    const absl::Status status = calls_.DeleteTag(subject_, topic);
    ASSERT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
    if (status.ok()) ledger_.DeleteTag(topic);
  }
  void Delete() {
    const uint64_t post = DrawPost();
    v1::InteractionDeletion deletion;
    deletion.set_post_id(post);
    ledger_.Expire(absl::ToUnixSeconds(calls_.now()));
    ASSERT_EQ(calls_.Delete(subject_, {deletion}).value(), ledger_.Delete(post));
  }
  void X() {
    const uint64_t post = DrawPost();
    if (Draw(3) == 0) {
      const v1::DismissReason reason =
          Draw(2) == 0 ? v1::DISMISS_REASON_UNSPECIFIED : v1::DISMISS_REASON_BLOCK_AUTHOR;
      ASSERT_TRUE(calls_.Undo(subject_, post, reason).ok());
      return ledger_.Undo(post, reason);
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
  ExportLedger ledger_;
};

class SubjectRightsTest : public ::testing::Test {
 protected:
  SubjectRightsTest() {
    std::vector<v1::Post> posts;
    for (uint64_t id = 1; id <= kPosts; ++id)
      posts.push_back(PostOf(id, LedgerAuthor(id), {id % 5 + 1}, calls_.now()));
    EXPECT_TRUE(calls_.Upsert(posts).ok());
  }
  std::unique_ptr<TestServer> server_ = TestServer::Start({.more_config = kLedgerAges});
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
  for (int step = 0; step < 400; ++step) {
    RandomLife& life = lives[static_cast<size_t>(step) % lives.size()];
    if (step % 16 == 0) server_->clock().Advance(absl::Hours(13));
    life.Step();
    if (step % 64 == 0) server_->RunDueTasks();  // Also what the sweep has not seen is not shown.
    if (step == 150) {
      ASSERT_TRUE(server_->Restart().ok());
    }
    const v1::Subject& subject = subjects[static_cast<size_t>(step) % lives.size()];
    if (step % 9 != 0 && step < 392) continue;
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
                          v1::ExportSubjectResponse::kObservations, v1::ExportSubjectResponse::kChoices,
                          v1::ExportSubjectResponse::kTrailer));
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
