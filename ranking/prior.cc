#include "ranking/prior.h"

#include <algorithm>
#include <cmath>

#include "ranking/vector_kernels.h"

namespace bauta {
namespace {

void Add(float factor, const float* column, std::span<float> mean) {
  if (column != nullptr) ActiveVectorKernels().add_scaled(factor, column, mean.data(), mean.size());
}

bool BiasPlus(const PriorView& prior, const float* column, std::span<float> mean) {
  if (column == nullptr) return false;
  std::copy(prior.bias.begin(), prior.bias.end(), mean.begin());
  Add(1, column, mean);
  return true;
}

}  // namespace

void PriorMean(const PriorView& prior, const Post& post, std::span<float> mean) {
  std::copy(prior.bias.begin(), prior.bias.end(), mean.begin());
  Add(1, prior.authors.Find(post.author), mean);
  if (!post.topics.empty()) {
    const float each = 1 / std::sqrt(static_cast<float>(post.topics.size()));
    for (TopicId topic : post.topics) Add(each, prior.topics.Find(topic), mean);
  }
  Add(1, prior.languages.Find(post.language), mean);
  if (post.country) Add(1, prior.countries.Find(*post.country), mean);
  if (post.city) Add(1, prior.cities.Find(*post.city), mean);
  if (post.content.size() == prior.content_dimension) {
    for (size_t i = 0; i < post.content.size(); ++i) {
      Add(post.content[i], prior.content.data() + i * mean.size(), mean);
    }
  }
}

bool AuthorPriorMean(const PriorView& prior, const AuthorCode& author, std::span<float> mean) {
  return BiasPlus(prior, prior.authors.Find(author), mean);
}

bool TopicPriorMean(const PriorView& prior, TopicId topic, std::span<float> mean) {
  return BiasPlus(prior, prior.topics.Find(topic), mean);
}

}  // namespace bauta
