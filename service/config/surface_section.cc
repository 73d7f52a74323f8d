#include "service/config/surface_section.h"

#include <utility>

#include "service/surfaces.h"

namespace bauta {
namespace {

constexpr char kLowerDigitsDashUnderscore[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

void ReadSpacing(const SectionReader& surface, const char* name, Spacing& spacing) {
  const SectionReader section = surface.Sub(name);
  spacing.decay = static_cast<float>(section.Number("decay", 0, 1, spacing.decay));
  spacing.floor = static_cast<float>(section.Number("floor", 0, 1, spacing.floor));
}

void ReadDailyBounds(const SectionReader& surface, SurfaceRules& rules) {
  if (surface.Has("posts_per_day_max")) {
    rules.posts_per_day_max = static_cast<uint32_t>(surface.Integer("posts_per_day_max", 1, 1000, 1));
  }
  const bool from_given = surface.Has("quiet_from_hour"), until_given = surface.Has("quiet_until_hour");
  if (!from_given && !until_given) return;
  if (!from_given || !until_given) {
    surface.Error(from_given ? "quiet_from_hour" : "quiet_until_hour",
                  "allowed together with the other of quiet_from_hour and quiet_until_hour only");
    return;
  }
  const QuietHours quiet{.from = static_cast<uint32_t>(surface.Integer("quiet_from_hour", 0, 23, 0)),
                         .until = static_cast<uint32_t>(surface.Integer("quiet_until_hour", 0, 23, 1))};
  if (quiet.from == quiet.until) {
    surface.Error("quiet_until_hour", "another hour than quiet_from_hour allowed, the same given");
  }
  rules.quiet_hours = quiet;
}

}  // namespace

SurfaceRules ReadSurfaceSection(const SectionReader& surface) {
  SurfaceRules rules;
  rules.name = surface.RequiredWord("name", kSurfaceNameSizeMax, kLowerDigitsDashUnderscore,
                                    "lower-case letters, digits, '-', '_'");
  rules.id = SurfaceId(static_cast<uint8_t>(surface.RequiredInteger("number", 1, 255)));
  rules.chronological = surface.Flag("chronological");
  rules.followed_only = surface.Flag("followed_only");
  rules.same_region_only = surface.Flag("same_region_only");
  const SectionReader scales = surface.Sub("scales");
  const std::pair<const char*, float*> terms[] = {
      {"taste", &rules.scales.taste},         {"locality", &rules.scales.locality},
      {"freshness", &rules.scales.freshness}, {"popularity", &rules.scales.popularity},
      {"follow", &rules.scales.follow},       {"caller", &rules.scales.caller},
      {"fatigue", &rules.scales.fatigue}};
  for (const auto& [name, scale] : terms) *scale = static_cast<float>(scales.Number(name, 0, 1000, *scale));
  const SectionReader sources = surface.Sub("sources");
  const std::pair<const char*, Source> limits[] = {{"taste", Source::kTaste},
                                                   {"followed_author", Source::kFollowedAuthor},
                                                   {"followed_topic", Source::kFollowedTopic},
                                                   {"city", Source::kCity},
                                                   {"fresh", Source::kFresh},
                                                   {"popular", Source::kPopular}};
  for (const auto& [name, source] : limits) {
    uint32_t& limit = rules.source_limits[static_cast<size_t>(source)];
    limit = static_cast<uint32_t>(sources.Integer(name, 0, 100'000, limit));
  }
  ReadSpacing(surface, "author_spacing", rules.author_spacing);
  ReadSpacing(surface, "topic_spacing", rules.topic_spacing);
  rules.fresh_share = static_cast<float>(surface.Number("fresh_share", 0, 1, rules.fresh_share));
  rules.explore_share = static_cast<float>(surface.Number("explore_share", 0, 1, rules.explore_share));
  rules.fresh_age = absl::Hours(surface.Integer("fresh_hours", 1, 8760, 6));
  if (surface.Has("age_hours_max")) {
    rules.age_max = absl::Hours(surface.Integer("age_hours_max", 1, 87'600, 87'600));
  }
  rules.seen_window = absl::Hours(surface.Integer("seen_window_hours", 0, 168, 0));
  rules.advertisements = surface.Flag("advertisements");
  rules.leave_out_sensitive = surface.Flag("leave_out_sensitive");
  ReadDailyBounds(surface, rules);
  return rules;
}

}  // namespace bauta
