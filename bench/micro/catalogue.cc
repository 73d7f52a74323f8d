#include "bench/micro/catalogue.h"

#include <malloc.h>

#include <utility>

#include "absl/flags/flag.h"
#include "absl/time/clock.h"
#include "bench/made_up.h"
#include "featurestore/records/subject_view_builder.h"

ABSL_FLAG(uint64_t, posts, 1'000'000, "posts of the catalogue");

namespace bauta::bench {
namespace {

constexpr size_t kLearnedByColdModel = 2000;

double HeapBytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

SurfaceRules Home() {
  SurfaceRules rules;
  rules.id = SurfaceId(1);
  rules.name = "home";
  return rules;
}

std::unique_ptr<Catalogue> MakeWarmCatalogue(size_t count) {
  auto catalogue = std::make_unique<Catalogue>();
  catalogue->now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  catalogue->surface = Home();
  testing::World world = MakeCatalogue(count, kDimension, catalogue->now, /*seed=*/1);
  catalogue->model = testing::MakeSnapshot(world.parameters);
  world.parameters = ModelParameters();
  const double before = HeapBytes();
  catalogue->posts = testing::MakeLivePosts(world, catalogue->model);
  catalogue->bytes_per_post = (HeapBytes() - before) / static_cast<double>(count) -
                              static_cast<double>(catalogue->model->stride() * sizeof(float));
  return catalogue;
}

}  // namespace

RankingContext Catalogue::context() const {
  static const std::shared_ptr<const FreshTable>& fresh =
      *new std::shared_ptr<const FreshTable>(FreshTable::Empty());
  return {.model = *model, .posts = *posts, .fresh = *fresh, .surface = surface, .now = now};
}

const Catalogue& TheCatalogue() {
  static const Catalogue& catalogue = *MakeWarmCatalogue(absl::GetFlag(FLAGS_posts)).release();
  return catalogue;
}

std::unique_ptr<Catalogue> MakeColdCatalogue(size_t count) {
  auto catalogue = std::make_unique<Catalogue>();
  catalogue->now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  catalogue->surface = Home();
  const testing::World world = MakeCatalogue(kLearnedByColdModel, kDimension, catalogue->now, /*seed=*/1);
  catalogue->model = testing::MakeSnapshot(world.parameters);
  catalogue->posts = std::make_unique<LivePosts>(catalogue->model, count);
  // Again and again the world's posts, each time under other ids.
  for (size_t i = 0; i < count; ++i) {
    Post post = world.posts[i % world.posts.size()];
    post.id = PostId(i + 1);
    catalogue->posts->Upsert(post, std::nullopt);
  }
  return catalogue;
}

SubjectView MakeView(absl::Time now, size_t posts, size_t interactions, std::mt19937_64& random) {
  HeadInstructions instructions = MakeInstructions(now - kHistoryAge, posts, random);
  std::vector<Interaction> rows;
  std::vector<PostState> states;
  for (const SignalEvent& event : MakeEvents(now, posts, interactions, random)) {
    const Hour hour = Hour::Floor(event.time);
    if (IsState(event.kind)) {
      states.push_back({event.post, event.kind, event.surface, hour});
    } else {
      rows.push_back({event.post, event.topic, event.kind, event.surface, event.strength, hour});
    }
  }
  std::vector<Dismissal> lessons = instructions.dismissals;
  SubjectViewBuilder builder;
  builder.Relations(std::move(instructions.relations))
      .Dismissals(std::move(instructions.dismissals))
      .Lessons(std::move(lessons))
      .Interactions(std::move(rows))
      .States(std::move(states));
  return std::move(builder).Build();
}

std::vector<std::vector<PostId>> MakeRequests(size_t posts, bool popular) {
  std::mt19937_64 random(7);
  std::vector<std::vector<PostId>> requests(kRequests);
  for (std::vector<PostId>& request : requests) {
    for (uint64_t id : DrawPosts(posts, kCandidates, popular, random)) request.emplace_back(id);
  }
  return requests;
}

}  // namespace bauta::bench
