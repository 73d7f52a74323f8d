// What a RankingScratch holds. Only ranking's own files include this.
#ifndef BAUTA_RANKING_SCRATCH_MEMORY_H_
#define BAUTA_RANKING_SCRATCH_MEMORY_H_

#include <vector>

#include "ranking/arrange.h"
#include "ranking/candidate.h"
#include "ranking/observations.h"
#include "ranking/score.h"
#include "ranking/scratch.h"
#include "ranking/sources.h"
#include "ranking/viewer.h"

namespace bauta {

struct ScratchMemory {
  Viewer viewer;
  TasteProblem taste;
  LocalScore local;
  SourceReader sources;
  CandidateSet candidates;
  Arranger arranger;

  std::vector<PostRow> rows;          // Parallel to the caller's candidates.
  std::vector<const float*> vectors;  // These three parallel to candidates.kept().
  std::vector<float> products;
  std::vector<ScoreTerms> terms;
  std::vector<uint32_t> order;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SCRATCH_MEMORY_H_
