// The stages of RankPosts, and all of ranking in one: fold-in, look-up, gather and score, arrange.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "bench/micro/catalogue.h"
#include "bench/micro/eigen_reference.h"
#include "featurestore/records/subject_view_builder.h"
#include "ranking/arrange.h"
#include "ranking/fold_in.h"
#include "ranking/fresh_vector.h"
#include "ranking/observations.h"
#include "ranking/scratch.h"
#include "ranking/vector_kernels.h"

namespace bauta::bench {
namespace {

constexpr size_t kSubjects = 64;  // Different ones, in turn.
constexpr size_t kLimit = 50;

std::vector<SubjectView> MakeViews(const Catalogue& catalogue, size_t interactions) {
  std::mt19937_64 random(3);
  std::vector<SubjectView> views;
  for (size_t i = 0; i < kSubjects; ++i) {
    views.push_back(MakeView(catalogue.now, catalogue.posts->size(), interactions, random));
  }
  return views;
}

// The equation of one subject, its vectors also side by side, as Eigen wants them.
struct Equation {
  std::vector<Observation> observations;
  std::vector<float> vectors, confidences, targets, mean;
  float lambda = 0;
};

std::vector<Equation> MakeEquations(size_t interactions) {
  const Catalogue& catalogue = TheCatalogue();
  const ModelSnapshot& model = *catalogue.model;
  std::vector<Equation> equations;
  for (const SubjectView& view : MakeViews(catalogue, interactions)) {
    TasteProblem problem;
    problem.Collect(model, *catalogue.posts, view, Hour::Floor(catalogue.now));
    Equation equation;
    equation.observations = problem.observations();
    equation.observations.resize(std::min(interactions, equation.observations.size()));
    for (const Observation& observation : equation.observations) {
      equation.vectors.insert(equation.vectors.end(), observation.vector,
                              observation.vector + model.stride());
      equation.confidences.push_back(observation.confidence);
      equation.targets.push_back(observation.target);
    }
    equation.mean = problem.mean();
    equation.lambda = ScaledLambda(model.lambda(), model.frequency_exponent(), equation.observations);
    equations.push_back(std::move(equation));
  }
  return equations;
}

void SolveByEigen(const Equation& equation, std::span<float> taste) {
  const ModelSnapshot& model = *TheCatalogue().model;
  EigenFoldIn(equation.vectors, equation.confidences, equation.targets, model.gram(), model.alpha0(),
              equation.lambda, equation.mean, taste);
}

void FoldInSubject(benchmark::State& state, size_t interactions) {
  const ModelSnapshot& model = *TheCatalogue().model;
  const std::vector<Equation> equations = MakeEquations(interactions);
  FoldIn fold_in;
  std::vector<float> taste(model.stride()), reference(model.stride());
  size_t next = 0;
  for (auto _ : state) {
    const Equation& equation = equations[next++ % equations.size()];
    fold_in.Reset(model.gram(), model.alpha0(), equation.lambda, equation.observations);
    fold_in.SolveTaste(equation.mean, taste);
    benchmark::DoNotOptimize(taste.data());
  }
  SolveByEigen(equations[(next - 1) % equations.size()], reference);
  double difference = 0, norm = 0;
  for (size_t i = 0; i < taste.size(); ++i) {
    difference += std::pow(taste[i] - reference[i], 2);
    norm += std::pow(reference[i], 2);
  }
  state.counters["steps"] = static_cast<double>(fold_in.last_steps());
  state.counters["error"] = std::sqrt(difference / norm);
}

void FoldInSubjectByEigen(benchmark::State& state, size_t interactions) {
  const std::vector<Equation> equations = MakeEquations(interactions);
  std::vector<float> taste(TheCatalogue().model->stride());
  size_t next = 0;
  for (auto _ : state) {
    SolveByEigen(equations[next++ % equations.size()], taste);
    benchmark::DoNotOptimize(taste.data());
  }
}

// From the view, so the look-ups of the posts and their vectors' way from memory are in it.
void Taste(benchmark::State& state) {
  const Catalogue& catalogue = TheCatalogue();
  const std::vector<SubjectView> views = MakeViews(catalogue, 200);
  TasteProblem problem;
  size_t next = 0;
  for (auto _ : state) {
    problem.Collect(*catalogue.model, *catalogue.posts, views[next++ % views.size()],
                    Hour::Floor(catalogue.now));
    benchmark::DoNotOptimize(problem.Solve(*catalogue.model).data());
  }
}

void IdToRow(benchmark::State& state) {
  const Catalogue& catalogue = TheCatalogue();
  const auto requests = MakeRequests(catalogue.posts->size(), /*popular=*/false);
  std::vector<PostRow> rows(kCandidates);
  size_t next = 0;
  for (auto _ : state) {
    catalogue.posts->FindAll(requests[next++ % requests.size()], rows);
    benchmark::DoNotOptimize(rows.data());
  }
}

void IdToRowByFlatHashMap(benchmark::State& state) {
  const Catalogue& catalogue = TheCatalogue();
  absl::flat_hash_map<PostId, PostRow> map;
  map.reserve(catalogue.posts->size());
  for (PostRow row = 0; row < catalogue.posts->rows_end(); ++row) map[catalogue.posts->IdOf(row)] = row;
  const auto requests = MakeRequests(catalogue.posts->size(), /*popular=*/false);
  std::vector<PostRow> rows(kCandidates);
  size_t next = 0;
  for (auto _ : state) {
    const std::vector<PostId>& request = requests[next++ % requests.size()];
    for (size_t i = 0; i < kCandidates; ++i) {
      const auto found = map.find(request[i]);
      rows[i] = found == map.end() ? kNoRow : found->second;
    }
    benchmark::DoNotOptimize(rows.data());
  }
}

std::vector<std::vector<PostRow>> RowsOf(const Catalogue& catalogue,
                                         const std::vector<std::vector<PostId>>& requests) {
  std::vector<std::vector<PostRow>> rows;
  for (const std::vector<PostId>& request : requests) {
    rows.emplace_back(request.size());
    catalogue.posts->FindAll(request, rows.back());
  }
  return rows;
}

std::vector<float> AnyTaste() {
  const ModelSnapshot& model = *TheCatalogue().model;
  return std::vector<float>(model.mean_taste().begin(), model.mean_taste().end());
}

// As ranker.cc does it: the addresses, then the products with prefetching.
void Gather(benchmark::State& state, bool popular) {
  const Catalogue& catalogue = TheCatalogue();
  const auto requests = RowsOf(catalogue, MakeRequests(catalogue.posts->size(), popular));
  const std::vector<float> taste = AnyTaste();
  std::vector<const float*> vectors(kCandidates);
  std::vector<float> products(kCandidates);
  size_t next = 0;
  for (auto _ : state) {
    const std::vector<PostRow>& rows = requests[next++ % requests.size()];
    for (size_t i = 0; i < rows.size(); ++i) vectors[i] = catalogue.posts->VectorOf(rows[i]);
    ActiveVectorKernels().dot_rows(taste.data(), vectors.data(), rows.size(), taste.size(), products.data());
    benchmark::DoNotOptimize(products.data());
  }
}

void NaiveGather(benchmark::State& state, bool popular) {
  const Catalogue& catalogue = TheCatalogue();
  const auto requests = RowsOf(catalogue, MakeRequests(catalogue.posts->size(), popular));
  const std::vector<float> taste = AnyTaste();
  std::vector<float> products(kCandidates);
  size_t next = 0;
  for (auto _ : state) {
    const std::vector<PostRow>& rows = requests[next++ % requests.size()];
    for (size_t i = 0; i < rows.size(); ++i) {
      const float* vector = catalogue.posts->VectorOf(rows[i]);
      float sum = 0;
      for (size_t k = 0; k < taste.size(); ++k) sum += vector[k] * taste[k];
      products[i] = sum;
    }
    benchmark::DoNotOptimize(products.data());
  }
}

std::vector<ScoreTerms> AnyTerms() {
  std::mt19937_64 random(5);
  std::vector<ScoreTerms> terms(kCandidates);
  for (ScoreTerms& term : terms) term.taste = static_cast<float>(random() >> 40) * 0x1p-24f;
  return terms;
}

void ArrangeCandidates(benchmark::State& state) {
  const Catalogue& catalogue = TheCatalogue();
  const RankingContext context = catalogue.context();
  std::vector<Candidate> candidates;
  const auto rows = RowsOf(catalogue, MakeRequests(catalogue.posts->size(), /*popular=*/false));
  for (PostRow row : rows.front()) {
    candidates.push_back({.post = catalogue.posts->IdOf(row), .row = row, .sources = {}, .caller = 0});
  }
  FeedRequest request;
  request.limit = kLimit;
  TasteProblem taste;
  std::vector<ScoreTerms> terms = AnyTerms();
  std::vector<uint32_t> order;
  Arranger arranger;
  for (auto _ : state) {
    ++request.seed;
    arranger.Arrange(context, request, candidates, taste, terms, order);
    benchmark::DoNotOptimize(order.data());
  }
}

// The order alone, without spacing.
void PartialSort(benchmark::State& state) {
  const std::vector<ScoreTerms> terms = AnyTerms();
  std::vector<std::pair<float, uint32_t>> scores;
  for (auto _ : state) {
    scores.clear();
    for (uint32_t i = 0; i < terms.size(); ++i) scores.emplace_back(terms[i].Sum(), i);
    std::partial_sort(scores.begin(), scores.begin() + kLimit, scores.end(), std::greater<>());
    benchmark::DoNotOptimize(scores.data());
  }
}

// A post that the model has not learned, from so many readers, whose tastes are folded in on the way.
void FreshVector(benchmark::State& state, size_t readers) {
  const Catalogue& catalogue = TheCatalogue();
  const PostId post(catalogue.posts->size());
  const Hour now = Hour::Floor(catalogue.now);
  std::vector<SubjectView> views;
  for (const SubjectView& view : MakeViews(catalogue, 200)) {
    std::vector<Interaction> rows(view.interactions().begin(), view.interactions().end());
    rows.push_back({post, TopicId(), SignalKind::kClick, SurfaceId(1), 0, now.Plus(-1)});
    SubjectViewBuilder builder;
    builder.Interactions(std::move(rows)).States({view.states().begin(), view.states().end()});
    views.push_back(std::move(builder).Build());
  }
  while (views.size() < readers) views.push_back(views[views.size() % kSubjects]);
  FreshVectorSolver solver;
  std::vector<float> vector(catalogue.model->stride());
  for (auto _ : state) {
    if (!solver.Solve(*catalogue.posts, catalogue.posts->Find(post), {views.data(), readers}, now, GateRule(),
                      vector)) {
      state.SkipWithError("the post did not move");
      break;
    }
    benchmark::DoNotOptimize(vector.data());
  }
}

void RankIn(benchmark::State& state, const Catalogue& catalogue, bool popular) {
  const RankingContext context = catalogue.context();
  const auto requests = MakeRequests(catalogue.posts->size(), popular);
  const std::vector<SubjectView> views = MakeViews(catalogue, 200);
  FeedRequest request;
  request.limit = kLimit;
  RankingScratch scratch;
  size_t next = 0;
  for (auto _ : state) {
    const RankedFeed feed = RankCandidates(context, views[next % views.size()], request,
                                           requests[next % requests.size()], {}, scratch);
    ++next;
    benchmark::DoNotOptimize(feed.posts.data());
  }
  if (catalogue.bytes_per_post > 0) state.counters["bytes_per_post"] = catalogue.bytes_per_post;
}

void RankInCold(benchmark::State& state, size_t posts) {
  RankIn(state, *MakeColdCatalogue(posts), /*popular=*/true);
}

}  // namespace

void RegisterRankingBenchmarks(bool large) {
  using benchmark::RegisterBenchmark;
  const auto in_microseconds = [](benchmark::internal::Benchmark* added) {
    added->Unit(benchmark::kMicrosecond);
  };
  in_microseconds(RegisterBenchmark("fold_in_50", FoldInSubject, 50));
  in_microseconds(RegisterBenchmark("eigen_fold_in_50", FoldInSubjectByEigen, 50));
  in_microseconds(RegisterBenchmark("fold_in_200", FoldInSubject, 200));
  in_microseconds(RegisterBenchmark("eigen_fold_in_200", FoldInSubjectByEigen, 200));
  in_microseconds(RegisterBenchmark("taste_200", Taste));
  in_microseconds(RegisterBenchmark("fresh_vector_50", FreshVector, 50));
  in_microseconds(RegisterBenchmark("fresh_vector_512", FreshVector, 512));
  in_microseconds(RegisterBenchmark("id_to_row", IdToRow));
  in_microseconds(RegisterBenchmark("flat_hash_map_id_to_row", IdToRowByFlatHashMap));
  in_microseconds(RegisterBenchmark("gather", Gather, false));
  in_microseconds(RegisterBenchmark("naive_gather", NaiveGather, false));
  in_microseconds(RegisterBenchmark("gather_popular", Gather, true));
  in_microseconds(RegisterBenchmark("naive_gather_popular", NaiveGather, true));
  in_microseconds(RegisterBenchmark("arrange_50_of_1000", ArrangeCandidates));
  in_microseconds(RegisterBenchmark("partial_sort_50_of_1000", PartialSort));
  in_microseconds(
      RegisterBenchmark("rank", [](benchmark::State& state) { RankIn(state, TheCatalogue(), false); }));
  in_microseconds(RegisterBenchmark("rank_popular",
                                    [](benchmark::State& state) { RankIn(state, TheCatalogue(), true); }));
  if (large) {
    in_microseconds(RegisterBenchmark("rank_popular_100k", RankInCold, 100'000));
    in_microseconds(RegisterBenchmark("rank_popular_10m", RankInCold, 10'000'000));
  }
}

}  // namespace bauta::bench
