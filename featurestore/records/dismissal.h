// The X: what a person asked not to see, why, and what follows from it. The one source of every duration of
// an X.
#ifndef BAUTA_FEATURESTORE_RECORDS_DISMISSAL_H_
#define BAUTA_FEATURESTORE_RECORDS_DISMISSAL_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "base/hour.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/post.h"
#include "privacy/codes.h"

namespace bauta {

// Kept as numbers on the disk: never renumber.
enum class DismissalReason : uint8_t {
  kUnspecified = 0,
  kNotInterested = 1,  // This post, for good.
  kLessAuthor = 2,     // The author: hidden 14 days, then rising back over 140.
  kBlockAuthor = 3,    // The author, for good.
  kLessTopic = 4,      // The topic: as the author.
  kBlockTopic = 5,     // The topic, for good.
  kSeenTooOften = 6,   // The post, and less of its like, for 7 days. Teaches no dislike.
  kNotFromMyCity = 7,  // Locality off for the post's topics, for good. Teaches no dislike.
  kOffensive = 8,      // The post for good; its author sinks for this subject.
  kAdvertisement =
      9,  // This advertiser's advertisements, for good. Leaves the organic feed alone, teaches no dislike.
};

enum class DismissalScope : uint8_t { kPost, kAuthor, kTopic };

struct DismissalRule {
  DismissalReason reason;
  DismissalScope scope;
  int64_t hidden_hours;  // kForever: until it is undone.
  int64_t rising_hours;  // After `hidden_hours`, a penalty that falls linearly from 1 to 0 over this time.
  bool teaches_dislike;  // Under `personalize`, a negative observation at the scope's grain.
};

inline constexpr int64_t kForever = INT64_MAX;

// The rule of `reason`, which must not be kUnspecified. A repeated X multiplies both durations by the number
// of times (at most 8).
const DismissalRule& RuleOf(DismissalReason reason);
std::span<const DismissalRule> AllDismissalRules();

// The reasons that make sense for `post`: an advertisement gets kAdvertisement, kOffensive, kSeenTooOften and
// kNotInterested; a post without topics no topic reason; one without a city and without topics no
// kNotFromMyCity.
std::vector<DismissalReason> ReasonsFor(const Post& post);

// One X as it is kept: the post that it was made on, and what it is about.
struct Dismissal {
  DismissalReason reason = DismissalReason::kUnspecified;
  PostId post;
  AuthorCode author;            // Of the post at that time; zero where the post was not known.
  std::vector<TopicId> topics;  // The topics that a topic X (or kNotFromMyCity) is about; else empty.
  Hour hour;                    // Of the latest repeat.
  uint32_t repeats = 1;

  friend bool operator==(const Dismissal&, const Dismissal&) = default;
};

// How strongly `dismissal` holds at `now` for what it is about: 1 hidden; between, a penalty that is rising
// back; 0 over. Its own post stays hidden for good for reasons with scope kPost and kForever, and for as long
// as the penalty is above 0 else.
float DismissalWeight(const Dismissal& dismissal, Hour now);

// The first hour at which its weight is 0; nullopt: it holds until it is undone.
std::optional<Hour> EndOf(const Dismissal& dismissal);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_DISMISSAL_H_
