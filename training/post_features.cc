#include "training/post_features.h"

#include <algorithm>
#include <cmath>

namespace bauta {
namespace {

template <class T>
void SortDistinct(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <class T>
uint32_t IndexOf(const std::vector<T>& sorted, const T& value) {
  return static_cast<uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

// The kept ones of `names`, with their vectors, from column `first` on.
template <class T>
void TakeGroup(const std::vector<T>& names, size_t first, const DenseMatrix& vectors, size_t dimension,
               const std::vector<bool>& keep, std::vector<T>& kept, DenseMatrix& kept_vectors) {
  kept_vectors.columns = dimension;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!keep[first + i]) continue;
    kept.push_back(names[i]);
    const float* vector = vectors.row(first + i);
    kept_vectors.values.insert(kept_vectors.values.end(), vector, vector + dimension);
  }
  kept_vectors.rows = kept.size();
}

}  // namespace

PostFeatures::PostFeatures(std::span<const Post> posts) {
  for (const Post& post : posts) {
    if (post.author != AuthorCode()) authors_.push_back(post.author);
    topics_.insert(topics_.end(), post.topics.begin(), post.topics.end());
    if (post.language != Language()) languages_.push_back(post.language);
    if (post.country && !post.country->empty()) countries_.push_back(*post.country);
    if (post.city) cities_.push_back(*post.city);
    if (content_dimension_ == 0) content_dimension_ = post.content.size();
  }
  SortDistinct(authors_);
  SortDistinct(topics_);
  SortDistinct(languages_);
  SortDistinct(countries_);
  SortDistinct(cities_);
  const size_t sizes[kFeatureGroupCount] = {1,
                                            authors_.size(),
                                            topics_.size(),
                                            languages_.size(),
                                            countries_.size(),
                                            cities_.size(),
                                            content_dimension_};
  uint32_t first[kFeatureGroupCount];
  for (size_t group = 0; group < kFeatureGroupCount; ++group) {
    first[group] = static_cast<uint32_t>(groups_.size());
    groups_.insert(groups_.end(), sizes[group], static_cast<FeatureGroup>(group));
  }

  offsets_.reserve(posts.size() + 1);
  for (const Post& post : posts) {
    features_.push_back({0, 1.0f});
    if (post.author != AuthorCode()) features_.push_back({first[1] + IndexOf(authors_, post.author), 1.0f});
    const float share = post.topics.empty() ? 0 : 1.0f / std::sqrt(static_cast<float>(post.topics.size()));
    for (const TopicId topic : post.topics) features_.push_back({first[2] + IndexOf(topics_, topic), share});
    if (post.language != Language()) {
      features_.push_back({first[3] + IndexOf(languages_, post.language), 1.0f});
    }
    if (post.country && !post.country->empty()) {
      features_.push_back({first[4] + IndexOf(countries_, *post.country), 1.0f});
    }
    if (post.city) features_.push_back({first[5] + IndexOf(cities_, *post.city), 1.0f});
    if (post.content.size() == content_dimension_) {
      for (size_t i = 0; i < content_dimension_; ++i) {
        features_.push_back({first[6] + static_cast<uint32_t>(i), post.content[i]});
      }
    }
    offsets_.push_back(features_.size());
  }
}

std::vector<uint32_t> PostFeatures::CountSubjects(const CsrMatrix& subjects) const {
  std::vector<uint32_t> count(columns(), 0);
  std::vector<size_t> last_subject(columns(), SIZE_MAX);
  for (size_t subject = 0; subject < subjects.rows(); ++subject) {
    for (const MatrixEntry& entry : subjects.row(subject)) {
      for (const Feature& feature : of(entry.column)) {
        if (last_subject[feature.column] == subject) continue;
        last_subject[feature.column] = subject;
        ++count[feature.column];
      }
    }
  }
  return count;
}

PriorParameters PostFeatures::ToParameters(const DenseMatrix& vectors, size_t dimension,
                                           const std::vector<bool>& keep) const {
  PriorParameters prior;
  prior.bias.assign(dimension, 0.0f);
  if (keep[0]) prior.bias.assign(vectors.row(0), vectors.row(0) + dimension);
  size_t first = 1;
  TakeGroup(authors_, first, vectors, dimension, keep, prior.authors, prior.author_vectors);
  first += authors_.size();
  TakeGroup(topics_, first, vectors, dimension, keep, prior.topics, prior.topic_vectors);
  first += topics_.size();
  TakeGroup(languages_, first, vectors, dimension, keep, prior.languages, prior.language_vectors);
  first += languages_.size();
  TakeGroup(countries_, first, vectors, dimension, keep, prior.countries, prior.country_vectors);
  first += countries_.size();
  TakeGroup(cities_, first, vectors, dimension, keep, prior.cities, prior.city_vectors);
  first += cities_.size();
  prior.content_vectors = {content_dimension_, dimension, {}};
  for (size_t i = 0; i < content_dimension_; ++i) {
    const float* vector = vectors.row(first + i);
    for (size_t j = 0; j < dimension; ++j) {
      prior.content_vectors.values.push_back(keep[first + i] ? vector[j] : 0.0f);
    }
  }
  return prior;
}

ColumnIndex IndexByColumn(const PostFeatures& features) {
  ColumnIndex index;
  index.offsets.assign(features.columns() + 1, 0);
  for (size_t post = 0; post < features.posts(); ++post) {
    for (const Feature& feature : features.of(post)) ++index.offsets[feature.column + 1];
  }
  for (size_t k = 0; k < features.columns(); ++k) index.offsets[k + 1] += index.offsets[k];
  index.posts.resize(index.offsets.back());
  std::vector<size_t> next(index.offsets.begin(), index.offsets.end() - 1);
  for (size_t post = 0; post < features.posts(); ++post) {
    for (const Feature& feature : features.of(post)) {
      index.posts[next[feature.column]++] = {static_cast<uint32_t>(post), feature.value};
    }
  }
  return index;
}

}  // namespace bauta
