#include "featurestore/store/head_codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "base/status.h"
#include "featurestore/store/times.h"
#include "google/protobuf/arena.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

absl::Status Damaged(const char* what) {
  return absl::DataLossError(std::string("head: impossible ") + what);
}

void EncodeConsent(const ConsentState& consent, proto::Consent& out) {
  for (Purpose purpose : kAllPurposes) {
    if (!consent.IsOn(purpose)) continue;
    out.mutable_purposes()->push_back(static_cast<char>(purpose));
    out.add_since_micros(MicrosRoundedUp(consent.Since(purpose)));
  }
  if (consent.recorded != consent.since) {
    for (Purpose purpose : kAllPurposes) {
      if (consent.IsOn(purpose)) out.add_recorded_micros(MicrosRoundedUp(consent.recorded[Index(purpose)]));
    }
  }
  out.set_policy_version(consent.policy_version);
  out.set_excluded_kind_bits(consent.excluded_kinds.bits());
  out.set_minor(consent.minor);
  out.set_guardian_agreed(consent.guardian_agreed);
  if (consent.last_withdrawal != absl::InfinitePast()) {
    out.set_last_withdrawal_micros(MicrosRoundedUp(consent.last_withdrawal));
  }
}

absl::Status DecodeConsent(const proto::Consent& in, ConsentState& out) {
  if (in.purposes().size() != static_cast<size_t>(in.since_micros_size()) ||
      (in.recorded_micros_size() != 0 && in.recorded_micros_size() != in.since_micros_size())) {
    return Damaged("consent");
  }
  for (int i = 0; i < in.since_micros_size(); ++i) {
    const auto purpose = static_cast<uint8_t>(in.purposes()[static_cast<size_t>(i)]);
    if (purpose >= kPurposeCount) return Damaged("purpose");
    out.since[purpose] = absl::FromUnixMicros(in.since_micros(i));
    out.recorded[purpose] =
        in.recorded_micros_size() == 0 ? out.since[purpose] : absl::FromUnixMicros(in.recorded_micros(i));
  }
  out.policy_version = in.policy_version();
  out.excluded_kinds = SignalKindSet::FromBits(in.excluded_kind_bits());
  out.minor = in.minor();
  out.guardian_agreed = in.guardian_agreed();
  if (in.has_last_withdrawal_micros()) {
    out.last_withdrawal = absl::FromUnixMicros(in.last_withdrawal_micros());
  }
  return absl::OkStatus();
}

bool NamesAuthor(RelationKind kind) {
  return kind == RelationKind::kFollowAuthor || kind == RelationKind::kBlockAuthor ||
         kind == RelationKind::kMuteAuthor;
}

void EncodeRelations(const std::vector<Relation>& relations, proto::Relations& out) {
  for (const Relation& relation : relations) {
    if (NamesAuthor(relation.kind)) {
      out.mutable_author_kinds()->push_back(static_cast<char>(relation.kind));
      out.mutable_author_codes()->append(relation.author.view());
    } else {
      out.mutable_topic_kinds()->push_back(static_cast<char>(relation.kind));
      out.add_topic_ids(relation.topic.value());
    }
  }
}

absl::StatusOr<AuthorCode> CodeAt(const std::string& codes, size_t index) {
  return AuthorCode::FromView(std::string_view(codes).substr(index * kCodeSize, kCodeSize));
}

absl::Status DecodeRelations(const proto::Relations& in, std::vector<Relation>& out) {
  if (in.author_codes().size() != in.author_kinds().size() * kCodeSize ||
      in.topic_kinds().size() != static_cast<size_t>(in.topic_ids_size())) {
    return Damaged("relations");
  }
  out.reserve(in.author_kinds().size() + in.topic_kinds().size());
  for (size_t i = 0; i < in.author_kinds().size(); ++i) {
    Relation& relation = out.emplace_back();
    relation.kind = static_cast<RelationKind>(in.author_kinds()[i]);
    BAUTA_ASSIGN_OR_RETURN(relation.author, CodeAt(in.author_codes(), i));
  }
  for (size_t i = 0; i < in.topic_kinds().size(); ++i) {
    out.push_back({.kind = static_cast<RelationKind>(in.topic_kinds()[i]),
                   .author = {},
                   .topic = TopicId(in.topic_ids(static_cast<int>(i)))});
  }
  std::sort(out.begin(), out.end());
  return absl::OkStatus();
}

void EncodeDismissals(const std::vector<Dismissal>& dismissals, proto::Dismissals& out) {
  for (const Dismissal& dismissal : dismissals) {
    out.mutable_reasons()->push_back(static_cast<char>(dismissal.reason));
    out.add_post_ids(dismissal.post.value());
    out.mutable_author_codes()->append(dismissal.author.view());
    out.mutable_topic_counts()->push_back(static_cast<char>(dismissal.topics.size()));
    for (TopicId topic : dismissal.topics) out.add_topic_ids(topic.value());
    out.add_hours(dismissal.hour.value());
    out.add_repeats(dismissal.repeats);
  }
}

absl::Status DecodeDismissals(const proto::Dismissals& in, std::vector<Dismissal>& out) {
  const size_t count = in.reasons().size();
  if (static_cast<size_t>(in.post_ids_size()) != count || in.author_codes().size() != count * kCodeSize ||
      in.topic_counts().size() != count || static_cast<size_t>(in.hours_size()) != count ||
      static_cast<size_t>(in.repeats_size()) != count) {
    return Damaged("dismissals");
  }
  out.resize(count);
  int topic = 0;
  for (size_t i = 0; i < count; ++i) {
    const int at = static_cast<int>(i);
    Dismissal& dismissal = out[i];
    const auto reason = static_cast<uint8_t>(in.reasons()[i]);
    if (reason == 0 || reason > AllDismissalRules().size()) return Damaged("reason of a dismissal");
    dismissal.reason = static_cast<DismissalReason>(reason);
    dismissal.post = PostId(in.post_ids(at));
    BAUTA_ASSIGN_OR_RETURN(dismissal.author, CodeAt(in.author_codes(), i));
    const int topics = static_cast<uint8_t>(in.topic_counts()[i]);
    if (topics > in.topic_ids_size() - topic) return Damaged("topics of a dismissal");
    for (int end = topic + topics; topic < end; ++topic) {
      dismissal.topics.push_back(TopicId(in.topic_ids(topic)));
    }
    dismissal.hour = Hour(in.hours(at));
    dismissal.repeats = in.repeats(at);
  }
  return topic == in.topic_ids_size() ? absl::OkStatus() : Damaged("topics of dismissals");
}

void EncodePreferences(const Preferences& preferences, proto::Preferences& out) {
  for (Language language : preferences.languages) out.add_languages(language.packed());
  if (preferences.chosen_city) out.set_chosen_city_id(preferences.chosen_city->value());
  for (TopicId topic : preferences.declared_topics) out.add_declared_topic_ids(topic.value());
}

Preferences DecodePreferences(const proto::Preferences& in) {
  Preferences out;
  for (uint32_t language : in.languages()) out.languages.push_back(Language(language));
  if (in.chosen_city_id() != 0) out.chosen_city = City(in.chosen_city_id());
  for (uint64_t topic : in.declared_topic_ids()) out.declared_topics.push_back(TopicId(topic));
  return out;
}

}  // namespace

void EncodeInstructions(const HeadInstructions& instructions, const SlotRef& history_slot,
                        proto::HeadInstructions& out) {
  if (instructions.consent != ConsentState()) EncodeConsent(instructions.consent, *out.mutable_consent());
  if (!instructions.relations.empty()) EncodeRelations(instructions.relations, *out.mutable_relations());
  if (!instructions.dismissals.empty()) EncodeDismissals(instructions.dismissals, *out.mutable_dismissals());
  if (instructions.preferences != Preferences()) {
    EncodePreferences(instructions.preferences, *out.mutable_preferences());
  }
  for (TopicId topic : instructions.deleted_tags) out.add_deleted_tag_topic_ids(topic.value());
  if (!history_slot.empty()) {
    out.mutable_history_slot()->set_index(history_slot.index);
    out.mutable_history_slot()->set_generation(history_slot.generation);
  }
}

absl::StatusOr<HeadInstructions> DecodeInstructions(const proto::HeadInstructions& in,
                                                    SlotRef* history_slot) {
  HeadInstructions out;
  BAUTA_RETURN_IF_ERROR(DecodeConsent(in.consent(), out.consent));
  if (in.has_relations()) BAUTA_RETURN_IF_ERROR(DecodeRelations(in.relations(), out.relations));
  if (in.has_dismissals()) BAUTA_RETURN_IF_ERROR(DecodeDismissals(in.dismissals(), out.dismissals));
  if (in.has_preferences()) out.preferences = DecodePreferences(in.preferences());
  for (uint64_t topic : in.deleted_tag_topic_ids()) out.deleted_tags.push_back(TopicId(topic));
  *history_slot = {.index = in.history_slot().index(), .generation = in.history_slot().generation()};
  return out;
}

std::string EncodeHead(const HeadValue& value) {
  proto::Head head;
  EncodeInstructions(value.head.instructions, value.history_slot, *head.mutable_instructions());
  if (value.head.observed != HeadObserved()) {
    head.mutable_observed()->set_month_last_seen(value.head.observed.month_last_seen);
    head.mutable_observed()->set_city_id(value.head.observed.city.value_or(City()).value());
  }
  return head.SerializeAsString();
}

absl::StatusOr<HeadValue> DecodeHead(std::string_view bytes) {
  google::protobuf::Arena arena;
  auto& head = *google::protobuf::Arena::CreateMessage<proto::Head>(&arena);
  if (!head.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Damaged("bytes");
  HeadValue value;
  BAUTA_ASSIGN_OR_RETURN(value.head.instructions,
                         DecodeInstructions(head.instructions(), &value.history_slot));
  const proto::HeadObserved& observed = head.observed();
  value.head.observed.month_last_seen = static_cast<uint16_t>(observed.month_last_seen());
  if (observed.city_id() != 0) value.head.observed.city = City(observed.city_id());
  return value;
}

}  // namespace bauta
