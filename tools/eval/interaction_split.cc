#include "tools/eval/interaction_split.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "tools/eval/data_file.h"

namespace bauta {
namespace {

absl::StatusOr<uint32_t> ParseIndex(const char* what, std::string_view text) {
  const absl::StatusOr<int64_t> number = ParseWhole(text);
  if (!number.ok()) return absl::InvalidArgumentError(absl::StrCat(what, ": ", number.status().message()));
  if (*number >= int64_t{1} << 31) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": a number below 2^31 expected, got ", *number));
  }
  return static_cast<uint32_t>(*number);
}

absl::StatusOr<std::vector<uint32_t>*> ListOf(std::string_view user, ItemLists& lists) {
  BAUTA_ASSIGN_OR_RETURN(const uint32_t number, ParseIndex("user", user));
  if (number >= lists.size()) lists.resize(size_t{number} + 1);
  return &lists[number];
}

}  // namespace

absl::Status ReadItemLines(std::string_view text, ItemLists& lists) {
  std::vector<std::string_view> fields;
  return ForEachLine(text, 0, [&](std::string_view line) -> absl::Status {
    SplitFields(line, ' ', fields);
    BAUTA_ASSIGN_OR_RETURN(std::vector<uint32_t>* const items, ListOf(fields[0], lists));
    for (size_t i = 1; i < fields.size(); ++i) {
      if (fields[i].empty()) continue;
      BAUTA_ASSIGN_OR_RETURN(const uint32_t item, ParseIndex("item", fields[i]));
      items->push_back(item);
    }
    return absl::OkStatus();
  });
}

absl::Status ReadPairs(std::string_view text, ItemLists& lists) {
  std::vector<std::string_view> fields;
  return ForEachLine(text, 0, [&](std::string_view line) -> absl::Status {
    SplitFields(line, '\t', fields);
    if (fields.size() < 2) return absl::InvalidArgumentError("user and item expected, separated by a tab");
    BAUTA_ASSIGN_OR_RETURN(std::vector<uint32_t>* const items, ListOf(fields[0], lists));
    BAUTA_ASSIGN_OR_RETURN(const uint32_t item, ParseIndex("item", fields[1]));
    items->push_back(item);
    return absl::OkStatus();
  });
}

void SortLists(ItemLists& lists) {
  for (std::vector<uint32_t>& items : lists) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
  }
}

size_t CountItems(const ItemLists& a, const ItemLists& b) {
  uint32_t last = 0;
  for (const ItemLists* lists : {&a, &b}) {
    for (const std::vector<uint32_t>& items : *lists) {
      for (const uint32_t item : items) last = std::max(last, item);
    }
  }
  return size_t{last} + 1;
}

CsrMatrix ToMatrix(const ItemLists& lists, size_t items) {
  CsrMatrix matrix;
  matrix.columns = items;
  for (const std::vector<uint32_t>& list : lists) {
    for (const uint32_t item : list) matrix.entries.push_back({item, 1, 1});
    matrix.offsets.push_back(matrix.entries.size());
  }
  return matrix;
}

absl::StatusOr<UsersAndItems> TrainOnSplit(const FactorModelOptions& given, const CsrMatrix& train,
                                           bool gated) {
  std::vector<Post> posts(train.columns);
  std::vector<PostId> ids;
  for (size_t item = 0; item < posts.size(); ++item) {
    posts[item].id = PostId(item + 1);
    ids.push_back(posts[item].id);
  }
  const PostFeatures features(posts);
  FactorModelOptions options = given;
  options.use_prior = options.use_mean_taste = gated;
  GateRule rule;
  if (!gated) rule.crowd_min = 0;
  options.crowd_min = rule.crowd_min;
  const FreeDirections free = OpenGate(rule, train, features, options.dimension);
  BAUTA_ASSIGN_OR_RETURN(FactorModel model, TrainFactorModel(options, train, free, features, ids,
                                                             [](float) { return absl::OkStatus(); }));
  UsersAndItems vectors;
  vectors.users = FoldInRows(options, model, train);
  vectors.items = std::move(model.posts);
  return vectors;
}

}  // namespace bauta
