// Profile tags: which topics a subject is inferred to like, as far as its taste is solved from what it did on
// posts that carry them. Nothing of it is stored: it is told anew from the history each time.
#ifndef BAUTA_RANKING_PROFILE_TAGS_H_
#define BAUTA_RANKING_PROFILE_TAGS_H_

#include <cstdint>
#include <vector>

#include "base/hour.h"
#include "featurestore/records/ids.h"
#include "featurestore/records/subject_view.h"
#include "ranking/live_posts.h"
#include "ranking/model_parameters.h"

namespace bauta {

struct ProfileTag {
  TopicId topic;
  float share = 0;    // 0 … 1: confidence of the acts on it over that of all acts that teach a liking.
  uint32_t acts = 0;  // 1 or more.
};

// The greatest share first, equal ones by topic. An act is an interaction or a state of positive target and
// confidence above 0, on a post that the catalogue or the model knows, or a search; one on a post with
// several topics counts for each. What teaches nothing (SilentTopics) is no act.
std::vector<ProfileTag> FindProfileTags(const SignalModel& signals, const LivePosts& posts,
                                        const SubjectView& view, Hour now);

// Where no model says what each kind of signal weighs: all alike, impressions nothing, a report against.
SignalModel EvenSignals();

}  // namespace bauta

#endif  // BAUTA_RANKING_PROFILE_TAGS_H_
