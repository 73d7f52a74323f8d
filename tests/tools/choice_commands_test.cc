// preferences, tags, delete-interactions: what a person chooses, sees and corrects at the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "privacy/gazetteer.h"
#include "tests/testing/temporary_directory.h"
#include "tests/tools/command_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Lyon alone.
class GazetteerFile {
 protected:
  GazetteerFile() {
    files_.Write("cities.json",
                 R"([{"name":"Lyon","lat":"45.75","lng":"4.85","country":"FR","admin1":"84","admin2":""}])");
  }
  std::string gazetteer() const { return files_.Join("cities.json"); }
  std::string Lyon() const {
    const auto places = *Gazetteer::Load(gazetteer());
    return absl::StrCat(places->FindCity(*CountryCode::Parse("FR"), "Lyon")->city.value());
  }

 private:
  TemporaryDirectory files_;
};

class ChoiceCommandsTest : public GazetteerFile, public CommandTest {
 protected:
  ChoiceCommandsTest() : CommandTest({.more_config = "geography { gazetteer: '" + gazetteer() + "' }"}) {}
  std::string Tags() const { return Printed("tags --account=reader"); }
};

TEST_F(ChoiceCommandsTest, PreferencesChangeWhereAFlagIsGivenAndStayElsewhere) {
  const std::string lyon = Lyon();
  const struct {
    std::string flags;
    std::string shown;
  } steps[] = {
      {"", "languages city topics\n -\n"},
      {"--read_languages=de,fr --like_topics=40,10", "de, fr - 40, 10"},
      {"--chosen_city=" + lyon, "de, fr " + lyon + " 40, 10"},
      {"--like_topics=20", "de, fr " + lyon + " 20"},
      {"--read_languages=none", lyon + " 20"},
      {"--chosen_city=none --like_topics=none", "languages city topics\n -\n"},
  };
  for (const auto& step : steps) {
    EXPECT_THAT(Printed("preferences --account=reader " + step.flags), HasSubstr(step.shown)) << step.flags;
    // What was printed is what is kept.
    EXPECT_THAT(Printed("preferences --account=reader"), HasSubstr(step.shown)) << step.flags;
  }
  EXPECT_EQ(Printed("preferences --account=reader --like_topics=20 --json"),
            "{\"declared_topic_ids\":[\"20\"]}\n");
  EXPECT_THAT(Printed("preferences --account=somebody_else"), Not(HasSubstr("20")));
}

TEST_F(ChoiceCommandsTest, TagsAreShownAndADeletedOneStaysDeleted) {
  EXPECT_THAT(Tags(), AllOf(HasSubstr("topic share acts"), HasSubstr("10 50.0% 2"), HasSubstr("20 25.0% 1"),
                            HasSubstr("30 25.0% 1"), HasSubstr("50 25.0% 1")));
  EXPECT_THAT(Printed("tags --account=reader --delete_tag=10"),
              AllOf(HasSubstr("10 deleted -"), Not(HasSubstr("10 50.0%"))));
  EXPECT_THAT(Tags(), HasSubstr("10 deleted -"));
  EXPECT_THAT(Printed("tags --account=reader --json"), HasSubstr("\"deleted_topic_ids\":[\"10\"]"));
  EXPECT_EQ(Printed("tags --account=somebody_else"), "topic share acts\n");
}

TEST_F(ChoiceCommandsTest, WhatWasDoneIsDeletedByPostKindAndSearch) {
  const struct {
    const char* flags;
    const char* printed;
    const char* of_the_export;  // Gone from then on.
  } steps[] = {
      {"1 2 --kinds=like", "1 deleted\n", "SIGNAL_KIND_LIKE"},
      {"--topic=50", "1 deleted\n", "SIGNAL_KIND_SEARCH"},
      {"1 3 4", "2 deleted\n", "SIGNAL_KIND_CLICK"},
      {"1", "0 deleted\n", "SIGNAL_KIND_CLICK"},
  };
  for (const auto& step : steps) {
    EXPECT_EQ(Printed(absl::StrCat("delete-interactions --account=reader ", step.flags)), step.printed);
    EXPECT_THAT(Printed("export --account=reader"), Not(HasSubstr(step.of_the_export))) << step.flags;
  }
  EXPECT_EQ(Tags(), "topic share acts\n");
}

TEST_F(ChoiceCommandsTest, WrongUseIsNamedAndChangesNothing) {
  const std::string before = Printed("export --account=reader");
  for (const WrongUse& wrong : {
           WrongUse{"preferences", 2, "whose? Give --account, --device or --external_code"},
           {"preferences --account=reader --device=phone", 2, "give one of --account"},
           {"preferences --account=reader --like_topics=tea", 2, "like_topics: a whole number from 1"},
           {"preferences --account=reader --like_topics=9223372036854775808", 2, "like_topics: a whole"},
           {"preferences --account=reader --like_topics=40, 10", 2, "nothing but flags may follow, got 10"},
           {"preferences --account=reader --chosen_city=Lyon", 2, "chosen_city: a city's id"},
           {"preferences --account=reader --chosen_city=7", 2, "preferences.chosen_city_id"},
           {"preferences --account=reader --read_languages=german", 2, "preferences.languages[0]"},
           {"preferences --account=reader --read_languages=de,de", 2, "de again"},
           {"tags", 2, "whose?"},
           {"tags reader", 2, "nothing but flags may follow, got reader"},
           {"tags --account=reader --delete_tag=tea", 2, "delete_tag: a whole number"},
           {"tags --account=reader --delete_tag=40", 1, "NOT_FOUND: topic_id: a profile tag of the subject"},
           {"delete-interactions 1", 2, "whose?"},
           {"delete-interactions --account=reader", 2, "what? Give ids of posts, or --topic"},
           {"delete-interactions --account=reader first", 2, "post: a whole number"},
           {"delete-interactions --account=reader 1 --kinds=tap", 2, "kinds: one of impression, click"},
           {"delete-interactions --account=reader 1 --topic=tea", 2, "topic: a whole number"},
       }) {
    ExpectWrong(wrong);
  }
  const auto kept = [](const std::string& text) { return text.substr(text.find('\n')); };  // But the time.
  EXPECT_EQ(kept(Printed("export --account=reader")), kept(before));
}

TEST_F(ChoiceCommandsTest, CorrectionsAreTheSubjectsOwn) {
  for (const char* command : {"tags --account=reader", "tags --account=reader --delete_tag=10",
                              "delete-interactions --account=reader 1"}) {
    const Outcome no_issuer = RunAs("everything", command, "");
    EXPECT_EQ(no_issuer.exit_code, 1) << no_issuer.output;
    EXPECT_THAT(no_issuer.output, AllOf(HasSubstr("PERMISSION_DENIED"), HasSubstr("BAUTA_ISSUER_DIR")));
    const Outcome wrong_role = RunAs("feed", command);
    EXPECT_EQ(wrong_role.exit_code, 1);
    EXPECT_THAT(wrong_role.output, HasSubstr("the token has no role that may call it"));
  }
  EXPECT_THAT(Tags(), HasSubstr("10 50.0% 2"));
}

}  // namespace
}  // namespace bauta::testing
