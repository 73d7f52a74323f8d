#include "tests/service/trained_world.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/file_system.h"
#include "base/status.h"
#include "ranking/model_snapshot.h"
#include "tools/client/connection.h"
#include "tools/train/training_stream.h"
#include "training/train_model.h"

namespace bauta::testing {
namespace {

constexpr PlantedWorldOptions kPlanted = {.subjects = 110, .posts = 60, .days = 5, .shown_a_day = 14};
constexpr size_t kBatchMax = 1000;  // Of RecordInteractions.

v1::SignalKind ToWire(SignalKind kind) { return static_cast<v1::SignalKind>(static_cast<int>(kind) + 1); }

std::vector<v1::Interaction> EventsOf(const v1::Subject& subject, const LearnableRow& row,
                                      const std::map<PostFingerprint, uint64_t>& ids) {
  std::vector<v1::Interaction> events;
  for (const Impression& impression : row.impressions) {
    events.push_back(
        Event(subject, v1::SIGNAL_KIND_IMPRESSION, ids.at(impression.post), impression.hour.start()));
  }
  for (const Interaction& act : row.interactions) {
    events.push_back(Event(subject, ToWire(act.kind), act.post.value(), act.hour.start()));
  }
  return events;
}

absl::StatusOr<std::unique_ptr<Connection>> Connect(TestServer& server, Role role) {
  const std::string token_file = server.directory() + "/token-of-" + RoleName(role);
  BAUTA_RETURN_IF_ERROR(WriteFileAtomically(PosixFileSystem(), token_file, TestServer::TokenOf(role)));
  return Connection::Create({.server = "unix:" + server.socket_path(),
                             .ca_file = "",
                             .token_file = token_file,
                             .issuer_directory = ""});
}

absl::StatusOr<std::string> TrainThrough(TestServer& server, const std::string& version) {
  BAUTA_ASSIGN_OR_RETURN(const auto trainer, Connect(server, Role::kTrainer));
  BAUTA_ASSIGN_OR_RETURN(StreamedRows streamed, ReadTrainingStream(*trainer, [](uint64_t) {}));
  TrainOptions options;
  options.learning.dimension = 8;
  options.learning.epochs = 3;
  options.names = {version, streamed.region, streamed.start_time};
  const TrainingSet set(std::move(streamed.posts), std::move(streamed.rows));
  BAUTA_ASSIGN_OR_RETURN(const TrainedModel model,
                         TrainModel(set, options, [](const char*, float) { return absl::OkStatus(); }));
  BAUTA_ASSIGN_OR_RETURN(std::string bytes, EncodeSnapshot(model.parameters));
  BAUTA_RETURN_IF_ERROR(
      WriteFileAtomically(PosixFileSystem(), server.store_directory() + "/models/" + version, bytes));
  BAUTA_ASSIGN_OR_RETURN(const auto operating, Connect(server, Role::kOperator));
  BAUTA_RETURN_IF_ERROR(ActivateModel(*operating, version));
  return bytes;
}

}  // namespace

TrainedWorld::TrainedWorld(const std::optional<v1::Subject>& guest)
    : planted_(MakePlantedWorld(kPlanted)),
      server_(TestServer::Start(
          {.more_config = "", .start_time = planted_.begin.start() - absl::Hours(30), .key_seed = 11})),
      handlers_(*server_),
      wire_(*server_) {
  UpsertPosts();
  AgreeAll(guest);
  server_->clock().Set(planted_.begin.Plus(24 * kPlanted.days).start());
  LiveReaders();
}

void TrainedWorld::UpsertPosts() {
  std::vector<v1::Post> posts;
  for (const Post& post : planted_.posts) {
    posts.push_back(PostOf(post.id.value(), "", {post.topics[0].value()}, now()));
    posts.back().mutable_author()->set_author_code(std::string(post.author.view()));
  }
  posts.push_back(PostOf(kEdgePost, "edge", {1}, now()));
  for (const v1::Post& post : posts) posts_.push_back(post.post_id());
  ASSERT_THAT(Shorts(*handlers_.Upsert(posts)), ::testing::Each("ACCEPTED"));
}

void TrainedWorld::AgreeAll(const std::optional<v1::Subject>& guest) {
  std::vector<v1::Subject> subjects;
  for (size_t i = 0; i < planted_.rows.size(); ++i) subjects.push_back(Reader(i));
  if (guest) subjects.push_back(*guest);
  std::vector<v1::PastConsent> consents;
  for (const v1::Subject& subject : subjects) {
    v1::PastConsent consent;
    *consent.mutable_subject() = subject;
    for (const auto purpose : {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LEARN, v1::PURPOSE_CROWD}) {
      consent.add_grant_purposes(purpose);
    }
    consent.set_policy_version(1);
    *consent.mutable_since_time() = At(now());
    consents.push_back(std::move(consent));
  }
  ASSERT_THAT(Shorts(*handlers_.Backfill(consents)), ::testing::Each("ACCEPTED"));
}

void TrainedWorld::LiveReaders() {
  std::map<PostFingerprint, uint64_t> ids;
  for (const Post& post : planted_.posts) ids[PostFingerprint::Of(post.id)] = post.id.value();
  for (size_t i = 0; i < planted_.rows.size(); ++i) {
    std::vector<v1::Interaction> events = EventsOf(Reader(i), planted_.rows[i], ids);
    if (i < kEdgePostReaders) events.push_back(Event(Reader(i), v1::SIGNAL_KIND_CLICK, kEdgePost, now()));
    Record(events);
  }
}

void TrainedWorld::Record(const std::vector<v1::Interaction>& events) {
  for (size_t begin = 0; begin < events.size(); begin += kBatchMax) {
    const size_t end = std::min(begin + kBatchMax, events.size());
    const auto response = handlers_.Record({events.begin() + static_cast<std::ptrdiff_t>(begin),
                                            events.begin() + static_cast<std::ptrdiff_t>(end)});
    ASSERT_THAT(Shorts(*response), ::testing::Each(::testing::StartsWith("ACCEPTED")));
  }
}

void TrainedWorld::Release() {
  server_->clock().Advance(absl::Seconds(10));
  server_->RunDueTasks();
}

std::string TrainedWorld::Train(const std::string& version) {
  const absl::StatusOr<std::string> bytes = TrainThrough(*server_, version);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : bytes.status().ToString();
}

}  // namespace bauta::testing
