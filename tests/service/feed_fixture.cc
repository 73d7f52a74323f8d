#include "tests/service/feed_fixture.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <utility>

#include "tests/testing/deterministic_random.h"

namespace bauta::testing {
namespace {

template <class T>
T Taken(absl::StatusOr<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.status();
  return *std::move(result);
}

// The default ones; `discover`, which explores and leaves out what was seen; `ads`, which does so with paid
// posts; and `push`, which is bounded: all that a surface can ask for.
std::vector<SurfaceRules> EverySurface() {
  std::vector<SurfaceRules> surfaces = Surfaces::Defaults();
  SurfaceRules discover;
  discover.id = SurfaceId(4);
  discover.name = "discover";
  discover.explore_share = 0.3f;
  discover.fresh_share = 0.2f;
  discover.seen_window = absl::Hours(48);
  surfaces.push_back(discover);
  SurfaceRules ads = discover;
  ads.id = SurfaceId(5);
  ads.name = "ads";
  ads.advertisements = true;
  ads.posts_per_day_max = 30;
  surfaces.push_back(ads);
  SurfaceRules push;
  push.id = SurfaceId(6);
  push.name = "push";
  push.leave_out_sensitive = true;
  push.posts_per_day_max = 10;
  push.quiet_hours = QuietHours{.from = 22, .until = 6};
  surfaces.push_back(push);
  return surfaces;
}

}  // namespace

FeedWorld::FeedWorld(const WorldOptions& options, bool with_model)
    : world_(MakeWorld(options)), clock_(options.now) {
  DeterministicRandom random(options.seed);
  EXPECT_EQ(InitKeys(files_, folder_.Join("keys"), random, options.now), absl::OkStatus());
  keys_ = std::make_unique<KeyRing>(Taken(KeyRing::Open(files_, folder_.Join("keys"))));
  pseudonymizer_ = Taken(Pseudonymizer::Create(*keys_));
  resolver_ = std::make_unique<SubjectResolver>(*pseudonymizer_, nullptr, nullptr);
  surfaces_ = std::make_unique<Surfaces>(Taken(Surfaces::Create(EverySurface())));
  Start();
  EXPECT_TRUE(serving().UpsertPosts(world_.posts).ok());
  if (with_model) Publish(world_.parameters);
}

FeedWorld::~FeedWorld() = default;

void FeedWorld::Start() {
  running_ = std::make_unique<Running>();
  FeatureStore::Options store_options;
  store_options.directory = folder_.path();
  store_options.keys_directory = folder_.Join("keys");
  store_options.region = world_.parameters.region;
  store_options.create = true;
  store_options.view_cache_bytes = size_t{1} << 20;
  running_->store = Taken(FeatureStore::Open(store_options, *keys_, clock_, files_));
  ModelStore::Options model_options;
  model_options.directory = folder_.Join("models");
  model_options.region = world_.parameters.region;
  running_->models = Taken(ModelStore::Open(model_options, PosixFileSystem()));
  running_->serving = Taken(ServingState::Create(ServingState::Options(), store(), clock_,
                                                 LoadActiveModel(models(), clock_.Now()),
                                                 LoadActiveCanary(models(), clock_.Now())));
  running_->page_tokens = Taken(PageTokens::Create(*keys_, PageTokens::Options()));
  running_->visit_notes = std::make_unique<VisitNotes>(VisitNotes::Options(), store());
  const FeedHandler::Dependencies feed_dependencies{
      *resolver_, *surfaces_, store(), serving(), *running_->page_tokens, visit_notes(), metrics_, clock_};
  running_->feed = std::make_unique<FeedHandler>(feed_dependencies, "0123456789abcdef");
  running_->model_handler =
      std::make_unique<ModelHandler>(ModelHandler::Dependencies{store(), models(), serving(), clock_});
}

void FeedWorld::Restart() {
  running_.reset();
  Start();
}

void FeedWorld::DamageFirstHistoryKey() {
  constexpr size_t kSlotSize = 64;
  constexpr size_t kWrappedKeyOffset = 20;
  files_.Edit(folder_.Join("keys/subjects.1"), [&](std::string& bytes) {
    char& byte = bytes[kSlotSize * 2 + kWrappedKeyOffset];
    byte = static_cast<char>(byte ^ 1);
  });
}

void FeedWorld::RestartWithDamagedHeads() {
  running_.reset();
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::Options(), folder_.Join("db"), &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), folder_.Join("db"), families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  size_t damaged = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    if (handle->GetName() == "subject") {
      const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator(rocksdb::ReadOptions(), handle));
      for (row->SeekToFirst(); row->Valid(); row->Next(), ++damaged) {
        std::string value = row->value().ToString();
        value.back() = static_cast<char>(value.back() ^ 1);
        EXPECT_TRUE(db->Put(rocksdb::WriteOptions(), handle, row->key(), value).ok());
      }
    }
    db->DestroyColumnFamilyHandle(handle);
  }
  EXPECT_GT(damaged, 0u);
  ASSERT_TRUE(db->Close().ok());
  Start();
}

Pseudonym FeedWorld::Code(const std::string& account) const {
  return pseudonymizer_->ToPseudonym(Taken(RawSubject::Create(SubjectNamespace::kAccount, account)));
}

void FeedWorld::Edit(const std::string& account, absl::FunctionRef<absl::Status(HeadInstructions&)> edit) {
  EXPECT_EQ(store().UpdateInstructions(Code(account), {"test"}, edit), absl::OkStatus());
}

void FeedWorld::AgreeTo(const std::string& account, const PurposeSet& purposes) {
  Edit(account, [&](HeadInstructions& head) {
    ConsentChange change;
    change.turn_on = purposes;
    change.policy_version = 1;
    head.consent = Apply(head.consent, change, clock_.Now() - absl::Hours(500));
    return absl::OkStatus();
  });
}

void FeedWorld::Withdraw(const std::string& account, const PurposeSet& purposes) {
  Edit(account, [&](HeadInstructions& head) {
    ConsentChange change;
    change.turn_off = purposes;
    head.consent = Apply(head.consent, change, clock_.Now());
    return absl::OkStatus();
  });
}

void FeedWorld::Dismiss(const std::string& account, PostId id, DismissalReason reason) {
  const Post& post = world_.post(id.value());
  Dismissal dismissal;
  dismissal.reason = reason;
  dismissal.post = post.id;
  dismissal.author = post.author;
  if (RuleOf(reason).scope == DismissalScope::kTopic) dismissal.topics = {post.topics.front()};
  dismissal.hour = Hour::Floor(clock_.Now());
  Edit(account, [&](HeadInstructions& head) { return AddDismissal(head, dismissal); });
}

void FeedWorld::Follow(const std::string& account, const Relation& relation) {
  Edit(account, [&](HeadInstructions& head) { return AddRelation(head, relation); });
}

size_t FeedWorld::Record(const std::string& account, const std::vector<SignalEvent>& events) {
  const std::vector<RecordOutcome> outcomes = Taken(store().Record(Code(account), events, std::nullopt));
  return static_cast<size_t>(std::count(outcomes.begin(), outcomes.end(), RecordOutcome::kRecorded));
}

SignalEvent FeedWorld::Click(uint64_t post, absl::Duration ago) const {
  SignalEvent event;
  event.post = PostId(post);
  event.kind = SignalKind::kClick;
  event.surface = SurfaceId(1);
  event.time = clock_.Now() - ago;
  return event;
}

v1::Visit FeedWorld::VisitOf(const std::string& account) const {
  v1::Visit visit;
  if (account.empty()) {
    visit.mutable_subject()->mutable_anonymous();
  } else {
    visit.mutable_subject()->set_account_id(account);
  }
  return visit;
}

v1::RankPostsRequest FeedWorld::RankRequest(const std::string& account) const {
  v1::RankPostsRequest request;
  *request.mutable_visit() = VisitOf(account);
  for (const Post& post : world_.posts) request.add_post_ids(post.id.value());
  request.set_limit(50);
  request.set_include_score_terms(true);
  return request;
}

v1::GetFeedRequest FeedWorld::FeedRequest(const std::string& account, uint32_t page_size) const {
  v1::GetFeedRequest request;
  *request.mutable_visit() = VisitOf(account);
  request.set_page_size(page_size);
  return request;
}

v1::ExplainPostRequest FeedWorld::ExplainRequest(const std::string& account, uint64_t post) const {
  v1::ExplainPostRequest request;
  *request.mutable_visit() = VisitOf(account);
  request.set_post_id(post);
  return request;
}

absl::StatusOr<v1::RankPostsResponse> FeedWorld::Rank(const v1::RankPostsRequest& request) {
  v1::RankPostsResponse response;
  const absl::Status status = running_->feed->RankPosts(Principal(), request, response);
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::GetFeedResponse> FeedWorld::Feed(const v1::GetFeedRequest& request) {
  v1::GetFeedResponse response;
  const absl::Status status = running_->feed->GetFeed(Principal(), request, response);
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::ExplainPostResponse> FeedWorld::Explain(const v1::ExplainPostRequest& request,
                                                           bool with_rights) {
  v1::ExplainPostResponse response;
  Principal principal;
  if (with_rights) principal.proven_rights = RightsGroup::kExplain;
  const absl::Status status = running_->feed->ExplainPost(principal, request, response);
  if (!status.ok()) return status;
  return response;
}

std::vector<v1::GetFeedResponse> FeedWorld::Pages(v1::GetFeedRequest request, size_t count) {
  std::vector<v1::GetFeedResponse> pages;
  while (pages.size() < count) {
    pages.push_back(Taken(Feed(request)));
    if (pages.back().next_page_token().empty()) break;
    request.set_page_token(pages.back().next_page_token());
  }
  return pages;
}

void FeedWorld::Publish(const ModelParameters& parameters) {
  folder_.Write("models/" + parameters.version, Taken(EncodeSnapshot(parameters)));
  EXPECT_TRUE(Activate(parameters.version).ok());
}

absl::StatusOr<v1::ActivateModelResponse> FeedWorld::Activate(const std::string& version) {
  v1::ActivateModelRequest request;
  request.set_model_version(version);
  return model_handler().ActivateModel(Principal(), request);
}

std::vector<uint64_t> Ids(const v1::RankedFeed& feed) {
  return {feed.post_ids().begin(), feed.post_ids().end()};
}

}  // namespace bauta::testing
