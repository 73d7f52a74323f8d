// Head: everything kept of a subject but what they did: consents, instructions, preferences, and the little
// that was observed.
#ifndef BAUTA_FEATURESTORE_RECORDS_HEAD_H_
#define BAUTA_FEATURESTORE_RECORDS_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/hour.h"
#include "featurestore/records/dismissal.h"
#include "featurestore/records/ids.h"
#include "privacy/codes.h"
#include "privacy/consent.h"
#include "privacy/place.h"

namespace bauta {

// Kept as numbers on the disk: never renumber.
enum class RelationKind : uint8_t {
  kUnspecified = 0,
  kFollowAuthor = 1,
  kFollowTopic = 2,
  kBlockAuthor = 3,
  kBlockTopic = 4,
  kMuteAuthor = 5,  // Out of every feed but `following`.
  kMuteTopic = 6,
};

// An instruction without an end. Exactly one of author and topic is set, as the kind says.
struct Relation {
  RelationKind kind = RelationKind::kUnspecified;
  AuthorCode author;
  TopicId topic;

  friend auto operator<=>(const Relation&, const Relation&) = default;
};

inline constexpr size_t kRelationsMax = 5000;
inline constexpr size_t kDismissalsMax = 4000;
inline constexpr size_t kDeletedTagsMax = 1000;

struct Preferences {
  std::vector<Language> languages;       // Empty: any.
  std::optional<City> chosen_city;       // Overrides the IP's.
  std::vector<TopicId> declared_topics;  // A prior of the taste, editable.

  friend bool operator==(const Preferences&, const Preferences&) = default;
};

// The class A part: the person's own instructions. Durable in the rights log before a call is acknowledged.
struct HeadInstructions {
  ConsentState consent;
  std::vector<Relation> relations;    // Sorted, distinct.
  std::vector<Dismissal> dismissals;  // In the order of their hours.
  Preferences preferences;
  std::vector<TopicId> deleted_tags;  // Sorted. Profile tags that must not come back.

  friend bool operator==(const HeadInstructions&, const HeadInstructions&) = default;
};

// The class B part: what a visit left, at most once a day.
struct HeadObserved {
  uint16_t month_last_seen = 0;  // As MonthOf (privacy/retention.h) counts; 0 is never.
  std::optional<City> city;      // The last one, only under `locate`.

  friend bool operator==(const HeadObserved&, const HeadObserved&) = default;
};

struct Head {
  HeadInstructions instructions;
  HeadObserved observed;

  friend bool operator==(const Head&, const Head&) = default;
};

// Adds or takes back a relation; a follow takes back a block or mute of the same target and the other way
// round. FAILED_PRECONDITION past kRelationsMax.
absl::Status AddRelation(HeadInstructions& instructions, const Relation& relation);
void RemoveRelation(HeadInstructions& instructions, const Relation& relation);

// Adds an X, or repeats it where one of the same reason and target is there. Past kDismissalsMax the oldest
// post X's go; FAILED_PRECONDITION where none but author and topic X's are left.
absl::Status AddDismissal(HeadInstructions& instructions, const Dismissal& dismissal);

// Takes back every X made on `post` with `reason` (kUnspecified: with any). Returns how many.
size_t RemoveDismissals(HeadInstructions& instructions, PostId post, DismissalReason reason);

// Puts `preferences` in the place of those that are there. A topic that was not declared before takes back
// the deletion of its profile tag.
void SetPreferences(HeadInstructions& instructions, const Preferences& preferences);

// Deletes the profile tag of `topic`; nothing where it is deleted. FAILED_PRECONDITION past kDeletedTagsMax.
absl::Status AddDeletedTag(HeadInstructions& instructions, TopicId topic);

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_HEAD_H_
