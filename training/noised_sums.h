// NoisedSums: all that a noised training (noised_model.h) ever takes of the rows. Each method releases one
// sum over subjects, bounded in what one subject adds and with noise in every number (bounded_sum.h); what is
// computed from released values alone says nothing more of anybody. Together they spend no more than μ, in
// shares that are fixed, whatever the data.
//
// Not thread-safe. Call each method once, in this order.
#ifndef BAUTA_TRAINING_NOISED_SUMS_H_
#define BAUTA_TRAINING_NOISED_SUMS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "ranking/model_parameters.h"
#include "training/bounded_sum.h"
#include "training/factor_model.h"
#include "training/interaction_matrix.h"
#include "training/noise.h"
#include "training/post_features.h"
#include "training/row_tally.h"

namespace bauta {

// What an attacker who sees every released number, and knows every row, makes of it: for measurements. Only
// the rows of `members` are summed; the attacker knows the other half's rows as well, and not who is in.
struct NoiseAudit {
  std::vector<bool> members;
  // Log-likelihood in over out of each row: by all releases, and by those alone that the model is linear in.
  std::vector<double> log_ratio, log_ratio_of_model;
};

// What is published unless it is asked otherwise; how it was chosen stands in docs/privacy.md.
inline constexpr double kDefaultMu = 0.5;

struct NoiseOptions {
  double mu = 0;    // Of the whole training (noise.h); 0: no noise, and the gate alone.
  RandomBits bits;  // Secret, and drawn anew for each training.
  NoiseAudit* audit = nullptr;
};

class NoisedSums {
 public:
  NoisedSums(const NoiseOptions& options, const InteractionMatrices& matrices, const PostFeatures& features);

  struct Totals {
    double subjects = 0, shown = 0, answered = 0, acted = 0;  // The last three are Σ c, Σ c t, Σ c of acts.
  };
  Totals SumTotals();

  // How many subjects met each item, and Σ c f² of its exposures. Deviations of the noise by level.
  struct Crowds {
    std::vector<double> subjects, shown;
    std::vector<double> subjects_deviation, shown_deviation;
  };
  Crowds SumCrowds();

  // Σ c (t − r₀) f of each item that is counted, with `everybody` as r₀; noise alone elsewhere.
  struct ItemSums {
    std::vector<double> sums;
    std::vector<double> deviation;  // By level.
  };
  ItemSums SumAnswers(double everybody, const std::vector<bool>& counted);

  // Σ a aᵀ over the subjects' acts on the anchors, each entry over √weight, all to length one. Symmetric, row
  // by row. Noise in each number of `deviation`.
  struct Covariance {
    std::vector<double> values;
    double deviation = 0;
  };
  Covariance SumCovariance(std::span<const size_t> anchors, std::span<const double> weights);

  // Folds in every subject's taste under `model`, in the first `directions` coordinates: Σ u uᵀ and Σ u.
  struct Moments {
    std::vector<double> second, first;
  };
  Moments SumTastes(const FactorModelOptions& options, const FactorModel& model, size_t directions);

  // Σ c t f u of each item that is counted, `directions` numbers an item; noise alone elsewhere.
  ItemSums SumTaught(const std::vector<bool>& counted);

 private:
  using Contribute = absl::FunctionRef<void(size_t row, std::vector<Contribution>& contributions)>;

  // Adds what one row says of a counted item, from `place` on.
  using AddItem = absl::FunctionRef<void(size_t row, const ItemTally& tally, size_t place,
                                         std::vector<Contribution>& contributions)>;

  size_t rows() const { return matrices_.exposures.rows(); }
  double LevelShare(const ItemLevel& level) const;
  std::vector<double> Release(size_t size, double length, double share, Contribute contribute,
                              double* deviation, bool in_model = false);
  ItemSums SumCounted(const std::vector<bool>& counted, size_t numbers, double length, double share,
                      AddItem add);
  void Audit(const std::vector<double>& released, double length, double deviation, bool in_model,
             Contribute contribute);

  const InteractionMatrices& matrices_;
  const std::vector<ItemLevel> levels_;
  PrivacyAccount account_;
  NormalNoise noise_;
  NoiseAudit* audit_;
  RowTally tally_;
  double everybody_ = 0;
  size_t directions_ = 0;
  DenseMatrix tastes_;  // Never leaves.
};

}  // namespace bauta

#endif  // BAUTA_TRAINING_NOISED_SUMS_H_
