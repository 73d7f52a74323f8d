// What SubjectService promises of preferences: obeyed at once and with every switch off, kept through a
// restart, exported as they were given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "privacy/gazetteer.h"
#include "service/validation_subject.h"
#include "tests/service/calls.h"
#include "tests/service/small_model.h"
#include "tests/testing/model_builder.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

v1::Preferences Choices(const std::vector<std::string>& languages, uint32_t city = 0,
                        const std::vector<uint64_t>& topics = {}) {
  v1::Preferences preferences;
  for (const std::string& language : languages) preferences.add_languages(language);
  preferences.set_chosen_city_id(city);
  for (uint64_t topic : topics) preferences.add_declared_topic_ids(topic);
  return preferences;
}

class SubjectChoicesTest : public ::testing::Test {
 protected:
  absl::Time now() const { return server_->clock().Now(); }
  v1::Post PostIn(uint64_t id, const std::string& language, const std::vector<uint64_t>& topics = {}) {
    v1::Post post = PostOf(id, "ann", topics, now());
    post.set_language(language);
    return post;
  }

  std::unique_ptr<TestServer> server_ = TestServer::Start({.more_config = "sensitive_topic: 666"});
  Calls calls_{*server_};
  const v1::Subject reader_ = Account("reader");
};

TEST_F(SubjectChoicesTest, LanguagesFilterTheNextFeedWithEverySwitchOffAndAfterARestart) {
  ASSERT_TRUE(calls_.Upsert({PostIn(1, "de"), PostIn(2, "zh-Hans"), PostIn(3, "fr"), PostIn(4, "")}).ok());
  ASSERT_THAT(calls_.Rank(reader_, {1, 2, 3, 4}), SizeIs(4));
  const auto kept = calls_.Prefer(reader_, Choices({"zh-Hant-TW", "DE"}));
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_THAT(kept->languages(), ElementsAre("zh", "de"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(calls_.Consent(reader_).purposes(), IsEmpty());
    EXPECT_THAT(calls_.Rank(reader_, {1, 2, 3, 4}), UnorderedElementsAre(1, 2, 4));
    EXPECT_EQ(calls_.Preferences(reader_).SerializeAsString(), kept->SerializeAsString());
    ASSERT_TRUE(server_->Restart().ok());
  }
  ASSERT_TRUE(calls_.Prefer(reader_, Choices({})).ok());
  EXPECT_THAT(calls_.Rank(reader_, {1, 2, 3, 4}), SizeIs(4));
}

TEST_F(SubjectChoicesTest, TheyAreExportedWholeAndGoWithAnErasure) {
  const v1::Preferences chosen = Choices({"en", "pt"}, 42, {7, 3, 9});
  ASSERT_TRUE(calls_.Prefer(reader_, chosen).ok());
  Exported exported = calls_.Export(reader_);
  EXPECT_EQ(exported.choices.preferences().SerializeAsString(), chosen.SerializeAsString());
  EXPECT_THAT(exported.choices.deleted_topic_ids(), IsEmpty());
  calls_.Erase(reader_);
  EXPECT_TRUE(calls_.Export(reader_).Empty());
  EXPECT_EQ(calls_.Preferences(reader_).ByteSizeLong(), 0u);
}

TEST_F(SubjectChoicesTest, DeclaredTopicsBeginTheTasteWithEverySwitchOff) {
  ModelParameters model = SmallModel("small", now());
  model.prior.topics = {TopicId(10), TopicId(20)};
  model.prior.topic_vectors = {.rows = 2, .columns = 2, .values = {1, 0, 0, 1}};
  const auto committed = [] { return absl::OkStatus(); };
  ASSERT_TRUE(server_->backend().serving().Activate(MakeSnapshot(model), committed).ok());
  std::vector<v1::Post> posts;
  for (uint64_t id = 1; id <= 4; ++id) posts.push_back(PostOf(id, "ann", {}, now()));
  ASSERT_TRUE(calls_.Upsert(posts).ok());
  ASSERT_TRUE(calls_.Prefer(reader_, Choices({}, 0, {10})).ok());
  std::vector<uint64_t> ranked = calls_.Rank(reader_, {1, 2, 3, 4});
  EXPECT_THAT(std::vector<uint64_t>(ranked.begin(), ranked.begin() + 2), UnorderedElementsAre(1, 3));
  ASSERT_TRUE(calls_.Prefer(reader_, Choices({}, 0, {20})).ok());
  ranked = calls_.Rank(reader_, {1, 2, 3, 4});
  EXPECT_THAT(std::vector<uint64_t>(ranked.begin(), ranked.begin() + 2), UnorderedElementsAre(2, 4));
}

TEST_F(SubjectChoicesTest, WhatMakesNoSenseIsRefusedByFieldAndChangesNothing) {
  struct Case {
    const char* name;
    v1::Preferences preferences;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"21 languages", Choices(std::vector<std::string>(kLanguagesMax + 1, "en")),
       "preferences.languages: at most 20 elements allowed, 21 sent"},
      {"no language", Choices({"en", "1"}), "preferences.languages[1]"},
      {"empty language", Choices({""}), "preferences.languages[0]"},
      {"long language", Choices({std::string(36, 'e')}), "preferences.languages[0]"},
      {"one twice", Choices({"zh-Hans", "zh-Hant"}),
       "preferences.languages[1]: distinct values allowed, zh again sent"},
      {"51 topics", Choices({}, 0, std::vector<uint64_t>(kDeclaredTopicsMax + 1, 1)),
       "preferences.declared_topic_ids: at most 50 elements allowed, 51 sent"},
      {"topic 0", Choices({}, 0, {5, 0}), "preferences.declared_topic_ids[1]"},
      {"topic past the range", Choices({}, 0, {uint64_t{1} << 63}), "preferences.declared_topic_ids[0]"},
      {"topic twice", Choices({}, 0, {5, 5}), "preferences.declared_topic_ids[1]: distinct values allowed"},
      {"sensitive topic", Choices({}, 0, {5, 666}),
       "preferences.declared_topic_ids[1]: topics that the configuration does not call sensitive allowed"},
  };
  for (const Case& bad : cases) {
    const absl::Status status = calls_.Prefer(reader_, bad.preferences).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad.message)) << bad.name;
  }
  v1::UpdatePreferencesRequest nothing;
  *nothing.mutable_subject() = reader_;
  EXPECT_EQ(server_->backend().subject().UpdatePreferences(Principal(), nothing).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(calls_.Export(reader_).Empty());
}

class ChosenCityTest : public ::testing::Test {
 protected:
  ChosenCityTest() {
    std::ofstream(directory_.Join("cities.json"))
        << R"([{"name":"Aachen","lat":"50.77","lng":"6.08","country":"DE","admin1":"07","admin2":""},)"
        << R"({"name":"Lyon","lat":"45.75","lng":"4.85","country":"FR","admin1":"84","admin2":""}])";
    server_ = TestServer::Start(
        {.more_config = "geography { gazetteer: '" + directory_.Join("cities.json") + "' }"});
    gazetteer_ = *Gazetteer::Load(directory_.Join("cities.json"));
  }
  Place PlaceOf(const char* country, const char* name) {
    return *gazetteer_->FindCity(*CountryCode::Parse(country), name);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<Gazetteer> gazetteer_;
};

TEST_F(ChosenCityTest, StandsBeforeTheAddressesAndMustBeInTheGazetteer) {
  Calls calls(*server_);
  const v1::Subject reader = Account("reader");
  const Place aachen = PlaceOf("DE", "Aachen"), lyon = PlaceOf("FR", "Lyon");
  EXPECT_EQ(calls.Prefer(reader, Choices({}, 7)).status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(calls.Prefer(reader, Choices({}, lyon.city.value())).ok());
  ASSERT_TRUE(calls.Grant(reader, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LOCATE}).ok());

  // A post for France alone, where the chosen city lies.
  v1::Post post = PostOf(1, "ann", {}, calls.now());
  post.add_allowed_countries("FR");
  ASSERT_TRUE(calls.Upsert({post}).ok());
  EXPECT_THAT(calls.Rank(reader, {1}), ElementsAre(1));
  ASSERT_TRUE(calls.Withdraw(reader, {v1::PURPOSE_PERSONALIZE, v1::PURPOSE_LOCATE}).ok());
  EXPECT_THAT(calls.Rank(reader, {1}), ElementsAre(1));
  ASSERT_TRUE(calls.Prefer(reader, Choices({}, aachen.city.value())).ok());
  EXPECT_THAT(calls.Rank(reader, {1}), IsEmpty());
}

}  // namespace
}  // namespace bauta::testing
