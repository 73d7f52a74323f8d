#include "tools/eval/literature_eval.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "tools/eval/data_file.h"
#include "tools/eval/interaction_split.h"
#include "training/learned_model.h"
#include "training/parallel.h"
#include "training/random.h"
#include "training/ranking_metrics.h"

namespace bauta {
namespace {

FactorModelOptions FactorOptions(const LiteratureEvalOptions& options, size_t dimension, size_t items,
                                 size_t users, uint64_t seed) {
  FactorModelOptions factors;
  factors.threads = options.threads;
  factors.seed = seed;
  factors.dimension = dimension;
  factors.epochs = options.epochs;
  factors.subject = {options.alpha0, options.lambda, 1, options.alpha0 * static_cast<float>(items)};
  factors.post = {options.alpha0, options.lambda, 1, options.alpha0 * static_cast<float>(users)};
  return factors;
}

// The gated model has a mean taste of length one, so its regularization is that of what is served.
void UseServedRegularization(const CsrMatrix& train, FactorModelOptions& factors) {
  const float density = static_cast<float>(train.entries.size()) /
                        (static_cast<float>(train.rows()) * static_cast<float>(train.columns));
  const LearningOptions served;
  const float alpha0 = served.alpha0_over_density * density;
  factors.subject = {alpha0, served.subject_lambda, served.subject_frequency_exponent, 1};
  factors.post = {alpha0, served.post_lambda, served.post_frequency_exponent, 1};
}

// Takes one item of each user out of `train`, by the seed; users with fewer than two keep theirs.
ItemLists HoldOneOut(uint64_t seed, ItemLists& train) {
  ItemLists held_out(train.size());
  for (size_t user = 0; user < train.size(); ++user) {
    if (train[user].size() < 2) continue;
    const size_t place = MixSeed(seed * 1'000'003 + user) % train[user].size();
    held_out[user].push_back(train[user][place]);
    train[user].erase(train[user].begin() + static_cast<std::ptrdiff_t>(place));
  }
  return held_out;
}

std::vector<float> CountPopularity(const CsrMatrix& train) {
  std::vector<float> counts(train.columns, 0.0f);
  for (const MatrixEntry& entry : train.entries) ++counts[entry.column];
  return counts;
}

struct TopFigures {
  MeanFigure first, ndcg;  // Hit rate or recall; NDCG.
};

// ---- MovieLens-1M.

struct MovieLens {
  ItemLists train;
  ItemLists candidates;  // Of each user: the held-out item, and 99 others behind it.
  std::string checksum;
};

// "(user,item)<tab>negative<tab>…"
absl::Status ReadNegatives(std::string_view text, ItemLists& candidates) {
  std::vector<std::string_view> fields;
  return ForEachLine(text, 0, [&](std::string_view line) -> absl::Status {
    SplitFields(line, '\t', fields);
    const size_t comma = fields[0].find(','), close = fields[0].find(')');
    if (fields[0].empty() || fields[0][0] != '(' || comma == std::string_view::npos ||
        close == std::string_view::npos) {
      return absl::InvalidArgumentError("(user,item) and its negatives expected");
    }
    BAUTA_ASSIGN_OR_RETURN(const int64_t user, ParseWhole(fields[0].substr(1, comma - 1)));
    if (static_cast<size_t>(user) >= candidates.size()) candidates.resize(static_cast<size_t>(user) + 1);
    std::vector<uint32_t>& of_user = candidates[static_cast<size_t>(user)];
    fields[0] = fields[0].substr(comma + 1, close - comma - 1);
    for (const std::string_view field : fields) {
      BAUTA_ASSIGN_OR_RETURN(const int64_t item, ParseWhole(field));
      of_user.push_back(static_cast<uint32_t>(item));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<MovieLens> ReadMovieLens(const LiteratureEvalOptions& options) {
  BAUTA_ASSIGN_OR_RETURN(const DataFile train,
                         ReadDataFile(options.directory + "/ml-1m.train.DERIVED.tsv.xz"));
  BAUTA_ASSIGN_OR_RETURN(const DataFile negatives,
                         ReadDataFile(options.directory + "/ml-1m.test.negative.xz"));
  MovieLens data;
  BAUTA_RETURN_IF_ERROR(ReadPairs(train.text, data.train));
  BAUTA_RETURN_IF_ERROR(ReadNegatives(negatives.text, data.candidates));
  SortLists(data.train);
  data.checksum = absl::StrCat(train.checksum, "+", negatives.checksum);
  if (!options.validate) return data;
  const size_t items = CountItems(data.train, data.candidates);
  const ItemLists full = data.train;
  data.candidates = HoldOneOut(options.seed, data.train);
  for (size_t user = 0; user < data.candidates.size(); ++user) {
    std::vector<uint32_t>& of_user = data.candidates[user];
    for (uint64_t random = user; !of_user.empty() && of_user.size() < 100;) {
      const auto item = static_cast<uint32_t>(NextRandom(random) % items);
      if (!std::binary_search(full[user].begin(), full[user].end(), item)) of_user.push_back(item);
    }
  }
  return data;
}

// `score(user, item)`; the first candidate is the one to find.
template <class Score>
TopFigures MeasureMovieLens(const MovieLens& data, Score score) {
  TopFigures figures;
  std::vector<RankedItem> list;
  for (size_t user = 0; user < data.candidates.size(); ++user) {
    list.clear();
    for (const uint32_t item : data.candidates[user]) {
      list.push_back({score(user, item), MixSeed(item + MixSeed(user)), list.empty()});
    }
    if (list.empty()) continue;
    figures.first.Add(IsHit(list, 10) ? 1.0 : 0.0);
    figures.ndcg.Add(Ndcg(list, 10));
  }
  return figures;
}

// ---- Gowalla.

struct Gowalla {
  ItemLists train, test;
  std::string checksum;
};

absl::StatusOr<Gowalla> ReadGowalla(const LiteratureEvalOptions& options) {
  Gowalla data;
  for (const char* name : {"/train.txt.xz", "/valid.txt.xz", "/test.txt.xz"}) {
    BAUTA_ASSIGN_OR_RETURN(const DataFile file, ReadDataFile(options.directory + name));
    const bool is_test = std::string_view(name) == "/test.txt.xz";
    BAUTA_RETURN_IF_ERROR(ReadItemLines(file.text, is_test ? data.test : data.train));
    absl::StrAppend(&data.checksum, data.checksum.empty() ? "" : "+", file.checksum);
  }
  SortLists(data.train);
  SortLists(data.test);
  if (options.validate) data.test = HoldOneOut(options.seed, data.train);
  data.test.resize(data.train.size());
  return data;
}

// Ranks all items that a user has not trained on, against those of the test. `score_users` fills scores of
// users [begin, end) for all items, `stride` apart.
template <class ScoreUsers>
TopFigures MeasureGowalla(const Gowalla& data, size_t items, size_t threads, ScoreUsers score_users) {
  constexpr size_t kUsersInBlock = 64;
  const size_t stride = PadForKernels(items), blocks = (data.test.size() + kUsersInBlock - 1) / kUsersInBlock;
  std::vector<std::pair<std::optional<double>, std::optional<double>>> of_user(data.test.size());
  std::vector<std::vector<float>> scores(threads);
  ForEachBlock(blocks, threads, [&](size_t block, size_t worker) {
    const size_t begin = block * kUsersInBlock, end = std::min(data.test.size(), begin + kUsersInBlock);
    scores[worker].resize(kUsersInBlock * stride);
    score_users(begin, end, stride, scores[worker].data(), worker);
    std::vector<RankedItem> list;
    for (size_t user = begin; user < end; ++user) {
      if (data.test[user].empty()) continue;
      const float* of_items = scores[worker].data() + (user - begin) * stride;
      list.clear();
      auto trained = data.train[user].begin();
      auto tested = data.test[user].begin();
      for (uint32_t item = 0; item < items; ++item) {
        while (trained != data.train[user].end() && *trained < item) ++trained;
        while (tested != data.test[user].end() && *tested < item) ++tested;
        if (trained != data.train[user].end() && *trained == item) continue;
        list.push_back({of_items[item], item, tested != data.test[user].end() && *tested == item});
      }
      of_user[user] = {Recall(list, 20), Ndcg(list, 20)};
    }
  });
  TopFigures figures;
  for (const auto& [recall, ndcg] : of_user) {
    figures.first.Add(recall);
    figures.ndcg.Add(ndcg);
  }
  return figures;
}

TopFigures MeasureGowalla(const Gowalla& data, const UsersAndItems& vectors, size_t threads) {
  const size_t items = vectors.items.rows, width = vectors.items.columns, stride = PadForKernels(items);
  std::vector<float> turned(width * stride, 0.0f);
  for (size_t item = 0; item < items; ++item) {
    for (size_t i = 0; i < width; ++i) turned[i * stride + item] = vectors.items.row(item)[i];
  }
  std::vector<std::vector<float>> panels(threads, std::vector<float>(width * kKernelPadding));
  return MeasureGowalla(
      data, items, threads, [&](size_t begin, size_t end, size_t score_stride, float* scores, size_t worker) {
        BestKernels().multiply(vectors.users.row(begin), end - begin, width, turned.data(), width, stride,
                               stride, scores, score_stride, panels[worker].data());
      });
}

// ---- Both.

// Runs one variant for all seeds. `measure` takes the trained vectors.
template <class Measure>
absl::Status RunVariant(const LiteratureEvalOptions& options, const CsrMatrix& train, size_t dimension,
                        bool gated, const char* data, std::pair<const char*, const char*> names,
                        Measure measure, FigureSheet& figures) {
  TopFigures all;
  const absl::Time begin = absl::Now();
  for (size_t i = 0; i < options.seeds; ++i) {
    FactorModelOptions factors =
        FactorOptions(options, dimension, train.columns, train.rows(), options.seed + i);
    if (gated) UseServedRegularization(train, factors);
    BAUTA_ASSIGN_OR_RETURN(const UsersAndItems vectors, TrainOnSplit(factors, train, gated));
    const TopFigures of_seed = measure(vectors);
    all.first.Add(of_seed.first.mean());
    all.ndcg.Add(of_seed.ndcg.mean());
  }
  const std::string suffix = absl::StrCat(".", data, ".d", dimension, gated ? "" : ".ungated");
  figures.Add(names.first + suffix, all.first.mean(), "1");
  figures.Add(names.second + suffix, all.ndcg.mean(), "1");
  std::fprintf(stderr, "%s d=%zu%s: seeds %llu to %llu, %.1f s each\n", data, dimension,
               gated ? "" : ", ungated", static_cast<unsigned long long>(options.seed),
               static_cast<unsigned long long>(options.seed + options.seeds - 1),
               absl::ToDoubleSeconds(absl::Now() - begin) / static_cast<double>(options.seeds));
  return absl::OkStatus();
}

template <class Measure>
absl::Status RunAll(const LiteratureEvalOptions& options, const CsrMatrix& train, const std::string& checksum,
                    const char* data, std::pair<const char*, const char*> names, const TopFigures& popularity,
                    Measure measure, FigureSheet& figures) {
  std::fprintf(stderr, "%s: split %s, %zu users, %zu items, %zu training pairs, alpha0 %g, lambda %g%s\n",
               data, checksum.c_str(), train.rows(), train.columns, train.entries.size(), options.alpha0,
               options.lambda, options.validate ? "; VALIDATION, not the published test" : "");
  figures.Add(absl::StrCat(names.first, ".", data, ".popularity"), popularity.first.mean(), "1");
  figures.Add(absl::StrCat(names.second, ".", data, ".popularity"), popularity.ndcg.mean(), "1");
  for (size_t i = 0; i < options.dimensions.size(); ++i) {
    const size_t dimension = options.dimensions[i];
    if (i == 0) {
      BAUTA_RETURN_IF_ERROR(RunVariant(options, train, dimension, true, data, names, measure, figures));
    }
    BAUTA_RETURN_IF_ERROR(RunVariant(options, train, dimension, false, data, names, measure, figures));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status EvaluateMovieLens(const LiteratureEvalOptions& options, FigureSheet& figures) {
  BAUTA_ASSIGN_OR_RETURN(const MovieLens data, ReadMovieLens(options));
  const CsrMatrix train = ToMatrix(data.train, CountItems(data.train, data.candidates));
  const std::vector<float> counts = CountPopularity(train);
  const TopFigures popularity = MeasureMovieLens(data, [&](size_t, uint32_t item) { return counts[item]; });
  return RunAll(
      options, train, data.checksum, "ml-1m", {"hit_rate_at_10", "ndcg_at_10"}, popularity,
      [&](const UsersAndItems& vectors) {
        return MeasureMovieLens(data, [&](size_t user, uint32_t item) {
          return BestKernels().dot(vectors.users.row(user), vectors.items.row(item), vectors.items.columns);
        });
      },
      figures);
}

absl::Status EvaluateGowalla(const LiteratureEvalOptions& options, FigureSheet& figures) {
  BAUTA_ASSIGN_OR_RETURN(const Gowalla data, ReadGowalla(options));
  const size_t items = CountItems(data.train, data.test);
  const CsrMatrix train = ToMatrix(data.train, items);
  const std::vector<float> counts = CountPopularity(train);
  const TopFigures popularity = MeasureGowalla(
      data, items, options.threads, [&](size_t begin, size_t end, size_t stride, float* scores, size_t) {
        for (size_t user = begin; user < end; ++user) {
          std::copy(counts.begin(), counts.end(), scores + (user - begin) * stride);
        }
      });
  return RunAll(
      options, train, data.checksum, "gowalla", {"recall_at_20", "ndcg_at_20"}, popularity,
      [&](const UsersAndItems& vectors) { return MeasureGowalla(data, vectors, options.threads); }, figures);
}

}  // namespace bauta
