#include "featurestore/store/history_codec.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "bauta/storage/v1/history.pb.h"
#include "featurestore/store/little_endian.h"
#include "featurestore/store/wire_reader.h"

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

// The columns of one message; each field's number is its place, from 1.
struct Columns {
  std::array<std::string_view, 6> of;
  std::string_view operator[](size_t field) const { return of[field]; }
};

bool ReadColumns(std::string_view message, Columns& columns) {
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.field() < columns.of.size()) columns.of[reader.field()] = reader.bytes();
  }
  return reader.ok();
}

uint8_t ByteAt(std::string_view column, size_t index) { return static_cast<uint8_t>(column[index]); }

bool DecodeInteractions(std::string_view message, uint32_t base, std::vector<Interaction>& out) {
  Columns in;
  if (!ReadColumns(message, in)) return false;
  const std::string_view targets = in[1], kinds = in[2], surfaces = in[3];
  const size_t count = kinds.size();
  if (targets.size() != count * sizeof(uint64_t) || surfaces.size() != count) return false;
  WireReader hours(in[4]);
  WireReader dwell(in[5]);
  out.resize(count);
  for (size_t i = 0; i < count; ++i) {
    Interaction& row = out[i];
    const uint8_t kind = ByteAt(kinds, i);
    if (kind >= kSignalKindCount) return false;
    row.kind = static_cast<SignalKind>(kind);
    const auto target = LoadNumber<uint64_t>(targets.data() + i * sizeof(uint64_t));
    if (row.kind == SignalKind::kSearch) {
      row.topic = TopicId(target);
    } else {
      row.post = PostId(target);
    }
    row.surface = SurfaceId(ByteAt(surfaces, i));
    row.hour = Hour(base + static_cast<uint32_t>(hours.ReadVarint()));
    if (row.kind == SignalKind::kDwell) row.strength = static_cast<uint32_t>(dwell.ReadVarint());
  }
  return hours.ok() && hours.at_end() && dwell.ok() && dwell.at_end();
}

bool DecodeStates(std::string_view message, uint32_t base, History& out) {
  Columns in;
  if (!ReadColumns(message, in)) return false;
  const std::string_view posts = in[1], kinds = in[2], surfaces = in[3], taken_back = in[5];
  const size_t count = kinds.size();
  if (posts.size() != count * sizeof(uint64_t) || surfaces.size() != count ||
      (!taken_back.empty() && taken_back.size() != count)) {
    return false;
  }
  WireReader hours(in[4]);
  out.states.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const PostState row = {.post = PostId(LoadNumber<uint64_t>(posts.data() + i * sizeof(uint64_t))),
                           .kind = static_cast<SignalKind>(ByteAt(kinds, i)),
                           .surface = SurfaceId(ByteAt(surfaces, i)),
                           .hour = Hour(base + static_cast<uint32_t>(hours.ReadVarint()))};
    if (!IsState(row.kind)) return false;
    const bool off = !taken_back.empty() && taken_back[i] != 0;
    (off ? out.taken_back : out.states).push_back(row);
  }
  return hours.ok() && hours.at_end();
}

bool DecodeImpressions(std::string_view message, uint32_t base, std::vector<Impression>& out) {
  Columns in;
  if (!ReadColumns(message, in)) return false;
  const std::string_view posts = in[1], surfaces = in[2];
  const size_t count = surfaces.size();
  if (posts.size() != count * sizeof(uint32_t)) return false;
  WireReader hours(in[3]);
  out.resize(count);
  for (size_t i = 0; i < count; ++i) {
    out[i] = {.post = PostFingerprint(LoadNumber<uint32_t>(posts.data() + i * sizeof(uint32_t))),
              .surface = SurfaceId(ByteAt(surfaces, i)),
              .hour = Hour(base + static_cast<uint32_t>(hours.ReadVarint()))};
  }
  return hours.ok() && hours.at_end();
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
  uint32_t base = 0;
  std::string_view interactions, states, impressions;
  WireReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case proto::HistoryFrame::kBaseHourFieldNumber:
        base = static_cast<uint32_t>(reader.number());
        break;
      case proto::HistoryFrame::kInteractionsFieldNumber:
        interactions = reader.bytes();
        break;
      case proto::HistoryFrame::kStatesFieldNumber:
        states = reader.bytes();
        break;
      case proto::HistoryFrame::kImpressionsFieldNumber:
        impressions = reader.bytes();
        break;
      default:
        break;  // Of a later version.
    }
  }
  History history;
  if (!reader.ok() || !DecodeInteractions(interactions, base, history.interactions) ||
      !DecodeStates(states, base, history) || !DecodeImpressions(impressions, base, history.impressions)) {
    return absl::DataLossError("history frame: its columns do not fit one another");
  }
  return history;
}

DayRange DaysOf(const History& history) {
  if (history.empty()) return {};
  return {.oldest = OldestHour(history).day(), .newest = NewestHour(history).day()};
}

}  // namespace bauta
