#include "ranking/live_posts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "ranking/prior.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::vector<PostId> Ids(const LivePosts& posts, const PostList* list) {
  std::vector<PostId> ids;
  if (list == nullptr) return ids;
  for (uint64_t entry : *list) ids.push_back(posts.IdOf(PostList::RowOf(entry)));
  return ids;
}

class LivePostsTest : public ::testing::Test {
 protected:
  World world_ = MakeWorld();
  std::shared_ptr<const ModelSnapshot> snapshot_ = MakeSnapshot(world_.parameters);
  LivePosts posts_{snapshot_};

  void Upsert(const Post& post) { posts_.Upsert(post, post.city ? PlaceOfCity(*post.city) : std::nullopt); }
};

TEST_F(LivePostsTest, ALearnedPostHasTheModelsVector) {
  Upsert(world_.post(7));
  const PostRow row = posts_.Find(PostId(7));
  ASSERT_NE(row, kNoRow);
  EXPECT_TRUE(posts_.At(row).learned);
  const float* learned = snapshot_->posts().Find(PostId(7));
  EXPECT_THAT(std::span(posts_.VectorOf(row), snapshot_->stride()),
              ElementsAreArray(learned, snapshot_->stride()));
}

TEST_F(LivePostsTest, AnUnlearnedPostHasItsPriorMean) {
  const Post& cold = world_.post(210);
  ASSERT_EQ(snapshot_->posts().Find(cold.id), nullptr);
  Upsert(cold);
  const PostRow row = posts_.Find(cold.id);
  EXPECT_FALSE(posts_.At(row).learned);
  std::vector<float> mean(snapshot_->stride());
  PriorMean(snapshot_->prior(), cold, mean);
  EXPECT_THAT(std::span(posts_.VectorOf(row), mean.size()), ElementsAreArray(mean));
}

TEST_F(LivePostsTest, AContentVectorBeyondFloatsTellsNothing) {
  const World world = MakeWorld({.content_dimension = 2});
  LivePosts posts(MakeSnapshot(world.parameters));
  Post post = world.post(210);
  post.content = {3e38f, 3e38f};
  posts.Upsert(post, std::nullopt);
  const float* vector = posts.VectorOf(posts.Find(post.id));
  for (size_t i = 0; i < posts.model().stride(); ++i) EXPECT_EQ(vector[i], posts.model().prior().bias[i]);
}

TEST_F(LivePostsTest, KeepsWhatFiltersAndScoresRead) {
  Post post = world_.post(1);
  post.author = AuthorNumber(3);
  post.topics = {TopicId(2), TopicId(5)};
  post.city = City(4);
  post.expire_time = world_.now + absl::Hours(1);
  post.review = ReviewState::kPending;
  post.sensitive = post.advertisement = true;
  post.audience = Audience::kFollowers;
  Upsert(post);
  const LivePost& live = posts_.At(posts_.Find(post.id));
  EXPECT_TRUE(live.live);
  EXPECT_EQ(posts_.AuthorAt(live.author), post.author);
  EXPECT_EQ(live.publish_seconds, absl::ToUnixSeconds(post.publish_time));
  EXPECT_EQ(live.expire_seconds, absl::ToUnixSeconds(post.expire_time));
  EXPECT_EQ(live.language, post.language);
  EXPECT_FALSE(live.approved);
  EXPECT_TRUE(live.sensitive);
  EXPECT_TRUE(live.advertisement);
  EXPECT_EQ(live.audience, Audience::kFollowers);
  ASSERT_NE(posts_.PlaceOf(live), nullptr);
  EXPECT_EQ(*posts_.PlaceOf(live), *PlaceOfCity(City(4)));
  std::vector<TopicId> topics;
  for (TopicIndex topic : posts_.TopicsOf(live)) topics.push_back(posts_.TopicAt(topic));
  EXPECT_EQ(topics, post.topics);
  EXPECT_EQ(posts_.At(posts_.Find(post.id)).expire_seconds, absl::ToUnixSeconds(post.expire_time));
}

TEST_F(LivePostsTest, APostThatNamesNobodyHasNoAuthor) {
  Post post = world_.post(1);
  post.author = AuthorCode();
  Upsert(post);
  EXPECT_EQ(posts_.At(posts_.Find(post.id)).author, kNoIndex);
  EXPECT_FALSE(posts_.IsSuspended(posts_.At(posts_.Find(post.id)), 0));
}

struct CountryCase {
  std::vector<const char*> allowed, denied;
  const char* country;  // nullptr: unknown.
  bool shown;
};

TEST_F(LivePostsTest, CountryRules) {
  const std::vector<CountryCase> cases = {
      {{}, {}, nullptr, true},   {{}, {}, "DE", true},         {{"DE", "AT"}, {}, "AT", true},
      {{"DE"}, {}, "FR", false}, {{"DE"}, {}, nullptr, false}, {{}, {"FR"}, "FR", false},
      {{}, {"FR"}, "DE", true},  {{}, {"FR"}, nullptr, true},  {{"DE"}, {"DE"}, "DE", false},
  };
  for (const CountryCase& c : cases) {
    Post post = world_.post(1);
    for (const char* code : c.allowed) post.allowed_countries.push_back(*CountryCode::Parse(code));
    for (const char* code : c.denied) post.denied_countries.push_back(*CountryCode::Parse(code));
    Upsert(post);
    const std::optional<CountryCode> country = c.country ? CountryCode::Parse(c.country) : std::nullopt;
    EXPECT_EQ(posts_.AllowedIn(posts_.At(posts_.Find(post.id)), country), c.shown)
        << (c.country ? c.country : "unknown");
  }
}

TEST_F(LivePostsTest, ASuspensionHoldsUntilItsTimeAndForPostsThatCome) {
  const AuthorCode author = AuthorNumber(500);
  posts_.SuspendAuthor(author, world_.now);
  Post post = world_.post(1);
  post.author = author;
  Upsert(post);
  const auto suspended_at = [&](uint32_t seconds) {
    return posts_.IsSuspended(posts_.At(posts_.Find(post.id)), seconds);
  };
  EXPECT_TRUE(suspended_at(ToSeconds(world_.now) - 1));
  EXPECT_FALSE(suspended_at(ToSeconds(world_.now)));
  posts_.SuspendAuthor(author, absl::InfiniteFuture());
  EXPECT_TRUE(suspended_at(UINT32_MAX - 1));
  posts_.SuspendAuthor(author, absl::InfinitePast());
  EXPECT_FALSE(suspended_at(0));
}

TEST_F(LivePostsTest, ErasingAnAuthorRemovesPostsAndCode) {
  for (const Post& post : world_.posts) Upsert(post);
  const AuthorCode author = world_.post(1).author;
  const size_t before = posts_.size();
  const size_t of_author = posts_.OfAuthor(posts_.FindAuthor(author)).size();
  ASSERT_GT(of_author, 0u);
  EXPECT_EQ(posts_.EraseAuthor(author), of_author);
  EXPECT_EQ(posts_.size(), before - of_author);
  EXPECT_EQ(posts_.FindAuthor(author), kNoIndex);
  for (AuthorIndex i = 0; i < posts_.authors_end(); ++i) EXPECT_NE(posts_.AuthorAt(i), author);
  EXPECT_EQ(posts_.EraseAuthor(author), 0u);
}

TEST_F(LivePostsTest, ListsAreNewestFirstAndThenByIdWhateverTheOrderOfArrival) {
  std::vector<Post> some(world_.posts.begin(), world_.posts.begin() + 40);
  for (Post& post : some) post.publish_time = world_.now - absl::Hours(static_cast<int>(post.id.value() % 3));
  std::vector<PostId> expected;
  for (uint64_t rest : {0, 1, 2}) {
    for (const Post& post : some) {
      if (post.id.value() % 3 == rest) expected.push_back(post.id);
    }
  }
  std::mt19937 engine(5);
  for (int round = 0; round < 3; ++round) {
    std::shuffle(some.begin(), some.end(), engine);
    LivePosts posts(snapshot_);
    for (const Post& post : some) posts.Upsert(post, std::nullopt);
    EXPECT_THAT(Ids(posts, &posts.Newest()), ElementsAreArray(expected));
  }
}

TEST_F(LivePostsTest, PublishedByLeavesTheFutureOut) {
  Post now = world_.post(1), later = world_.post(2);
  now.publish_time = world_.now;
  later.publish_time = world_.now + absl::Seconds(1);
  Upsert(now);
  Upsert(later);
  const PostList& list = posts_.Newest();
  const auto first = list.PublishedBy(ToSeconds(world_.now));
  ASSERT_NE(first, list.end());
  EXPECT_EQ(posts_.IdOf(PostList::RowOf(*first)), now.id);
  EXPECT_EQ(list.PublishedBy(0), list.end());
}

// ---- Against a reference, under random operations.

struct Reference {
  std::map<PostId, Post> posts;

  std::vector<PostId> Where(const std::function<bool(const Post&)>& test) const {
    std::vector<const Post*> found;
    for (const auto& [id, post] : posts) {
      if (test(post)) found.push_back(&post);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Post* a, const Post* b) { return a->publish_time > b->publish_time; });
    std::vector<PostId> ids;
    for (const Post* post : found) ids.push_back(post->id);
    return ids;
  }
};

void ExpectEqual(const LivePosts& posts, const Reference& reference, const World& world) {
  ASSERT_EQ(posts.size(), reference.posts.size());
  std::vector<PostId> asked;
  for (uint64_t id = 1; id <= world.posts.size() + 5; ++id) asked.push_back(PostId(id * 1'000'003 % 4'000));
  for (const Post& post : world.posts) asked.push_back(post.id);
  std::vector<PostRow> rows(asked.size());
  posts.FindAll(asked, rows);
  for (size_t i = 0; i < asked.size(); ++i) {
    ASSERT_EQ(rows[i] != kNoRow, reference.posts.contains(asked[i]));
    ASSERT_EQ(rows[i], asked[i].value() == 0 ? kNoRow : posts.Find(asked[i]));
    if (rows[i] == kNoRow) continue;
    const Post& post = reference.posts.at(asked[i]);
    const LivePost& live = posts.At(rows[i]);
    ASSERT_EQ(posts.IdOf(rows[i]), post.id);
    ASSERT_EQ(posts.AuthorAt(live.author), post.author);
    ASSERT_EQ(live.publish_seconds, absl::ToUnixSeconds(post.publish_time));
    std::vector<TopicId> topics;
    for (TopicIndex topic : posts.TopicsOf(live)) topics.push_back(posts.TopicAt(topic));
    ASSERT_EQ(topics, post.topics);
  }
  ASSERT_THAT(Ids(posts, &posts.Newest()),
              ElementsAreArray(reference.Where([](const Post&) { return true; })));
  for (uint64_t author = 1; author <= 20; ++author) {
    const AuthorIndex index = posts.FindAuthor(AuthorNumber(author));
    const auto expected = reference.Where([&](const Post& p) { return p.author == AuthorNumber(author); });
    if (index == kNoIndex) {
      ASSERT_THAT(expected, IsEmpty());
    } else {
      ASSERT_THAT(Ids(posts, &posts.OfAuthor(index)), ElementsAreArray(expected));
    }
  }
  for (uint64_t topic = 1; topic <= 8; ++topic) {
    const TopicIndex index = posts.FindTopic(TopicId(topic));
    const auto expected = reference.Where([&](const Post& p) {
      return std::find(p.topics.begin(), p.topics.end(), TopicId(topic)) != p.topics.end();
    });
    if (index != kNoIndex) {
      ASSERT_THAT(Ids(posts, &posts.OfTopic(index)), ElementsAreArray(expected));
    }
  }
  for (uint32_t city = 1; city <= 6; ++city) {
    ASSERT_THAT(Ids(posts, posts.InCity(City(city))),
                ElementsAreArray(reference.Where([&](const Post& p) { return p.city == City(city); })));
  }
  for (uint32_t region : {10, 20, 30}) {
    ASSERT_THAT(Ids(posts, posts.InRegion(Region(region))),
                ElementsAreArray(reference.Where([&](const Post& p) {
                  return p.city && PlaceOfCity(*p.city)->region == Region(region);
                })));
  }
}

TEST_F(LivePostsTest, EqualsAReferenceUnderRandomOperations) {
  std::mt19937_64 engine(11);
  Reference reference;
  for (int step = 1; step <= 3000; ++step) {
    Post post = world_.posts[engine() % world_.posts.size()];
    switch (engine() % 8) {
      case 0:
      case 1:
      case 2:
        ASSERT_EQ(posts_.Remove(post.id), reference.posts.erase(post.id) > 0);
        break;
      case 3: {  // The same id, another post.
        const Post& other = world_.posts[engine() % world_.posts.size()];
        post.author = other.author;
        post.topics = other.topics;
        post.city = other.city;
        post.publish_time = other.publish_time;
        [[fallthrough]];
      }
      default:
        Upsert(post);
        reference.posts[post.id] = post;
    }
    if (step % 300 != 0) continue;
    SCOPED_TRACE(step);
    ASSERT_NO_FATAL_FAILURE(ExpectEqual(posts_, reference, world_));
  }
  for (const Post& post : world_.posts) {
    posts_.Remove(post.id);
    reference.posts.erase(post.id);
  }
  ExpectEqual(posts_, reference, world_);
}

TEST(PostTableTest, EqualsAReferenceWhereIdsCollideAndWrapAround) {
  PostTable table;
  std::map<uint64_t, PostRow> reference;
  std::mt19937_64 engine(3);
  for (uint32_t step = 0; step < 50'000; ++step) {
    const uint64_t id = engine() % 300 + 1;
    if (engine() % 2 == 0) {
      EXPECT_EQ(table.Erase(PostId(id)), reference.erase(id) > 0);
    } else if (reference.try_emplace(id, step).second) {
      table.Insert(PostId(id), step);
    }
    ASSERT_EQ(table.size(), reference.size());
    if (step % 1000 != 0) continue;
    for (uint64_t asked = 1; asked <= 300; ++asked) {
      const auto found = reference.find(asked);
      ASSERT_EQ(table.Find(PostId(asked)), found == reference.end() ? kNoRow : found->second);
    }
  }
  EXPECT_EQ(table.Find(PostId(0)), kNoRow);
}

}  // namespace
}  // namespace bauta::testing
