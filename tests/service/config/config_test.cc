#include "service/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kGood[] = R"(listen { unix_socket: "run/socket" }
access { token_file: "tokens" }
store { directory: "data" region: "eu-west" }
)";

absl::StatusOr<ServerConfig> Parse(const std::string& text) {
  return ParseConfig(text, "b.conf", "/etc/bauta");
}
absl::StatusOr<ServerConfig> ParseMore(const std::string& more) { return Parse(absl::StrCat(kGood, more)); }

TEST(ConfigTest, FillsInDefaultsAndRelativePaths) {
  const auto config = Parse(kGood);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen.unix_socket, "/etc/bauta/run/socket");
  EXPECT_EQ(config->token_file, "/etc/bauta/tokens");
  EXPECT_EQ(config->store.directory, "/etc/bauta/data");
  EXPECT_EQ(config->store.keys_directory, "/etc/bauta/data/keys");
  EXPECT_EQ(config->models_directory, "/etc/bauta/data/models");
  EXPECT_EQ(config->store.region, "eu-west");
  EXPECT_FALSE(config->store.create);
  EXPECT_EQ(config->store.view_cache_bytes, size_t{1} << 30);
  EXPECT_EQ(config->store.crowd_age_min, absl::Hours(24));
  EXPECT_EQ(config->fresh.crowd_min, 50u);
  EXPECT_EQ(config->model_age_max, absl::Hours(24));
  EXPECT_EQ(config->limits.calls_in_flight_max, 256);
  EXPECT_EQ(config->limits.default_deadline, absl::Seconds(2));
  EXPECT_EQ(config->store.retention.age_hours_max, Retention().age_hours_max);
  EXPECT_EQ(config->surfaces.size(), 3u);
  EXPECT_EQ(config->surfaces[0].name, "home");
  EXPECT_TRUE(config->metrics_address.empty());
}

TEST(ConfigTest, ReadsEveryKindOfValue) {
  const auto config = ParseMore(R"(
    retention { click_days: 3 idle_months: 2 }
    policy { number: 1 adds: [PERSONALIZE, LEARN] }
    policy { number: 4 effective_from: "2031-01-01T00:00:00Z" adds: ADS agree_anew: true }
    surface {
      name: "home" number: 9 scales { popularity: 0.5 } sources { popular: 0 city: 7 }
      author_spacing { decay: 0.25 } fresh_share: 0 age_hours_max: 48 seen_window_hours: 12
    }
    surface { name: "ads" number: 5 advertisements: true }
    surface {
      name: "push" number: 6 leave_out_sensitive: true posts_per_day_max: 3 quiet_from_hour: 22 quiet_until_hour: 0
    }
    fresh { crowd_min: 100 }
    limits { calls_in_flight: 7 drain_seconds: 0 }
    metrics { address: "127.0.0.1:0" }
    content_dimension: 16
  )");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->store.retention.AgeHoursMax(SignalKind::kClick), 72u);
  EXPECT_EQ(config->store.retention.AgeHoursMax(SignalKind::kView), 180u * 24);
  EXPECT_EQ(config->store.retention.idle_months_max, 2u);
  ASSERT_EQ(config->store.policy.versions().size(), 2u);
  const PolicyVersion& later = config->store.policy.versions()[1];
  EXPECT_EQ(later.number, 4u);
  EXPECT_EQ(later.effective, absl::FromCivil(absl::CivilSecond(2031, 1, 1), absl::UTCTimeZone()));
  EXPECT_EQ(later.adds, PurposeSet{Purpose::kAds});
  EXPECT_TRUE(later.agree_anew);
  EXPECT_EQ(config->store.policy.versions()[0].adds, (PurposeSet{Purpose::kPersonalize, Purpose::kLearn}));
  ASSERT_EQ(config->surfaces.size(), 3u);
  EXPECT_TRUE(config->surfaces[1].advertisements);
  EXPECT_FALSE(config->surfaces[1].leave_out_sensitive);
  EXPECT_EQ(config->surfaces[1].posts_per_day_max, std::nullopt);
  EXPECT_FALSE(config->surfaces[1].quiet_hours.has_value());
  EXPECT_FALSE(config->surfaces[2].advertisements);
  EXPECT_TRUE(config->surfaces[2].leave_out_sensitive);
  EXPECT_EQ(config->surfaces[2].posts_per_day_max, 3u);
  ASSERT_TRUE(config->surfaces[2].quiet_hours.has_value());
  EXPECT_EQ(config->surfaces[2].quiet_hours->from, 22u);
  EXPECT_EQ(config->surfaces[2].quiet_hours->until, 0u);
  const SurfaceRules& home = config->surfaces[0];
  EXPECT_EQ(home.id, SurfaceId(9));
  EXPECT_EQ(home.scales.popularity, 0.5f);
  EXPECT_EQ(home.scales.taste, 1.0f);
  EXPECT_EQ(home.source_limits[static_cast<size_t>(Source::kPopular)], 0u);
  EXPECT_EQ(home.source_limits[static_cast<size_t>(Source::kCity)], 7u);
  EXPECT_EQ(home.source_limits[static_cast<size_t>(Source::kTaste)], 500u);
  EXPECT_EQ(home.author_spacing.decay, 0.25f);
  EXPECT_EQ(home.author_spacing.floor, 0.25f);
  EXPECT_EQ(home.fresh_share, 0.0f);
  EXPECT_EQ(home.age_max, absl::Hours(48));
  EXPECT_EQ(home.seen_window, absl::Hours(12));
  EXPECT_EQ(config->fresh.crowd_min, 100u);
  EXPECT_EQ(config->limits.calls_in_flight_max, 7);
  EXPECT_EQ(config->limits.drain, absl::ZeroDuration());
  EXPECT_EQ(config->content_dimension, 16u);
}

// Each is put behind the good text, whose last line is the third.
TEST(ConfigTest, ImpossibleValuesAreNamedWithTheirLine) {
  const struct {
    std::string text, complaint;
  } cases[] = {
      {"colour: 3", "b.conf:4: Message type \"bauta.config.v1.ServerConfig\" has no field named \"colour\""},
      {"\n\nlimits { colour: 3 }", "b.conf:6:"},
      {"limits { calls_in_flight: 0 }", "b.conf:4: limits.calls_in_flight: 1 to 100000 allowed, 0 given"},
      {"limits {\n  calls_in_flight: 100001\n}", "b.conf:5: limits.calls_in_flight"},
      {"limits { calls_in_flight: -1 }", "b.conf:4:"},
      {"limits { calls_in_flight: \"many\" }", "b.conf:4:"},
      {"limits { message_bytes: 1000 }", "limits.message_bytes"},
      {"limits { calls_in_flight: 1 calls_in_flight: 2 }", "b.conf:4:"},
      {"fresh { crowd_min: 49 }", "fresh.crowd_min: 50 to"},
      {"fresh { popularity_window_hours: 25 }", "at most store.counter_window_hours = 24"},
      {"fresh { shrinkage: nan }", "fresh.shrinkage"},
      {"retention { click_days: 0 }", "retention.click_days: 1 to 3650"},
      {"models { age_hours_max: 9000 }", "models.age_hours_max"},
      {"pages { feed_minutes: 0 }", "pages.feed_minutes"},
      {"content_dimension: 5000", "content_dimension: 0 to 1024"},
      {"metrics { address: \"0.0.0.0:9464\" }", "metrics.address: a loopback address"},
      {"metrics { address: \"127.evil.example:9464\" }", "metrics.address: a loopback address"},
      {"metrics { address: \"127.0.0.1\" }", "metrics.address: HOST:PORT"},
      {"metrics { address: \"127.0.0.1:99999\" }", "metrics.address: HOST:PORT"},
      {"policy { number: 0 }", "policy[0].number"},
      {"policy { adds: LEARN }", "policy[0].number: required"},
      {"policy { number: 1 }\npolicy { number: 1 }", "policy: "},
      {"policy { number: 1 adds: [PURPOSE_UNSPECIFIED] }", "policy[0].adds[0]: 1 to 5 allowed, 0 given"},
      {"policy { number: 1 adds: FLY }", "b.conf:4:"},
      {"policy { number: 1 effective_from: \"soon\" }", "policy[0].effective_from"},
      {"surface { name: \"home\" }", "surface[0].number: required"},
      {"surface { name: \"home\" number: 256 }", "surface[0].number: 1 to 255"},
      {"surface { name: \"news\" number: 1 }", "home"},
      {"surface { name: \"home\" number: 1 }\nsurface { name: \"b\" number: 1 }", "surface"},
      {"surface { name: \"Home!\" number: 1 }", "surface[0].name: lower-case"},
      {"surface { name: \"home\" number: 1 fresh_share: 1.5 }", "surface[0].fresh_share: 0 to 1"},
      {"surface { name: \"home\" number: 1 topic_spacing { decay: 2 } }", "surface[0].topic_spacing.decay"},
      {"surface { name: \"home\" number: 1 scales { taste: -1 } }", "surface[0].scales.taste"},
      {"surface { name: \"home\" number: 1 sources { fresh: 100001 } }", "surface[0].sources.fresh"},
      {"surface { name: \"home\" number: 1\nposts_per_day_max: 0 }",
       "b.conf:5: surface[0].posts_per_day_max: 1 to 1000 allowed, 0 given"},
      {"surface { name: \"home\" number: 1 posts_per_day_max: 1001 }",
       "surface[0].posts_per_day_max: 1 to 1000"},
      {"surface { name: \"home\" number: 1\nquiet_from_hour: 22 }",
       "b.conf:5: surface[0].quiet_from_hour: allowed together"},
      {"surface { name: \"home\" number: 1 quiet_until_hour: 7 }",
       "surface[0].quiet_until_hour: allowed together"},
      {"surface { name: \"home\" number: 1 quiet_from_hour: 24 quiet_until_hour: 7 }",
       "surface[0].quiet_from_hour: 0 to 23 allowed, 24 given"},
      {"surface { name: \"home\" number: 1 quiet_from_hour: 7\nquiet_until_hour: 7 }",
       "b.conf:5: surface[0].quiet_until_hour: another hour"},
      {"surface { name: \"home\" number: 1 advertisements: 2 }", "b.conf:4:"},
      {"surface { name: \"home\" number: 1 leave_out_sensitive: perhaps }", "b.conf:4:"},
  };
  for (const auto& [text, complaint] : cases) {
    const absl::Status status = ParseMore(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("b.conf"), HasSubstr(complaint))) << text;
  }
}

TEST(ConfigTest, BadListenAccessAndStoreAreRefused) {
  const struct {
    std::string from, to, complaint;
  } cases[] = {
      {"listen { unix_socket: \"run/socket\" }", "", "listen: address or unix_socket required"},
      {"unix_socket: \"run/socket\"", "address: \"0.0.0.0:7443\"", "b.conf:1: listen.address: tls required"},
      {"unix_socket: \"run/socket\"", "address: \"0.0.0.0:7443\" plaintext: true", "tls required"},
      {"unix_socket: \"run/socket\"", "address: \"nohost\" plaintext: true", "HOST:PORT"},
      {"unix_socket: \"run/socket\"",
       "address: \"127.0.0.1:1\" plaintext: true tls { certificate_file: 'c' key_file: 'k' }",
       "not allowed together with tls"},
      {"unix_socket: \"run/socket\"", "address: \"127.0.0.1:1\" tls { certificate_file: 'c' }",
       "listen.tls.key_file: required"},
      {"run/socket", std::string(120, 's'), "at most 107 bytes"},
      {"token_file: \"tokens\"", "", "access.token_file: required"},
      {"token_file: \"tokens\"",
       "token_file: 't' rights_issuer { name: 'a' public_key: 'abc' subject_hash_key_file: 'k' }",
       "access.rights_issuer[0].public_key: 64 hexadecimal digits allowed, 3 given"},
      {"token_file: \"tokens\"",
       "token_file: 't' rights_issuer { name: 'a' public_key: 'abc' subject_hash_key_file: 'k' kind: 9 }",
       "access.rights_issuer[0].kind: 1 to 3 allowed, 9 given"},
      {"token_file: \"tokens\"", "token_file: 't' rights_issuer { }",
       "access.rights_issuer[0].name: required"},
      {"directory: \"data\"", "", "store.directory: required"},
      {"region: \"eu-west\"", "", "store.region: required"},
      {"region: \"eu-west\"", "region: \"EU West\"", "store.region: lower-case letters"},
      {"region: \"eu-west\"", "region: 'eu' interactions_max: 5", "store.interactions_max: 10 to 10000"},
  };
  for (const auto& [from, to, complaint] : cases) {
    const std::string text = absl::StrReplaceAll(kGood, {{from, to}});
    ASSERT_NE(text, kGood) << from;
    const absl::Status status = Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(complaint)) << text;
  }
}

TEST(ConfigTest, EveryComplaintIsMadeAtOnce) {
  const absl::Status status = ParseMore("limits { calls_in_flight: 0 }\nfresh { crowd_min: 1 }\n").status();
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("b.conf:4: limits"), HasSubstr("b.conf:5: fresh")));
}

// Cut anywhere, the file is refused or means the same as a file that ends there on purpose.
TEST(ConfigTest, ATruncatedFileIsRefused) {
  const std::string text = kGood;
  for (size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_EQ(Parse(text.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument) << size;
  }
}

TEST(ConfigTest, TheVersionIsThatOfTheValues) {
  const std::string version = Parse(kGood)->version;
  EXPECT_EQ(version.size(), 16u);
  EXPECT_EQ(Parse(absl::StrCat("# a comment\n\n", kGood))->version, version);
  EXPECT_NE(ParseMore("fresh { crowd_min: 51 }")->version, version);
}

TEST(ConfigTest, ReadsAFileAndNamesOneThatIsMissing) {
  const TemporaryDirectory directory;
  directory.Write("b.conf", kGood);
  const auto config = LoadConfig(PosixFileSystem(), directory.Join("b.conf"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->token_file, directory.Join("tokens"));
  EXPECT_EQ(LoadConfig(PosixFileSystem(), directory.Join("c.conf")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ConfigTest, TheExampleIsGood) {
  const auto config = LoadConfig(PosixFileSystem(), "service/bautad.example.conf");
  EXPECT_TRUE(config.ok()) << config.status();
}

// So that the example does not fall behind: what stands in it as a comment is valid too, with TLS in place of
// the Unix socket.
TEST(ConfigTest, WhatTheExampleShowsInCommentsIsGood) {
  std::string text = *ReadFile(PosixFileSystem(), "service/bautad.example.conf", 1 << 20);
  std::string uncommented;
  size_t fields = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t mark = line.find("# ");
    const std::string rest = mark == std::string::npos ? "" : line.substr(mark + 2);
    const bool is_field = rest.find(": ") != std::string::npos || rest.find('{') != std::string::npos ||
                          rest == "}" || rest == "  }" || rest.find("address: ") != std::string::npos;
    const bool is_prose = rest.find(". ") != std::string::npos || rest.ends_with('.') ||
                          rest.find('`') != std::string::npos || rest.ends_with(',') ||
                          rest.find("Roles:") == 0 || rest.find("SECRET=") != std::string::npos;
    if (is_field && !is_prose) {
      line.replace(mark, 2, "");
      ++fields;
    }
    absl::StrAppend(&uncommented, line, "\n");
  }
  EXPECT_GT(fields, 20u);
  absl::StrReplaceAll({{"64 hexadecimal digits", std::string(64, 'a')}}, &uncommented);
  const auto config = Parse(uncommented);
  EXPECT_TRUE(config.ok()) << config.status() << "\n" << uncommented;
}

TEST(ConfigTest, LoopbackIsWhatItSays) {
  for (const char* address : {"127.0.0.1:1", "127.1.2.3:1", "localhost:1", "[::1]:1"})
    EXPECT_TRUE(IsLoopback(address));
  for (const char* address :
       {"0.0.0.0:1", "10.0.0.1:1", "127.a:1", "[::]:1", "1270.0.0.1:1", "localhost.x:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace bauta::testing
