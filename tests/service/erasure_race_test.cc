// An erasure while the subject's events come in, its feed is ranked and explained, and the trainer reads, all
// over the socket: from its receipt on the subject is as one never seen.
#include <gmock/gmock.h>
#include <grpc/grpc.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "bauta/v1/subject_service.pb.h"
#include "bauta/v1/training_service.grpc.pb.h"
#include "tests/service/calls.h"
#include "tests/service/served_world.h"
#include "tests/service/wire_calls.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const v1::Subject kReader = Account("reader");

v1::ErasureReceipt Erase(const WireCalls& calls) {
  v1::EraseSubjectRequest request;
  *request.mutable_subject() = kReader;
  return calls.Get<v1::EraseSubjectResponse>(Method::kEraseSubject, request).receipt();
}

class ErasureRaceTest : public ::testing::Test {
 protected:
  ~ErasureRaceTest() override { Stop(); }

  // What other programs do all the while.
  void StartOthers() {
    threads_.emplace_back([this] {
      for (uint64_t i = 0; !stop_; ++i) {
        v1::RecordInteractionsRequest request;
        const uint64_t post = 1 + i % world_.posts();
        for (const auto kind : {v1::SIGNAL_KIND_LIKE, v1::SIGNAL_KIND_CLICK, v1::SIGNAL_KIND_IMPRESSION}) {
          *request.add_interactions() = Event(kReader, kind, post, world_.now());
        }
        EXPECT_TRUE(world_.calls().Call(Method::kRecordInteractions, request).status.ok());
      }
    });
    threads_.emplace_back([this] {
      while (!stop_) world_.EveryReply(kReader, "home");
    });
    threads_.emplace_back([this] {
      while (!stop_) {
        EXPECT_TRUE(world_.calls().Call(Method::kStreamRows, v1::StreamRowsRequest()).status.ok());
      }
    });
  }
  void Stop() {
    stop_ = true;
    threads_.clear();  // Joins them.
  }
  std::string Export() {
    v1::ExportSubjectRequest request;
    *request.mutable_subject() = kReader;
    return world_.calls().Call(Method::kExportSubject, request).Seen();
  }
  uint64_t RowsRecorded() { return world_.server().backend().store().statistics().rows_recorded; }

  ServedWorld world_{"", kFreshConsentsCount};
  std::atomic<bool> stop_{false};
  std::vector<std::jthread> threads_;
};

TEST_F(ErasureRaceTest, FromItsReceiptOnTheSubjectIsAsOneNeverSeen) {
  constexpr int kRounds = 8;
  const std::string never_ranked = world_.EveryReply(kReader, "home");
  const std::string never_exported = Export();
  StartOthers();
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t recorded = RowsRecorded();
    world_.Agree(kReader, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_CROWD});
    world_.Dismiss(kReader, 7, v1::DISMISS_REASON_BLOCK_AUTHOR);
    while (RowsRecorded() < recorded + 10) std::this_thread::yield();
    Erase(world_.calls());
    ASSERT_TRUE(world_.EveryReply(kReader, "home") == never_ranked) << "round " << round;
    ASSERT_TRUE(Export() == never_exported) << "round " << round;
    ASSERT_THAT(Calls(world_.server()).Train().rows, SizeIs(0)) << "round " << round;
  }
  Stop();
  ASSERT_TRUE(world_.server().Restart().ok());
  EXPECT_TRUE(world_.EveryReply(kReader, "home") == never_ranked);
  EXPECT_TRUE(Export() == never_exported);
}

// More posts than fit between a server and a trainer that does not read, so that no row has been read yet
// when the erasure comes.
TEST(SlowStreamTest, AnErasureReachesAStreamThatIsBeingRead) {
  // gRPC stays initialized: its end would wait for its backup poller, which a write that had to wait has
  // started, for up to ten seconds.
  grpc_init();
  constexpr uint64_t kPosts = 1500;
  constexpr size_t kContentDimension = 1024;
  const auto server =
      TestServer::Start({.more_config = "content_dimension: 1024", .more_store_config = kFreshConsentsCount});
  Calls handlers(*server);
  const WireCalls calls(*server);
  for (uint64_t id = 1; id <= kPosts;) {
    std::vector<v1::Post> posts;
    for (; posts.size() < 500 && id <= kPosts; ++id) {
      posts.push_back(PostOf(id, "ann", {1}, handlers.now()));
      for (size_t i = 0; i < kContentDimension; ++i) posts.back().add_content_vector(1);
    }
    ASSERT_TRUE(handlers.Upsert(posts).ok());
  }
  for (const v1::Subject& subject : {kReader, Account("another")}) {
    ASSERT_TRUE(handlers.Grant(subject, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN}).ok());
  }
  server->clock().Advance(absl::Hours(1));
  ASSERT_EQ(handlers.RecordOne(Event(kReader, v1::SIGNAL_KIND_CLICK, 1, handlers.now())), "ACCEPTED");
  ASSERT_EQ(handlers.RecordOne(Event(Account("another"), v1::SIGNAL_KIND_CLICK, 2, handlers.now())),
            "ACCEPTED");

  const auto log_entries = [&] { return server->backend().store().statistics().log_entries; };
  const uint64_t entries_before = log_entries();
  const auto context = server->ContextOf(Role::kTrainer);
  const auto stream = server->Stub<v1::TrainingService>()->StreamRows(context.get(), v1::StreamRowsRequest());
  v1::StreamRowsResponse part;
  ASSERT_TRUE(stream->Read(&part));
  ASSERT_TRUE(part.has_header());
  Erase(calls);
  // The stream's own and the erasure's: that of the rows stands before the first of them is read.
  ASSERT_EQ(log_entries(), entries_before + 2) << "the control: the rows are still to come";
  std::vector<uint64_t> clicked;
  size_t posts = 0;
  while (stream->Read(&part)) {
    posts += static_cast<size_t>(part.posts().posts_size());
    for (const v1::TrainingRow& row : part.rows().rows()) {
      clicked.insert(clicked.end(), row.post_ids().begin(), row.post_ids().end());
    }
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(posts, kPosts);
  EXPECT_THAT(clicked, ElementsAre(2)) << "the other's alone";
}

}  // namespace
}  // namespace bauta::testing
