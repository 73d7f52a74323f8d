// The public features of posts as columns of a sparse matrix: what the prior mean μ_p = F f_p of a post's
// vector is a linear function of.
//
// f_p has 1 for the bias, 1 for its author, 1/√n for each of its n topics, 1 for language, country and city
// where they are known, and the content vector as it is.
#ifndef BAUTA_TRAINING_POST_FEATURES_H_
#define BAUTA_TRAINING_POST_FEATURES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "featurestore/records/post.h"
#include "ranking/model_parameters.h"
#include "training/csr_matrix.h"

namespace bauta {

// What one column stands for, in this order.
enum class FeatureGroup : uint8_t { kBias = 0, kAuthor, kTopic, kLanguage, kCountry, kCity, kContent };
inline constexpr size_t kFeatureGroupCount = 7;

struct Feature {
  uint32_t column = 0;
  float value = 0;
};

class PostFeatures {
 public:
  // `posts` sorted by id. Sensitive topics are the caller's to leave out. A content vector of another length
  // than the first one's is ignored.
  explicit PostFeatures(std::span<const Post> posts);

  size_t posts() const { return offsets_.size() - 1; }
  size_t columns() const { return groups_.size(); }
  std::span<const Feature> of(size_t post) const {
    return {features_.data() + offsets_[post], offsets_[post + 1] - offsets_[post]};
  }
  FeatureGroup group(size_t column) const { return groups_[column]; }

  // The distinct subjects behind each column: those with an entry on a post that has the feature. Rows of
  // `subjects` are subjects, columns are posts.
  std::vector<uint32_t> CountSubjects(const CsrMatrix& subjects) const;

  // The first `dimension` coordinates of one vector for each column, as the snapshot holds them. Columns with
  // `keep[column]` false are left out (the bias and the content columns are zeros instead).
  PriorParameters ToParameters(const DenseMatrix& vectors, size_t dimension,
                               const std::vector<bool>& keep) const;

 private:
  std::vector<AuthorCode> authors_;  // All sorted.
  std::vector<TopicId> topics_;
  std::vector<Language> languages_;
  std::vector<CountryCode> countries_;
  std::vector<City> cities_;
  size_t content_dimension_ = 0;
  std::vector<FeatureGroup> groups_;  // Of each column.
  std::vector<size_t> offsets_{0};
  std::vector<Feature> features_;
};

// The posts of each column, in their order; `column` of a Feature is a post here.
struct ColumnIndex {
  std::vector<size_t> offsets;  // columns + 1.
  std::vector<Feature> posts;

  std::span<const Feature> of(size_t column) const {
    return {posts.data() + offsets[column], offsets[column + 1] - offsets[column]};
  }
};

ColumnIndex IndexByColumn(const PostFeatures& features);

}  // namespace bauta

#endif  // BAUTA_TRAINING_POST_FEATURES_H_
