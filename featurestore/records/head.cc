#include "featurestore/records/head.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"

namespace bauta {
namespace {

// Relations of `kind` that cannot stand beside it: a follow, and a block or mute, of one target.
std::span<const RelationKind> Opposites(RelationKind kind) {
  static constexpr RelationKind kNotFollowAuthor[] = {RelationKind::kBlockAuthor, RelationKind::kMuteAuthor};
  static constexpr RelationKind kFollowAuthor[] = {RelationKind::kFollowAuthor};
  static constexpr RelationKind kNotFollowTopic[] = {RelationKind::kBlockTopic, RelationKind::kMuteTopic};
  static constexpr RelationKind kFollowTopic[] = {RelationKind::kFollowTopic};
  switch (kind) {
    case RelationKind::kUnspecified:
      return {};
    case RelationKind::kFollowAuthor:
      return kNotFollowAuthor;
    case RelationKind::kFollowTopic:
      return kNotFollowTopic;
    case RelationKind::kBlockAuthor:
    case RelationKind::kMuteAuthor:
      return kFollowAuthor;
    case RelationKind::kBlockTopic:
    case RelationKind::kMuteTopic:
      return kFollowTopic;
  }
  return {};
}

// What an X is about, whatever it was made on. An author X on a post whose author was not known is about the
// post.
bool SameTarget(const Dismissal& a, const Dismissal& b) {
  if (a.reason != b.reason) return false;
  switch (RuleOf(a.reason).scope) {
    case DismissalScope::kPost:
      return a.post == b.post;
    case DismissalScope::kAuthor:
      return a.author == b.author && (a.author != AuthorCode() || a.post == b.post);
    case DismissalScope::kTopic:
      return a.topics == b.topics && (!a.topics.empty() || a.post == b.post);
  }
  return false;
}

bool GivesWay(const Dismissal& dismissal) { return RuleOf(dismissal.reason).scope == DismissalScope::kPost; }

}  // namespace

absl::Status AddRelation(HeadInstructions& instructions, const Relation& relation) {
  std::vector<Relation>& relations = instructions.relations;
  const auto at = std::lower_bound(relations.begin(), relations.end(), relation);
  if (at != relations.end() && *at == relation) return absl::OkStatus();
  size_t taken_back = 0;
  for (RelationKind kind : Opposites(relation.kind)) {
    taken_back += static_cast<size_t>(std::binary_search(relations.begin(), relations.end(),
                                                         Relation{kind, relation.author, relation.topic}));
  }
  if (relations.size() - taken_back >= kRelationsMax) {
    return absl::FailedPreconditionError(
        absl::StrCat("relations: at most ", kRelationsMax, " are kept, and all are in use; take one back"));
  }
  for (RelationKind kind : Opposites(relation.kind)) {
    RemoveRelation(instructions, Relation{kind, relation.author, relation.topic});
  }
  relations.insert(std::lower_bound(relations.begin(), relations.end(), relation), relation);
  return absl::OkStatus();
}

void RemoveRelation(HeadInstructions& instructions, const Relation& relation) {
  std::vector<Relation>& relations = instructions.relations;
  const auto at = std::lower_bound(relations.begin(), relations.end(), relation);
  if (at != relations.end() && *at == relation) relations.erase(at);
}

absl::Status AddDismissal(HeadInstructions& instructions, const Dismissal& dismissal) {
  std::vector<Dismissal>& dismissals = instructions.dismissals;
  Dismissal added = dismissal;
  const auto same = std::find_if(dismissals.begin(), dismissals.end(),
                                 [&](const Dismissal& kept) { return SameTarget(kept, dismissal); });
  if (same != dismissals.end()) {
    // The same X on the same post within its hour is a retry of the call, not a repeat by the person.
    const bool retry = same->post == dismissal.post && same->hour >= dismissal.hour;
    added.repeats = retry ? same->repeats : same->repeats + 1;
    added.hour = std::max(same->hour, dismissal.hour);
    dismissals.erase(same);
  } else if (dismissals.size() >= kDismissalsMax) {
    const auto oldest = std::find_if(dismissals.begin(), dismissals.end(), GivesWay);
    if (oldest == dismissals.end()) {
      return absl::FailedPreconditionError(
          absl::StrCat("dismissals: at most ", kDismissalsMax,
                       " are kept, and all are about authors or topics, which are never dropped; undo one"));
    }
    dismissals.erase(oldest);
  }
  const auto after = std::upper_bound(dismissals.begin(), dismissals.end(), added.hour,
                                      [](Hour hour, const Dismissal& kept) { return hour < kept.hour; });
  dismissals.insert(after, std::move(added));
  return absl::OkStatus();
}

size_t RemoveDismissals(HeadInstructions& instructions, PostId post, DismissalReason reason) {
  return std::erase_if(instructions.dismissals, [&](const Dismissal& kept) {
    return kept.post == post && (reason == DismissalReason::kUnspecified || kept.reason == reason);
  });
}

void SetPreferences(HeadInstructions& instructions, const Preferences& preferences) {
  const std::vector<TopicId>& before = instructions.preferences.declared_topics;
  std::erase_if(instructions.deleted_tags, [&](TopicId topic) {
    const std::vector<TopicId>& now = preferences.declared_topics;
    return std::find(now.begin(), now.end(), topic) != now.end() &&
           std::find(before.begin(), before.end(), topic) == before.end();
  });
  instructions.preferences = preferences;
}

absl::Status AddDeletedTag(HeadInstructions& instructions, TopicId topic) {
  std::vector<TopicId>& deleted = instructions.deleted_tags;
  const auto at = std::lower_bound(deleted.begin(), deleted.end(), topic);
  if (at != deleted.end() && *at == topic) return absl::OkStatus();
  if (deleted.size() >= kDeletedTagsMax) {
    return absl::FailedPreconditionError(
        absl::StrCat("topic_id: at most ", kDeletedTagsMax, " profile tags can be deleted, and all are"));
  }
  deleted.insert(at, topic);
  return absl::OkStatus();
}

}  // namespace bauta
