// The scan of all live posts, and the feed that stands on it.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "bench/machine.h"
#include "bench/micro/catalogue.h"
#include "bench/micro/eigen_reference.h"
#include "featurestore/records/subject_view_builder.h"
#include "ranking/observations.h"
#include "ranking/quantized_block.h"
#include "ranking/scratch.h"
#include "ranking/taste_scan.h"
#include "ranking/viewer.h"

namespace bauta::bench {
namespace {

constexpr size_t kTop = 100;
constexpr size_t kTastes = 16;

// Of subjects without X's: what a filter removes would not be in the reference.
std::vector<std::vector<float>> MakeTastes() {
  const Catalogue& catalogue = TheCatalogue();
  std::mt19937_64 random(9);
  std::vector<std::vector<float>> tastes;
  TasteProblem problem;
  for (size_t i = 0; i < kTastes; ++i) {
    problem.Collect(*catalogue.model, *catalogue.posts,
                    MakeView(catalogue.now, catalogue.posts->size(), 200, random),
                    Hour::Floor(catalogue.now));
    tastes.push_back(problem.Solve(*catalogue.model));
  }
  return tastes;
}

// Row-major, by row of the live posts.
std::vector<float> MakeMatrix() {
  const LivePosts& posts = *TheCatalogue().posts;
  std::vector<float> matrix;
  matrix.reserve(posts.rows_end() * posts.model().stride());
  for (PostRow row = 0; row < posts.rows_end(); ++row) {
    const float* vector = posts.VectorOf(row);
    matrix.insert(matrix.end(), vector, vector + posts.model().stride());
  }
  return matrix;
}

struct Scan {
  TasteScan scan;
  Viewer viewer;
  FeedRequest request = {.seed = 1};
  std::span<const ScannedPost> Find(const RankingContext& context, std::span<const float> taste) {
    bool out_of_time = false;
    return scan.Find(context, viewer, request, taste, /*oldest_seconds=*/0, kTop, out_of_time);
  }
};

void ScanTop(benchmark::State& state) {
  const RankingContext context = TheCatalogue().context();
  const auto tastes = MakeTastes();
  Scan scan;
  scan.viewer.Reset(context, SubjectViewBuilder().Build(), FeedRequest{.limit = kTop});
  size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(scan.Find(context, tastes[next++ % tastes.size()]).data());

  const std::vector<float> matrix = MakeMatrix();
  size_t found = 0;
  for (const std::vector<float>& taste : tastes) {
    std::vector<uint32_t> best = EigenTop(matrix, taste, kTop);
    std::sort(best.begin(), best.end());
    for (const ScannedPost& post : scan.Find(context, taste)) {
      found += std::binary_search(best.begin(), best.end(), post.row);
    }
  }
  state.counters["recall"] = static_cast<double>(found) / static_cast<double>(kTop * tastes.size());
}

void EigenScanTop(benchmark::State& state) {
  const auto tastes = MakeTastes();
  const std::vector<float> matrix = MakeMatrix();
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(EigenTop(matrix, tastes[next++ % tastes.size()], kTop).data());
  }
}

// As many bytes as the scan reads of every post, in one block.
void ReadLikeScan(benchmark::State& state) {
  const LivePosts& posts = *TheCatalogue().posts;
  const size_t bytes =
      posts.rows_end() * (posts.quantized().row_size() + sizeof(QuantizedScale)) / 4096 * 4096;
  const std::unique_ptr<void, void (*)(void*)> memory(std::aligned_alloc(4096, bytes), std::free);
  ::madvise(memory.get(), bytes, MADV_HUGEPAGE);
  std::fill_n(static_cast<uint64_t*>(memory.get()), bytes / sizeof(uint64_t), uint64_t{1});
  for (auto _ : state) benchmark::DoNotOptimize(ReadMemory(memory.get(), bytes));
  state.counters["bytes"] = static_cast<double>(bytes);
}

void FindWholeFeed(benchmark::State& state) {
  const Catalogue& catalogue = TheCatalogue();
  const RankingContext context = catalogue.context();
  std::mt19937_64 random(11);
  std::vector<SubjectView> views;
  for (size_t i = 0; i < kTastes; ++i) {
    views.push_back(MakeView(catalogue.now, catalogue.posts->size(), 200, random));
  }
  RankingScratch scratch;
  size_t next = 0;
  for (auto _ : state) {
    const RankedFeed feed =
        FindFeed(context, views[next++ % views.size()], FeedRequest{.limit = 50}, scratch);
    benchmark::DoNotOptimize(feed.posts.data());
  }
}

}  // namespace

void RegisterScanBenchmarks() {
  benchmark::RegisterBenchmark("read_like_scan", ReadLikeScan)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("scan_top_100", ScanTop)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("eigen_top_100", EigenScanTop)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("find_feed", FindWholeFeed)->Unit(benchmark::kMicrosecond);
}

}  // namespace bauta::bench
