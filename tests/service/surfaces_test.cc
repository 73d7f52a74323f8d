#include "service/surfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace bauta {
namespace {

using ::testing::HasSubstr;

TEST(SurfacesTest, FindsByNameAndAnEmptyNameIsHome) {
  const absl::StatusOr<Surfaces> surfaces = Surfaces::Create(Surfaces::Defaults());
  ASSERT_TRUE(surfaces.ok()) << surfaces.status();
  EXPECT_EQ((*surfaces->FindByName("surface", ""))->rules.name, "home");
  EXPECT_TRUE((*surfaces->FindByName("surface", "following"))->rules.chronological);
  EXPECT_TRUE((*surfaces->FindByName("surface", "local"))->rules.same_region_only);
  EXPECT_EQ(surfaces->NameOf(SurfaceId(3)), "local");
  EXPECT_EQ(surfaces->NameOf(SurfaceId(200)), "");
}

TEST(SurfacesTest, AnUnknownNameIsRefusedWithThoseThatAreAllowed) {
  const absl::StatusOr<Surfaces> surfaces = Surfaces::Create(Surfaces::Defaults());
  for (const std::string& name : {std::string("Home"), std::string("nowhere"), std::string(100'000, 'x')}) {
    const absl::Status status = surfaces->FindByName("visit.surface", name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("home, following, local"));
    EXPECT_LT(status.message().size(), 300u);
  }
}

TEST(SurfacesTest, RefusesImpossibleRules) {
  struct Case {
    const char* complaint;
    std::function<void(std::vector<SurfaceRules>&)> change;
  };
  const Case cases[] = {
      {"home", [](auto& rules) { rules.erase(rules.begin()); }},
      {"twice", [](auto& rules) { rules[1].name = "local"; }},
      {"twice", [](auto& rules) { rules[1].id = rules[0].id; }},
      {"name", [](auto& rules) { rules[1].name = ""; }},
      {"name", [](auto& rules) { rules[1].name = std::string(65, 'x'); }},
      {"scales", [](auto& rules) { rules[1].scales.taste = -1; }},
      {"scales", [](auto& rules) { rules[1].scales.caller = std::numeric_limits<float>::infinity(); }},
      {"shares", [](auto& rules) { rules[1].explore_share = 1.5f; }},
      {"shares", [](auto& rules) { rules[1].fresh_share = std::numeric_limits<float>::quiet_NaN(); }},
  };
  for (const Case& test : cases) {
    std::vector<SurfaceRules> rules = Surfaces::Defaults();
    test.change(rules);
    const absl::Status status = Surfaces::Create(rules).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << test.complaint;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.complaint));
  }
}

TEST(SurfacesTest, TheVersionChangesWithEveryRule) {
  const std::vector<std::function<void(SurfaceRules&)>> changes = {
      [](SurfaceRules&) {},
      [](SurfaceRules& rules) { rules.chronological = true; },
      [](SurfaceRules& rules) { rules.same_region_only = true; },
      [](SurfaceRules& rules) { rules.scales.fatigue = 2; },
      [](SurfaceRules& rules) { rules.source_limits[3] = 7; },
      [](SurfaceRules& rules) { rules.topic_spacing.floor = 0.1f; },
      [](SurfaceRules& rules) { rules.fresh_share = 0.2f; },
      [](SurfaceRules& rules) { rules.fresh_age = absl::Hours(7); },
      [](SurfaceRules& rules) { rules.age_max = absl::Hours(72); },
      [](SurfaceRules& rules) { rules.seen_window = absl::Hours(1); },
      [](SurfaceRules& rules) { rules.advertisements = true; },
      [](SurfaceRules& rules) { rules.leave_out_sensitive = true; },
      [](SurfaceRules& rules) { rules.posts_per_day_max = 3; },
      [](SurfaceRules& rules) { rules.quiet_hours = QuietHours{.from = 22, .until = 7}; },
      [](SurfaceRules& rules) { rules.quiet_hours = QuietHours{.from = 7, .until = 22}; },
  };
  std::set<std::string> versions;
  for (const auto& change : changes) {
    std::vector<SurfaceRules> rules = Surfaces::Defaults();
    change(rules[0]);
    versions.insert(Surfaces::Create(rules)->all()[0].version);
  }
  EXPECT_EQ(versions.size(), changes.size());
}

}  // namespace
}  // namespace bauta
