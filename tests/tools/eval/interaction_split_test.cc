#include "tools/eval/interaction_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(InteractionSplitTest, BothFormsGiveTheSameLists) {
  ItemLists lines, pairs;
  ASSERT_TRUE(ReadItemLines("0 5 2 5 \n2 1\n", lines).ok());
  ASSERT_TRUE(ReadPairs("2\t1\n0\t5\tmore\n0\t2\n0\t5\n", pairs).ok());
  SortLists(lines);
  SortLists(pairs);
  EXPECT_EQ(lines, pairs);
  EXPECT_THAT(lines, ElementsAre(ElementsAre(2, 5), IsEmpty(), ElementsAre(1)));
  // A second file adds to what is there.
  ASSERT_TRUE(ReadItemLines("1 7\n", lines).ok());
  EXPECT_THAT(lines, ElementsAre(ElementsAre(2, 5), ElementsAre(7), ElementsAre(1)));
  EXPECT_EQ(CountItems(lines, pairs), 8u);
}

TEST(InteractionSplitTest, AMatrixHoldsOneObservationAnItem) {
  const CsrMatrix matrix = ToMatrix({{2, 5}, {}, {1}}, 6);
  EXPECT_EQ(matrix.columns, 6u);
  EXPECT_THAT(matrix.offsets, ElementsAre(0, 2, 2, 3));
  EXPECT_THAT(matrix.entries, ElementsAre(MatrixEntry{2, 1, 1}, MatrixEntry{5, 1, 1}, MatrixEntry{1, 1, 1}));
}

TEST(InteractionSplitTest, WrongLinesAreNamed) {
  const struct {
    const char* text;
    absl::Status (*read)(std::string_view, ItemLists&);
    const char* complaint;
  } cases[] = {
      {"user item\n", ReadItemLines, "line 1: user: a whole number expected"},
      {"0 1\n1 two\n", ReadItemLines, "line 2: item: a whole number expected"},
      {"0 -1\n", ReadItemLines, "line 1: item: a whole number expected"},
      {"0 4294967297\n", ReadItemLines, "line 1: item: a number below 2^31 expected, got 4294967297"},
      {"4294967297 0\n", ReadItemLines, "line 1: user: a number below 2^31"},
      {"0 1\n", ReadPairs, "line 1: user and item expected, separated by a tab"},
      {"0\t1\n0\n", ReadPairs, "line 2: user and item expected"},
      {"user\titem\n", ReadPairs, "line 1: user: a whole number"},
      {"0\titem\n", ReadPairs, "line 1: item: a whole number"}};
  for (const auto& one : cases) {
    ItemLists lists;
    const absl::Status status = one.read(one.text, lists);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << one.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.complaint)) << one.text;
  }
}

// Two tastes: even users like even items, odd users odd ones; each lacks one item of its kind.
TEST(InteractionSplitTest, ATrainedSplitPutsWhatIsLackingBeforeWhatIsOfTheOtherKind) {
  constexpr uint32_t kUsers = 400, kItems = 20;
  ItemLists lists(kUsers);
  const auto lacking = [](uint32_t user) { return (user * 7 % (kItems / 2)) * 2 + user % 2; };
  for (uint32_t user = 0; user < kUsers; ++user) {
    for (uint32_t item = user % 2; item < kItems; item += 2) {
      if (item != lacking(user)) lists[user].push_back(item);
    }
  }
  const CsrMatrix train = ToMatrix(lists, kItems);
  FactorModelOptions options;
  options.dimension = 8;
  for (const bool gated : {false, true}) {
    const absl::StatusOr<UsersAndItems> vectors = TrainOnSplit(options, train, gated);
    ASSERT_TRUE(vectors.ok()) << vectors.status();
    ASSERT_EQ(vectors->users.rows, kUsers);
    ASSERT_EQ(vectors->items.rows, kItems);
    const size_t columns = vectors->items.columns;
    const auto score = [&](uint32_t user, uint32_t item) {
      const float* const taste = vectors->users.row(user);
      return std::inner_product(taste, taste + columns, vectors->items.row(item), 0.0f);
    };
    for (uint32_t user = 0; user < kUsers; ++user) {
      for (uint32_t other = 1 - user % 2; other < kItems; other += 2) {
        EXPECT_GT(score(user, lacking(user)), score(user, other)) << "gated " << gated << ", user " << user;
      }
    }
  }
}

}  // namespace
}  // namespace bauta::testing
