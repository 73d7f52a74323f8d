#include "service/surfaces.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "privacy/hash.h"

namespace bauta {
namespace {

// Every field, in its own place: two surfaces that rank differently have different texts.
std::string Fingerprint(const SurfaceRules& rules) {
  std::string text = absl::StrCat(rules.name, "/", rules.id.value(), "/", rules.chronological,
                                  rules.followed_only, rules.same_region_only);
  const TermScales& scales = rules.scales;
  absl::StrAppend(&text, "/", scales.taste, "/", scales.locality, "/", scales.freshness, "/",
                  scales.popularity);
  absl::StrAppend(&text, "/", scales.follow, "/", scales.caller, "/", scales.fatigue);
  // The limit of the last source is nobody's to change.
  for (size_t source = 0; source < static_cast<size_t>(Source::kNamed); ++source) {
    absl::StrAppend(&text, "/", rules.source_limits[source]);
  }
  absl::StrAppend(&text, "/", rules.author_spacing.decay, "/", rules.author_spacing.floor);
  absl::StrAppend(&text, "/", rules.topic_spacing.decay, "/", rules.topic_spacing.floor);
  absl::StrAppend(&text, "/", rules.fresh_share, "/", rules.explore_share);
  absl::StrAppend(&text, "/", absl::FormatDuration(rules.fresh_age), "/", absl::FormatDuration(rules.age_max),
                  "/", absl::FormatDuration(rules.seen_window));
  // What is unset is left out, so that a new kind of rule leaves the versions of surfaces without it alone.
  if (rules.advertisements) absl::StrAppend(&text, "/advertisements");
  if (rules.leave_out_sensitive) absl::StrAppend(&text, "/leave_out_sensitive");
  if (rules.posts_per_day_max) absl::StrAppend(&text, "/posts_per_day_max=", *rules.posts_per_day_max);
  if (rules.quiet_hours) {
    absl::StrAppend(&text, "/quiet=", rules.quiet_hours->from, "-", rules.quiet_hours->until);
  }
  const Sha256Digest digest = Sha256(text);
  std::string version;
  for (size_t i = 0; i < 8; ++i) absl::StrAppend(&version, absl::Hex(digest[i], absl::kZeroPad2));
  return version;
}

absl::Status CheckRules(const SurfaceRules& rules) {
  if (rules.name.empty() || rules.name.size() > kSurfaceNameSizeMax) {
    return absl::InvalidArgumentError(absl::StrCat("surface ", rules.id.value(), ": name: 1 to ",
                                                   kSurfaceNameSizeMax, " bytes allowed, ", rules.name.size(),
                                                   " given"));
  }
  const TermScales& scales = rules.scales;
  for (float scale : {scales.taste, scales.locality, scales.freshness, scales.popularity, scales.follow,
                      scales.caller, scales.fatigue}) {
    if (!std::isfinite(scale) || scale < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("surface ", rules.name, ": scales: finite numbers from 0 allowed, ", scale, " given"));
    }
  }
  for (float share : {rules.fresh_share, rules.explore_share, rules.author_spacing.decay,
                      rules.author_spacing.floor, rules.topic_spacing.decay, rules.topic_spacing.floor}) {
    if (!(share >= 0 && share <= 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("surface ", rules.name, ": shares and spacings: 0 to 1 allowed, ", share, " given"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Surfaces> Surfaces::Create(std::vector<SurfaceRules> rules) {
  Surfaces surfaces;
  surfaces.by_id_.fill(kNone);
  for (SurfaceRules& surface : rules) {
    if (const absl::Status status = CheckRules(surface); !status.ok()) return status;
    for (const Surface& earlier : surfaces.surfaces_) {
      if (earlier.rules.name == surface.name || earlier.rules.id == surface.id) {
        return absl::InvalidArgumentError(absl::StrCat("surface ", surface.name, ": its name or its number ",
                                                       surface.id.value(), " is given twice"));
      }
    }
    surfaces.by_id_[surface.id.value()] = static_cast<uint16_t>(surfaces.surfaces_.size());
    std::string version = Fingerprint(surface);
    surfaces.surfaces_.push_back({std::move(surface), std::move(version)});
  }
  if (const auto home = surfaces.FindByName("surfaces", kDefaultSurface); !home.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("surfaces: one named ", kDefaultSurface, " is required"));
  }
  return surfaces;
}

std::vector<SurfaceRules> Surfaces::Defaults() {
  SurfaceRules home;
  home.id = SurfaceId(1);
  home.name = kDefaultSurface;
  SurfaceRules following;
  following.id = SurfaceId(2);
  following.name = "following";
  following.chronological = true;
  following.followed_only = true;
  SurfaceRules local;
  local.id = SurfaceId(3);
  local.name = "local";
  local.same_region_only = true;
  return {home, following, local};
}

absl::StatusOr<const Surface*> Surfaces::FindByName(const FieldPath& field, const std::string& name) const {
  const std::string_view wanted = name.empty() ? std::string_view(kDefaultSurface) : std::string_view(name);
  for (const Surface& surface : surfaces_) {
    if (surface.rules.name == wanted) return &surface;
  }
  std::string names;
  for (const Surface& surface : surfaces_)
    absl::StrAppend(&names, names.empty() ? "" : ", ", surface.rules.name);
  return FieldError(field, names,
                    name.size() <= kSurfaceNameSizeMax ? absl::StrCat("\"", absl::CEscape(name), "\"")
                                                       : absl::StrCat(name.size(), " bytes"));
}

std::string_view Surfaces::NameOf(SurfaceId id) const {
  const uint16_t index = by_id_[id.value()];
  return index == kNone ? std::string_view() : std::string_view(surfaces_[index].rules.name);
}

}  // namespace bauta
