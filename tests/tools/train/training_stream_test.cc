// What the trainer reads from the real server, and what it makes of a stream that is wrong.
#include "tools/train/training_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bauta/v1/training_service.grpc.pb.h"
#include "tests/service/small_model.h"
#include "tests/testing/temporary_directory.h"
#include "tests/tools/command_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::unique_ptr<Connection> ConnectionTo(const std::string& socket, const std::string& token_file) {
  auto connection = Connection::Create({.server = absl::StrCat("unix:", socket),
                                        .ca_file = "",
                                        .token_file = token_file,
                                        .issuer_directory = ""});
  EXPECT_TRUE(connection.ok()) << connection.status();
  return *std::move(connection);
}

// ---- the real server

class TrainingStreamTest : public CommandTest {
 protected:
  TrainingStreamTest() : CommandTest({.more_config = "", .more_store_config = kFreshConsentsCount}) {}

  std::unique_ptr<Connection> ConnectAs(const std::string& role) const {
    return ConnectionTo(server().socket_path(), Path(role));
  }
};

TEST_F(TrainingStreamTest, PostsAndPermittedRowsComeWithoutCodes) {
  Printed("x --account=reader 4 --reason=less_of_author");
  Printed("consent --account=somebody --grant=personalize");
  uint64_t rows_noted = 0;
  const absl::StatusOr<StreamedRows> streamed =
      ReadTrainingStream(*ConnectAs("trainer"), [&](uint64_t rows) { rows_noted = rows; });
  ASSERT_TRUE(streamed.ok()) << streamed.status();
  EXPECT_EQ(streamed->region, "test");
  EXPECT_EQ(absl::ToUnixSeconds(streamed->start_time), absl::ToUnixSeconds(server().clock().Now()));
  ASSERT_THAT(streamed->posts, SizeIs(4));
  ASSERT_THAT(streamed->rows, SizeIs(1));
  EXPECT_EQ(rows_noted, 1u);

  const auto post = [&](uint64_t id) {
    for (const Post& one : streamed->posts) {
      if (one.id == PostId(id)) return one;
    }
    return Post();
  };
  EXPECT_THAT(post(3).topics, ElementsAre(TopicId(10), TopicId(30)));
  EXPECT_EQ(post(1).author, post(3).author);
  EXPECT_NE(post(1).author, post(2).author);

  const LearnableRow& row = streamed->rows[0];
  ASSERT_THAT(row.interactions, SizeIs(3));
  EXPECT_EQ(row.interactions[0].kind, SignalKind::kClick);
  EXPECT_EQ(row.interactions[0].post, PostId(1));
  EXPECT_EQ(row.interactions[1].post, PostId(3));
  EXPECT_EQ(row.interactions[2].kind, SignalKind::kSearch);
  EXPECT_EQ(row.interactions[2].topic, TopicId(50));
  ASSERT_THAT(row.states, SizeIs(1));
  EXPECT_EQ(row.states[0].post, PostId(2));
  ASSERT_THAT(row.lessons, SizeIs(1));
  EXPECT_EQ(row.lessons[0].reason, DismissalReason::kLessAuthor);
  EXPECT_EQ(row.lessons[0].author, post(4).author);
}

TEST_F(TrainingStreamTest, WhoMayNotTrainIsRefused) {
  const absl::Status status = ReadTrainingStream(*ConnectAs("feed"), [](uint64_t) {}).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
}

TEST_F(TrainingStreamTest, AServerThatIsNotThereIsUnavailable) {
  const auto connection = ConnectionTo(Path("nowhere"), Path("trainer"));
  EXPECT_TRUE(absl::IsUnavailable(ReadTrainingStream(*connection, [](uint64_t) {}).status()));
}

TEST_F(TrainingStreamTest, AModelIsActivatedOrRefusedByName) {
  ModelParameters parameters = SmallModel("good", server().clock().Now());
  parameters.region = "test";
  Write("data/models/good.snapshot", Encoded(parameters));
  EXPECT_TRUE(ActivateModel(*ConnectAs("operator"), "good").ok());
  EXPECT_THAT(Printed("models"), HasSubstr("good serving"));
  const absl::Status unknown = ActivateModel(*ConnectAs("operator"), "better");
  EXPECT_TRUE(absl::IsNotFound(unknown)) << unknown;
  EXPECT_TRUE(absl::IsPermissionDenied(ActivateModel(*ConnectAs("trainer"), "good")));
  EXPECT_THAT(Printed("models"), HasSubstr("good serving"));
}

// ---- streams that no server of ours sends

class FakeTrainingService final : public v1::TrainingService::Service {
 public:
  std::vector<v1::StreamRowsResponse> parts;
  grpc::Status end;

  grpc::Status StreamRows(grpc::ServerContext*, const v1::StreamRowsRequest*,
                          grpc::ServerWriter<v1::StreamRowsResponse>* writer) override {
    for (const v1::StreamRowsResponse& part : parts) {
      if (!writer->Write(part)) break;
    }
    return end;
  }
};

v1::StreamRowsResponse Header(uint32_t schema_version = 1) {
  v1::StreamRowsResponse part;
  part.mutable_header()->set_schema_version(schema_version);
  part.mutable_header()->set_region("elsewhere");
  return part;
}
v1::StreamRowsResponse Trailer(uint64_t posts, uint64_t rows) {
  v1::StreamRowsResponse part;
  part.mutable_trailer()->set_post_count(posts);
  part.mutable_trailer()->set_row_count(rows);
  return part;
}
v1::StreamRowsResponse OnePost(const std::function<void(v1::TrainingPost&)>& change = [](auto&) {}) {
  v1::StreamRowsResponse part;
  v1::TrainingPost& post = *part.mutable_posts()->add_posts();
  post.set_post_id(5);
  post.set_author_code(std::string(16, 'a'));
  post.set_language("de");
  post.set_country("DE");
  change(post);
  return part;
}
v1::StreamRowsResponse OneRow(const std::function<void(v1::TrainingRow&)>& change = [](auto&) {}) {
  v1::StreamRowsResponse part;
  v1::TrainingRow& row = *part.mutable_rows()->add_rows();
  row.add_post_ids(5);
  row.add_kinds(v1::SIGNAL_KIND_CLICK);
  row.add_strengths(0);
  row.add_hours(1000);
  change(row);
  return part;
}

class MalformedStreamTest : public ::testing::Test {
 protected:
  MalformedStreamTest() {
    files_.Write("token", "a secret");
    chmod(files_.Join("token").c_str(), 0600);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + files_.Join("socket"), grpc::InsecureServerCredentials());
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    connection_ = ConnectionTo(files_.Join("socket"), files_.Join("token"));
  }
  absl::StatusOr<StreamedRows> Read(std::vector<v1::StreamRowsResponse> parts) {
    service_.parts = std::move(parts);
    return ReadTrainingStream(*connection_, [](uint64_t) {});
  }

  TemporaryDirectory files_;
  FakeTrainingService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(MalformedStreamTest, AWholeStreamIsReadAndWhatANewerServerKnowsLeftOut) {
  const auto row = OneRow([](v1::TrainingRow& message) {
    message.add_post_ids(6);
    message.add_kinds(static_cast<v1::SignalKind>(99));
    message.add_strengths(0);
    message.add_hours(1000);
  });
  const absl::StatusOr<StreamedRows> streamed = Read({Header(), OnePost(), row, Trailer(1, 1)});
  ASSERT_TRUE(streamed.ok()) << streamed.status();
  EXPECT_EQ(streamed->region, "elsewhere");
  ASSERT_THAT(streamed->posts, SizeIs(1));
  EXPECT_EQ(streamed->posts[0].id, PostId(5));
  ASSERT_THAT(streamed->rows, SizeIs(1));
  EXPECT_THAT(streamed->rows[0].interactions, SizeIs(1));
}

TEST_F(MalformedStreamTest, EachFaultHasItsError) {
  using absl::StatusCode;
  const struct {
    const char* what;
    std::vector<v1::StreamRowsResponse> parts;
    StatusCode code;
    const char* message;
  } cases[] = {
      {"nothing", {}, StatusCode::kDataLoss, "ended without its trailer"},
      {"cut before the trailer",
       {Header(), OnePost(), OneRow()},
       StatusCode::kDataLoss,
       "ended without its trailer"},
      {"a row lost",
       {Header(), OnePost(), OneRow(), Trailer(1, 2)},
       StatusCode::kDataLoss,
       "its trailer counts 2 rows and 1 posts, 1 and 1 came"},
      {"a post lost", {Header(), OneRow(), Trailer(1, 1)}, StatusCode::kDataLoss, "1 and 0 came"},
      {"another schema",
       {Header(2), Trailer(0, 0)},
       StatusCode::kFailedPrecondition,
       "schema_version: this trainer knows 1, the server sent 2"},
      {"no header", {OnePost(), Trailer(1, 0)}, StatusCode::kDataLoss, "order of parts"},
      {"two headers", {Header(), Header(), Trailer(0, 0)}, StatusCode::kDataLoss, "header"},
      {"more behind the trailer",
       {Header(), Trailer(0, 0), OneRow()},
       StatusCode::kDataLoss,
       "order of parts"},
      {"an empty part", {Header(), v1::StreamRowsResponse()}, StatusCode::kDataLoss, "part"},
      {"post 0",
       {Header(), OnePost([](auto& post) { post.set_post_id(0); })},
       StatusCode::kDataLoss,
       "post_id"},
      {"a short code",
       {Header(), OnePost([](auto& post) { post.set_author_code("abc"); })},
       StatusCode::kDataLoss,
       "author_code"},
      {"no language",
       {Header(), OnePost([](auto& post) { post.set_language("deutsch"); })},
       StatusCode::kDataLoss,
       "language"},
      {"no country",
       {Header(), OnePost([](auto& post) { post.set_country("Germany"); })},
       StatusCode::kDataLoss,
       "country"},
      {"a kind too few",
       {Header(), OneRow([](auto& row) { row.clear_kinds(); })},
       StatusCode::kDataLoss,
       "row"},
      {"an hour too many",
       {Header(), OneRow([](auto& row) { row.add_hours(1); })},
       StatusCode::kDataLoss,
       "row"},
      {"a search without hour",
       {Header(), OneRow([](auto& row) { row.add_searched_topic_ids(1); })},
       StatusCode::kDataLoss,
       "row"},
      {"an impression without hour",
       {Header(), OneRow([](auto& row) { row.add_impression_fingerprints(1); })},
       StatusCode::kDataLoss,
       "row"},
      {"an X without reason",
       {Header(), OneRow([](auto& row) { row.add_dismissals(); })},
       StatusCode::kDataLoss,
       "reason"},
  };
  for (const auto& one : cases) {
    const absl::Status status = Read(one.parts).status();
    EXPECT_EQ(status.code(), one.code) << one.what << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.message)) << one.what;
  }
}

TEST_F(MalformedStreamTest, TheServersOwnErrorIsPassedOn) {
  service_.end = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams");
  EXPECT_EQ(Read({Header(), OnePost()}).status(), absl::ResourceExhaustedError("too many streams"));
}

}  // namespace
}  // namespace bauta::testing
