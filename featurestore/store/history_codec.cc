#include "featurestore/store/history_codec.h"

#include <algorithm>
#include <cstddef>

#include "bauta/storage/v1/history.pb.h"
#include "google/protobuf/arena.h"

namespace bauta {
namespace {

namespace proto = ::bauta::storage::v1;

Hour OldestHour(const History& history) {
  Hour oldest(UINT32_MAX);
  // Each vector is in the order of its hours.
  if (!history.interactions.empty()) oldest = std::min(oldest, history.interactions.front().hour);
  if (!history.states.empty()) oldest = std::min(oldest, history.states.front().hour);
  if (!history.taken_back.empty()) oldest = std::min(oldest, history.taken_back.front().hour);
  if (!history.impressions.empty()) oldest = std::min(oldest, history.impressions.front().hour);
  return oldest;
}

Hour NewestHour(const History& history) {
  Hour newest(0);
  if (!history.interactions.empty()) newest = std::max(newest, history.interactions.back().hour);
  if (!history.states.empty()) newest = std::max(newest, history.states.back().hour);
  if (!history.taken_back.empty()) newest = std::max(newest, history.taken_back.back().hour);
  if (!history.impressions.empty()) newest = std::max(newest, history.impressions.back().hour);
  return newest;
}

void AddStates(const std::vector<PostState>& rows, bool taken_back, uint32_t base, proto::States& out) {
  for (const PostState& row : rows) {
    out.add_post_ids(row.post.value());
    out.mutable_kinds()->push_back(static_cast<char>(row.kind));
    out.mutable_surfaces()->push_back(static_cast<char>(row.surface.value()));
    out.add_hour_offsets(row.hour.value() - base);
    out.mutable_taken_back()->push_back(taken_back ? 1 : 0);
  }
}

bool DecodeInteractions(const proto::Interactions& in, uint32_t base, std::vector<Interaction>& out) {
  const size_t count = static_cast<size_t>(in.target_ids_size());
  if (in.kinds().size() != count || in.surfaces().size() != count ||
      static_cast<size_t>(in.hour_offsets_size()) != count) {
    return false;
  }
  const uint64_t* targets = in.target_ids().data();
  const uint32_t* hours = in.hour_offsets().data();
  const uint32_t* dwell = in.dwell_millis().data();
  const uint32_t* const dwell_end = dwell + in.dwell_millis_size();
  out.resize(count);
  for (size_t i = 0; i < count; ++i) {
    Interaction& row = out[i];
    row.kind = static_cast<SignalKind>(in.kinds()[i]);
    if (row.kind == SignalKind::kSearch) {
      row.topic = TopicId(targets[i]);
    } else {
      row.post = PostId(targets[i]);
    }
    row.surface = SurfaceId(static_cast<uint8_t>(in.surfaces()[i]));
    row.hour = Hour(base + hours[i]);
    if (static_cast<size_t>(row.kind) >= kSignalKindCount) return false;
    if (row.kind == SignalKind::kDwell) {
      if (dwell == dwell_end) return false;
      row.strength = *dwell++;
    }
  }
  return dwell == dwell_end;
}

bool DecodeStates(const proto::States& in, uint32_t base, History& out) {
  const size_t count = static_cast<size_t>(in.post_ids_size());
  if (in.kinds().size() != count || in.surfaces().size() != count ||
      static_cast<size_t>(in.hour_offsets_size()) != count ||
      (!in.taken_back().empty() && in.taken_back().size() != count)) {
    return false;
  }
  out.states.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const PostState row = {.post = PostId(in.post_ids(static_cast<int>(i))),
                           .kind = static_cast<SignalKind>(in.kinds()[i]),
                           .surface = SurfaceId(static_cast<uint8_t>(in.surfaces()[i])),
                           .hour = Hour(base + in.hour_offsets(static_cast<int>(i)))};
    if (!IsState(row.kind)) return false;
    const bool taken_back = !in.taken_back().empty() && in.taken_back()[i] != 0;
    (taken_back ? out.taken_back : out.states).push_back(row);
  }
  return true;
}

bool DecodeImpressions(const proto::Impressions& in, uint32_t base, std::vector<Impression>& out) {
  const size_t count = static_cast<size_t>(in.post_fingerprints_size());
  if (in.surfaces().size() != count || static_cast<size_t>(in.hour_offsets_size()) != count) return false;
  out.resize(count);
  for (size_t i = 0; i < count; ++i) {
    out[i] = {.post = PostFingerprint(in.post_fingerprints(static_cast<int>(i))),
              .surface = SurfaceId(static_cast<uint8_t>(in.surfaces()[i])),
              .hour = Hour(base + in.hour_offsets(static_cast<int>(i)))};
  }
  return true;
}

}  // namespace

std::string EncodeHistory(const History& history) {
  proto::HistoryFrame frame;
  if (history.empty()) return {};
  const uint32_t base = OldestHour(history).value();
  frame.set_base_hour(base);
  if (!history.interactions.empty()) {
    proto::Interactions& out = *frame.mutable_interactions();
    out.mutable_target_ids()->Reserve(static_cast<int>(history.interactions.size()));
    for (const Interaction& row : history.interactions) {
      out.add_target_ids(row.kind == SignalKind::kSearch ? row.topic.value() : row.post.value());
      out.mutable_kinds()->push_back(static_cast<char>(row.kind));
      out.mutable_surfaces()->push_back(static_cast<char>(row.surface.value()));
      out.add_hour_offsets(row.hour.value() - base);
      if (row.kind == SignalKind::kDwell) out.add_dwell_millis(row.strength);
    }
  }
  AddStates(history.states, false, base, *frame.mutable_states());
  AddStates(history.taken_back, true, base, *frame.mutable_states());
  if (history.taken_back.empty()) frame.mutable_states()->clear_taken_back();
  if (history.states.empty() && history.taken_back.empty()) frame.clear_states();
  for (const Impression& row : history.impressions) {
    proto::Impressions& out = *frame.mutable_impressions();
    out.add_post_fingerprints(row.post.value());
    out.mutable_surfaces()->push_back(static_cast<char>(row.surface.value()));
    out.add_hour_offsets(row.hour.value() - base);
  }
  return frame.SerializeAsString();
}

absl::StatusOr<History> DecodeHistory(std::string_view bytes) {
  google::protobuf::Arena arena;
  auto& frame = *google::protobuf::Arena::CreateMessage<proto::HistoryFrame>(&arena);
  History history;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !DecodeInteractions(frame.interactions(), frame.base_hour(), history.interactions) ||
      !DecodeStates(frame.states(), frame.base_hour(), history) ||
      !DecodeImpressions(frame.impressions(), frame.base_hour(), history.impressions)) {
    return absl::DataLossError("history frame: its columns do not fit one another");
  }
  return history;
}

DayRange DaysOf(const History& history) {
  if (history.empty()) return {};
  return {.oldest = OldestHour(history).day(), .newest = NewestHour(history).day()};
}

}  // namespace bauta
