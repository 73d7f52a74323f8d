// Published protocols on published splits, for comparison with the literature: MovieLens-1M as NCF splits it
// (leave one out, 99 sampled negatives; He et al. 2017), and Gowalla as LightGCN splits it (full ranking; He
// et al. 2020). Data sets of so few users run without the rule of k, and their figures end in `.ungated`;
// each also runs gated, as the product is.
#ifndef BAUTA_TOOLS_EVAL_LITERATURE_EVAL_H_
#define BAUTA_TOOLS_EVAL_LITERATURE_EVAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/figures.h"

namespace bauta {

struct LiteratureEvalOptions {
  std::string directory;  // With the split's files.
  size_t threads = 1;
  uint64_t seed = 1;
  size_t seeds = 5;                  // Figures are means over so many trainings.
  std::vector<uint32_t> dimensions;  // The last one runs ungated alone, like all but the first.
  size_t epochs = 16;
  float alpha0 = 0;  // α₀, λ; ν is 1, the offset α₀ · items: as Rendle et al. 2021.
  float lambda = 0;
  // Tunes: holds out, by the seed, one of each user's training items and looks at that alone.
  bool validate = false;
};

// HR@10 and NDCG@10. Errors: NOT_FOUND where a file is not there, INVALID_ARGUMENT where one is malformed.
absl::Status EvaluateMovieLens(const LiteratureEvalOptions& options, FigureSheet& figures);

// Recall@20 and NDCG@20.
absl::Status EvaluateGowalla(const LiteratureEvalOptions& options, FigureSheet& figures);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_LITERATURE_EVAL_H_
