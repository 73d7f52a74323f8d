// An invented feed with structure that a training must find: posts have topics, authors and a quality of
// their own, subjects like a few topics, and answer what they are shown accordingly. Every number follows
// from the seed.
#ifndef BAUTA_TESTS_TRAINING_PLANTED_WORLD_H_
#define BAUTA_TESTS_TRAINING_PLANTED_WORLD_H_

#include <cstdint>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/records/post.h"

namespace bauta::testing {

struct PlantedWorldOptions {
  uint64_t seed = 1;
  uint32_t subjects = 400;
  uint32_t posts = 120;
  uint32_t topics = 6;
  uint32_t authors = 24;
  uint32_t days = 6;
  uint32_t shown_a_day = 20;         // To each subject.
  double answer_chance_liked = 0.9;  // Of a post whose topic the subject likes; times the post's quality.
  double answer_chance_other = 0.08;
  bool with_impressions = true;  // Off: only what was answered is known.
};

struct PlantedWorld {
  std::vector<Post> posts;  // Ids 1 …; published before everything.
  std::vector<LearnableRow> rows;
  Hour begin;
};

PlantedWorld MakePlantedWorld(const PlantedWorldOptions& options = {});

// The topic that a post of the world has: 1 … topics.
TopicId TopicOfPost(PostId post, const PlantedWorldOptions& options);
// Whether the subject with this number likes the topic: two of them.
bool Likes(uint32_t subject, TopicId topic, const PlantedWorldOptions& options);

AuthorCode AuthorWithNumber(uint64_t number);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TRAINING_PLANTED_WORLD_H_
