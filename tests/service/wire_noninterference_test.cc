// Opting out, seen from outside: two real servers that differ in nothing but what subjects did before they
// withdrew answer alike, to the byte, with every header and trailer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "bauta/v1/feed_service.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "tests/service/served_world.h"

namespace bauta::testing {
namespace {

constexpr uint64_t kPairs = 150;
constexpr uint64_t kEvents = 25;

v1::Subject SubjectOf(uint64_t pair) { return Account("subject-" + std::to_string(pair)); }
std::string SurfaceOf(uint64_t pair) { return ServedWorld::kSurfaces[pair / 2 % 6]; }

class WireNoninterferenceTest : public ::testing::Test {
 protected:
  // The subject agrees and gives the same instructions in both worlds, and does different things.
  void LiveDifferently(uint64_t pair) {
    Dice histories(1000 + pair);
    for (ServedWorld* world : worlds_) {
      world->Agree(SubjectOf(pair), {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LOCATE, v1::PURPOSE_ADS});
      world->Record(world->RandomHistory(SubjectOf(pair), kEvents, histories));
      Dice instructions(pair);
      world->GiveRandomInstructions(SubjectOf(pair), instructions);
    }
  }
  void WithdrawEverywhere(uint64_t pair) {
    for (ServedWorld* world : worlds_) world->Withdraw(SubjectOf(pair), v1::PURPOSE_PERSONALIZE);
  }
  static std::string TagsSeen(const ServedWorld& world, uint64_t pair) {
    v1::ListProfileTagsRequest request;
    *request.mutable_subject() = SubjectOf(pair);
    return world.calls().Call(Method::kListProfileTags, request).Seen();
  }
  bool Equal(uint64_t pair) {
    return one_.EveryReply(SubjectOf(pair), SurfaceOf(pair)) ==
           other_.EveryReply(SubjectOf(pair), SurfaceOf(pair));
  }

  ServedWorld one_, other_;
  ServedWorld* const worlds_[2] = {&one_, &other_};
};

TEST_F(WireNoninterferenceTest, RepliesAfterAWithdrawalAreEqualToTheByte) {
  uint64_t differed_before = 0, tags_differed_before = 0;
  for (uint64_t pair = 0; pair < kPairs; ++pair) {
    LiveDifferently(pair);
    // The control: while they are permitted, the histories show.
    if (pair % 8 == 0) {
      differed_before += !Equal(pair);
      tags_differed_before += TagsSeen(one_, pair) != TagsSeen(other_, pair);
    }
    WithdrawEverywhere(pair);
    if (pair % 2 == 0) {
      ASSERT_TRUE(Equal(pair)) << "pair " << pair << ", at once";
    }
  }
  EXPECT_GT(differed_before, kPairs / 8 / 2);
  EXPECT_GT(tags_differed_before, kPairs / 8 / 2);
  for (ServedWorld* world : worlds_) ASSERT_TRUE(world->server().Restart().ok());
  for (uint64_t pair = 1; pair < kPairs; pair += 2) {
    ASSERT_TRUE(Equal(pair)) << "pair " << pair << ", after a restart";
  }
  EXPECT_EQ(one_.histories_unsealed() + other_.histories_unsealed(), 0u);
}

TEST_F(WireNoninterferenceTest, WhoWithdrewIsAnsweredAsWhoNeverAgreed) {
  Dice dice(7);
  const v1::Subject anna = Account("anna");
  one_.Agree(anna, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_ADS});
  one_.Record(one_.RandomHistory(anna, 200, dice));
  for (const v1::Purpose purpose : {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_ADS}) one_.Withdraw(anna, purpose);
  for (const char* surface : ServedWorld::kSurfaces) {
    EXPECT_TRUE(one_.EveryReply(anna, surface) == other_.EveryReply(anna, surface)) << surface;
  }
}

// Which key is whose cannot be told from outside, but that which a consent adds is a history's.
class HistoryKeys {
 public:
  explicit HistoryKeys(TestServer& server) : server_(server) {}
  void NoteBefore() { before_ = Bytes(); }
  void NoteAfter() {
    const std::string after = Bytes();
    for (size_t at = 0; at < after.size(); at += kSlotSize) {
      if (at >= before_.size() || after.compare(at, kSlotSize, before_, at, kSlotSize) != 0) {
        if (at > 0) keys_.push_back(at);
      }
    }
  }
  size_t size() const { return keys_.size(); }
  // Behind the server's back.
  void Damage() {
    std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
    for (const size_t at : keys_) {
      constexpr size_t kWrappedKeyOffset = 20;
      file.seekg(static_cast<std::streamoff>(at + kWrappedKeyOffset));
      const int byte = file.get();
      file.seekp(static_cast<std::streamoff>(at + kWrappedKeyOffset));
      file.put(static_cast<char>(byte ^ 1));
    }
  }

 private:
  static constexpr size_t kSlotSize = 64;
  std::string Path() const { return server_.store_directory() + "/keys/subjects.1"; }
  std::string Bytes() const {
    std::ifstream file(Path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  TestServer& server_;
  std::string before_;
  std::vector<size_t> keys_;
};

TEST_F(WireNoninterferenceTest, RepliesWithoutAnUnreadableHistoryAreEqualToTheByte) {
  constexpr uint64_t kDamaged = 40;
  HistoryKeys keys[2] = {HistoryKeys(one_.server()), HistoryKeys(other_.server())};
  for (uint64_t pair = 0; pair < kDamaged; ++pair) {
    Dice histories(5000 + pair);
    for (size_t i = 0; i < 2; ++i) {
      Dice instructions(pair);
      worlds_[i]->FollowTopic(SubjectOf(pair), 1 + pair % 8);
      worlds_[i]->GiveRandomInstructions(SubjectOf(pair), instructions);
      keys[i].NoteBefore();
      worlds_[i]->Agree(SubjectOf(pair), {v1::PURPOSE_PERSONALIZE});
      keys[i].NoteAfter();
      worlds_[i]->Record(worlds_[i]->RandomHistory(SubjectOf(pair), kEvents, histories));
    }
  }
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(keys[i].size(), kDamaged);
    ASSERT_TRUE(worlds_[i]->server().Restart().ok());  // Keys that were used are in memory.
    keys[i].Damage();
  }
  const auto reply =
      one_.calls().Get<v1::RankPostsResponse>(Method::kRankPosts, one_.RankRequest(SubjectOf(0), "home"));
  EXPECT_THAT(reply.feed().degraded(), ::testing::ElementsAre(v1::DEGRADED_REASON_WITHOUT_HISTORY));
  for (uint64_t pair = 0; pair < kDamaged; ++pair) ASSERT_TRUE(Equal(pair)) << "pair " << pair;
}

}  // namespace
}  // namespace bauta::testing
