// Splits that are nothing but users and items, and training on them.
#ifndef BAUTA_TOOLS_EVAL_INTERACTION_SPLIT_H_
#define BAUTA_TOOLS_EVAL_INTERACTION_SPLIT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "training/csr_matrix.h"
#include "training/factor_model.h"

namespace bauta {

// Items of each user, sorted, each once.
using ItemLists = std::vector<std::vector<uint32_t>>;

// "user item item …" a line, or "user item …" with one item a line and tabs. Adds to `lists`.
// Numbers are below 2^31. INVALID_ARGUMENT names the line.
absl::Status ReadItemLines(std::string_view text, ItemLists& lists);
absl::Status ReadPairs(std::string_view text, ItemLists& lists);
void SortLists(ItemLists& lists);

size_t CountItems(const ItemLists& a, const ItemLists& b);
CsrMatrix ToMatrix(const ItemLists& lists, size_t items);

// What the users of `train` like: tastes folded into a model of them, and the items' vectors.
struct UsersAndItems {
  DenseMatrix users;  // Padded.
  DenseMatrix items;
};

// Plain iALS where `gated` is false: no prior, no mean taste. Else what the product does: the gate, a prior
// of the bias alone, the mean taste.
absl::StatusOr<UsersAndItems> TrainOnSplit(const FactorModelOptions& options, const CsrMatrix& train,
                                           bool gated);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_INTERACTION_SPLIT_H_
