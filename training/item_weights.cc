#include "training/item_weights.h"

#include <algorithm>

#include "training/row_tally.h"

namespace bauta {
namespace {

constexpr int kSweeps = 3;
constexpr double kLeastFactor = 0.1;  // A count below zero says little, not nothing.

double SumOf(std::span<const Feature> posts, const std::vector<double>& of_posts) {
  double sum = 0;
  for (const Feature& post : posts) sum += double{post.value} * post.value * of_posts[post.column];
  return sum;
}

// What to multiply `thought` by to move it to `counted`, as if it were wrong by about as much as it is large.
double FactorTowards(double counted, double thought, double deviation) {
  const double trust = thought * thought / (thought * thought + deviation * deviation);
  return std::max(1 + trust * (counted / thought - 1), kLeastFactor);
}

}  // namespace

std::vector<double> WeighItems(const NoisedSums::Crowds& crowds, double shown_in_all,
                               const PostFeatures& features) {
  const ColumnIndex index = IndexByColumn(features);
  const std::vector<ItemLevel> levels = LevelsOf(features);
  const size_t columns = features.columns();
  std::vector<double> of_posts(features.posts(), shown_in_all / static_cast<double>(features.posts()));
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (size_t l = 0; l + 1 < levels.size(); ++l) {
      for (size_t column = levels[l].begin; column < levels[l].end; ++column) {
        const double thought = SumOf(index.of(column), of_posts);
        if (!(thought > 0)) continue;
        const double factor = FactorTowards(crowds.shown[column], thought, crowds.shown_deviation[l]);
        for (const Feature& post : index.of(column)) of_posts[post.column] *= factor;
      }
    }
  }
  for (size_t post = 0; post < of_posts.size(); ++post) {
    of_posts[post] *=
        FactorTowards(crowds.shown[columns + post], of_posts[post], crowds.shown_deviation.back());
  }
  std::vector<double> weights;
  for (size_t column = 0; column < columns; ++column) weights.push_back(SumOf(index.of(column), of_posts));
  weights.insert(weights.end(), of_posts.begin(), of_posts.end());
  return weights;
}

}  // namespace bauta
