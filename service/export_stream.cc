#include "service/export_stream.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/status.h"
#include "service/convert_subject.h"

namespace bauta {
namespace {

using Sink = absl::FunctionRef<absl::Status(const v1::ExportSubjectResponse&)>;

// Sends `elements` in messages of at most kExportPartMax; `write` adds one element to a message.
template <class Element, class Write>
absl::Status StreamParts(std::span<const Element> elements, Sink sink, const Write& write) {
  while (!elements.empty()) {
    const size_t size = std::min(elements.size(), kExportPartMax);
    v1::ExportSubjectResponse part;
    for (const Element& element : elements.first(size)) write(element, part);
    BAUTA_RETURN_IF_ERROR(sink(part));
    elements = elements.subspan(size);
  }
  return absl::OkStatus();
}

// One-off interactions and states in one list, as the wire has them.
std::vector<v1::StoredInteraction> InteractionsOf(const SubjectRecord& record, const Surfaces& surfaces) {
  std::vector<v1::StoredInteraction> all(record.interactions.size() + record.states.size());
  size_t at = 0;
  for (const Interaction& interaction : record.interactions)
    WriteInteraction(interaction, surfaces, all[at++]);
  for (const PostState& state : record.states) WriteState(state, surfaces, all[at++]);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.event_time().seconds() < b.event_time().seconds();
  });
  return all;
}

}  // namespace

absl::Status StreamRecord(const SubjectRecord& record, const Surfaces& surfaces, Sink sink) {
  const HeadInstructions& instructions = record.head.instructions;
  BAUTA_RETURN_IF_ERROR(StreamParts(std::span<const Relation>(instructions.relations), sink,
                                    [](const Relation& relation, v1::ExportSubjectResponse& part) {
                                      WriteRelation(relation, *part.mutable_relations()->add_relations());
                                    }));
  BAUTA_RETURN_IF_ERROR(StreamParts(std::span<const Dismissal>(instructions.dismissals), sink,
                                    [](const Dismissal& dismissal, v1::ExportSubjectResponse& part) {
                                      WriteDismissal(dismissal, *part.mutable_dismissals()->add_dismissals());
                                    }));
  v1::ExportSubjectResponse observations;
  WriteObservations(record.head.observed, *observations.mutable_observations());
  BAUTA_RETURN_IF_ERROR(sink(observations));
  const std::vector<v1::StoredInteraction> interactions = InteractionsOf(record, surfaces);
  BAUTA_RETURN_IF_ERROR(StreamParts(std::span<const v1::StoredInteraction>(interactions), sink,
                                    [](const v1::StoredInteraction& one, v1::ExportSubjectResponse& part) {
                                      *part.mutable_interactions()->add_interactions() = one;
                                    }));
  std::vector<Impression> impressions = record.impressions;
  std::stable_sort(impressions.begin(), impressions.end(),
                   [](const Impression& a, const Impression& b) { return a.hour < b.hour; });
  BAUTA_RETURN_IF_ERROR(StreamParts(std::span<const Impression>(impressions), sink,
                                    [&](const Impression& impression, v1::ExportSubjectResponse& part) {
                                      WriteImpression(impression, surfaces,
                                                      *part.mutable_impressions()->add_impressions());
                                    }));
  v1::ExportSubjectResponse choices;
  WritePreferences(instructions.preferences, *choices.mutable_choices()->mutable_preferences());
  for (TopicId topic : instructions.deleted_tags) {
    choices.mutable_choices()->add_deleted_topic_ids(topic.value());
  }
  BAUTA_RETURN_IF_ERROR(sink(choices));
  v1::ExportSubjectResponse last;
  v1::ExportTrailer& trailer = *last.mutable_trailer();
  trailer.set_relation_count(static_cast<uint32_t>(instructions.relations.size()));
  trailer.set_dismissal_count(static_cast<uint32_t>(instructions.dismissals.size()));
  trailer.set_interaction_count(static_cast<uint32_t>(interactions.size()));
  trailer.set_impression_count(static_cast<uint32_t>(impressions.size()));
  return sink(last);
}

}  // namespace bauta
