// Withdrawals and erasures while the same subject's interactions come in, its feed is ranked and the trainer
// reads: once acknowledged, nothing survives, whatever ran meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/service/calls.h"

namespace bauta::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kRounds = 30;

class SubjectConcurrencyTest : public ::testing::Test {
 protected:
  SubjectConcurrencyTest() {
    std::vector<v1::Post> posts;
    for (uint64_t id = 1; id <= 20; ++id) {
      posts.push_back(PostOf(id, "ann", {1}, server_->clock().Now()));
      ids_.push_back(id);
    }
    EXPECT_TRUE(calls_.Upsert(posts).ok());
  }
  ~SubjectConcurrencyTest() override { Stop(); }

  // What other callers do all the while.
  void StartOthers() {
    threads_.emplace_back([this] {
      Calls calls(*server_);
      for (uint64_t i = 0; !stop_; ++i) {
        EXPECT_TRUE(calls
                        .Record({Event(reader_, v1::SIGNAL_KIND_CLICK, 1 + i % 20, calls.now()),
                                 Event(reader_, v1::SIGNAL_KIND_LIKE, 1 + i % 20, calls.now())})
                        .ok());
      }
    });
    threads_.emplace_back([this] {
      Calls calls(*server_);
      while (!stop_) EXPECT_THAT(calls.Rank(reader_, ids_), SizeIs(20));
    });
    threads_.emplace_back([this] {
      Calls calls(*server_);
      while (!stop_) EXPECT_LE(calls.Train().rows.size(), 1u);
    });
  }
  void Stop() {
    stop_ = true;
    threads_.clear();  // Joins them.
  }
  void Agree() {
    ASSERT_TRUE(calls_.Grant(reader_, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
    // So that some of the others' acts fall into it.
    while (calls_.Export(reader_).interactions.empty()) std::this_thread::yield();
  }

  std::unique_ptr<TestServer> server_ =
      TestServer::Start({.more_config = "", .more_store_config = kFreshConsentsCount});
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
  std::vector<uint64_t> ids_;
  std::atomic<bool> stop_{false};
  std::vector<std::jthread> threads_;
};

TEST_F(SubjectConcurrencyTest, NothingIsRecordedAfterAWithdrawalWasAcknowledged) {
  StartOthers();
  for (int round = 0; round < kRounds; ++round) {
    Agree();
    ASSERT_TRUE(calls_.Withdraw(reader_, {v1::PURPOSE_PERSONALIZE}).ok());
    for (int look = 0; look < 5; ++look) ASSERT_THAT(calls_.Export(reader_).interactions, IsEmpty());
    ASSERT_THAT(calls_.Train().rows, IsEmpty());
  }
}

TEST_F(SubjectConcurrencyTest, NothingIsLeftAfterAnErasureWasAcknowledged) {
  StartOthers();
  for (int round = 0; round < kRounds; ++round) {
    Agree();
    calls_.Erase(reader_);
    for (int look = 0; look < 5; ++look) ASSERT_TRUE(calls_.Export(reader_).Empty());
    ASSERT_THAT(calls_.Train().rows, IsEmpty());
  }
  Stop();
  ASSERT_TRUE(server_->Restart().ok());
  EXPECT_TRUE(calls_.Export(reader_).Empty());
}

}  // namespace
}  // namespace bauta::testing
