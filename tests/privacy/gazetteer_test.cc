#include "privacy/gazetteer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace bauta {
namespace {

const CountryCode kDe = *CountryCode::Parse("DE");
const CountryCode kAt = *CountryCode::Parse("AT");

std::string Row(const std::string& name, const std::string& lat, const std::string& lng,
                const std::string& country, const std::string& admin1, const std::string& admin2 = "") {
  return absl::StrCat(R"({"name":")", name, R"(","lat":")", lat, R"(","lng":")", lng, R"(","country":")",
                      country, R"(","admin1":")", admin1, R"(","admin2":")", admin2, R"("})");
}

std::string Join(const std::vector<std::string>& rows) {
  std::string json = "[";
  for (const std::string& row : rows) absl::StrAppend(&json, json.size() > 1 ? "," : "", row);
  return json + "]";
}

std::unique_ptr<Gazetteer> Make(const std::vector<std::string>& rows) {
  auto gazetteer = Gazetteer::Parse(Join(rows));
  EXPECT_TRUE(gazetteer.ok()) << gazetteer.status();
  return *std::move(gazetteer);
}

TEST(GazetteerTest, ACityIsFoundByIdAndByName) {
  const auto gazetteer = Make({Row("München", "48.13743", "11.57549", "DE", "02"),
                               Row("Salzburg", "47.79941", "13.04399", "AT", "05")});
  const auto place = gazetteer->FindCity(kDe, "MünCHEN");
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->country, kDe);
  EXPECT_FLOAT_EQ(place->latitude, 48.13743F);
  EXPECT_FLOAT_EQ(place->longitude, 11.57549F);
  EXPECT_EQ(place->region, RegionOf(kDe, "02"));
  EXPECT_EQ(gazetteer->PlaceOf(place->city), place);
  EXPECT_EQ(gazetteer->NameOf(place->city), "München");
  EXPECT_FALSE(gazetteer->FindCity(kAt, "München").has_value());
  EXPECT_FALSE(gazetteer->FindCity(kDe, "").has_value());
  EXPECT_FALSE(gazetteer->PlaceOf(City(0)).has_value());
  EXPECT_EQ(gazetteer->NameOf(City(0)), "");
}

TEST(GazetteerTest, IdsAreTheDocumentedHash) {
  EXPECT_EQ(Make({Row("München", "48.1", "11.6", "DE", "02", "091")})->FindCity(kDe, "München")->city,
            City(GazetteerHash({"DE", "02", "091", "München"})));
  // Stored ids depend on it: it never changes. FNV-1a of one zero byte is 0xaf63bd4c8601b7df.
  EXPECT_EQ(GazetteerHash({""}), (0xaf63bd4cu ^ 0x8601b7dfu) & 0x7FFFFFFFu);
  EXPECT_NE(GazetteerHash({"a", "bc"}), GazetteerHash({"ab", "c"}));
  EXPECT_EQ(RegionOf(kDe, ""), Region());
  EXPECT_NE(RegionOf(kDe, "02"), RegionOf(kAt, "02"));
}

TEST(GazetteerTest, IdsDoNotDependOnTheOrderOfTheFile) {
  std::vector<std::string> rows;
  for (int i = 0; i < 6; ++i) rows.push_back(Row("Neustadt", absl::StrCat("50.", i), "11.0", "DE", "02"));
  for (int i = 0; i < 50; ++i) rows.push_back(Row(absl::StrCat("Stadt ", i), "51.5", "10.5", "DE", "01"));
  const auto expected = Make(rows)->FindCities(kDe, "Neustadt");
  ASSERT_EQ(expected.size(), 6u);
  std::set<City> ids;
  for (const Place& place : expected) ids.insert(place.city);
  EXPECT_EQ(ids.size(), 6u);
  std::mt19937 dice(3);
  for (int round = 0; round < 10; ++round) {
    std::shuffle(rows.begin(), rows.end(), dice);
    EXPECT_EQ(Make(rows)->FindCities(kDe, "Neustadt"), expected);
  }
  EXPECT_FLOAT_EQ(Make({rows})->PlaceOf(City(GazetteerHash({"DE", "02", "", "Neustadt"})))->latitude, 50.0F)
      << "the southernmost keeps the id";
}

TEST(GazetteerTest, TheNearestIsThatOfAScanOverAll) {
  std::mt19937 dice(5);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::vector<std::string> rows;
  for (int i = 0; i < 20'000; ++i) {
    // A third of them close to the poles and to the date line, where a grid goes wrong.
    const double lat = i % 3 == 0 ? (i % 2 == 0 ? 89.0 : -89.0) + latitude(dice) / 90 : latitude(dice);
    const double lng = i % 5 == 0 ? (i % 2 == 0 ? 179.5 : -179.5) + longitude(dice) / 360 : longitude(dice);
    rows.push_back(
        Row(absl::StrCat("c", i), absl::StrCat(lat), absl::StrCat(lng), i % 4 == 0 ? "AT" : "DE", "1"));
  }
  const auto gazetteer = Make(rows);
  std::vector<Place> places;
  for (int i = 0; i < 20'000; ++i) {
    places.push_back(*gazetteer->FindCity(i % 4 == 0 ? kAt : kDe, absl::StrCat("c", i)));
  }
  int found = 0;
  for (int i = 0; i < 200; ++i) {
    const auto lat = static_cast<float>(i % 3 == 0 ? (i % 2 == 0 ? 89.5 : -89.5) : latitude(dice));
    const auto lng = static_cast<float>(i % 5 == 0 ? (i % 2 == 0 ? 180 : -180) : longitude(dice));
    for (float km : {20.0F, 120.0F, 500.0F}) {
      double best = km;
      for (const Place& place : places) {
        if (place.country == kDe)
          best = std::min(best, DistanceKm(lat, lng, place.latitude, place.longitude));
      }
      const auto nearest = gazetteer->Nearest(kDe, lat, lng, km);
      if (!nearest) {
        EXPECT_NEAR(best, km, 0.05) << lat << " " << lng;
        continue;
      }
      ++found;
      EXPECT_EQ(nearest->country, kDe);
      EXPECT_NEAR(DistanceKm(lat, lng, nearest->latitude, nearest->longitude), best, 0.05)
          << lat << " " << lng;
    }
  }
  EXPECT_GT(found, 200);
}

TEST(GazetteerTest, FartherThanAllowedThereIsNone) {
  const auto gazetteer = Make({Row("A", "50.0", "10.0", "DE", "1")});
  EXPECT_TRUE(gazetteer->Nearest(kDe, 50.4F, 10.0F, 50).has_value());   // 44 km.
  EXPECT_FALSE(gazetteer->Nearest(kDe, 50.5F, 10.0F, 50).has_value());  // 56 km.
  EXPECT_FALSE(gazetteer->Nearest(kAt, 50.0F, 10.0F, 50).has_value());
  EXPECT_FALSE(gazetteer->Nearest(kDe, std::nanf(""), 10.0F, 50).has_value());
  EXPECT_FALSE(gazetteer->Nearest(kDe, 91.0F, 10.0F, 500).has_value());
}

TEST(GazetteerTest, AmongCitiesOfOneNameTheNearestIsTaken) {
  const auto gazetteer =
      Make({Row("Neustadt", "50.0", "10.0", "DE", "1"), Row("Neustadt", "50.3", "10.0", "DE", "2"),
            Row("Dorf", "50.2", "10.0", "DE", "2")});
  EXPECT_FLOAT_EQ(gazetteer->NearestNamed(kDe, "neustadt", 50.2F, 10.0F, 50)->latitude, 50.3F);
  EXPECT_FLOAT_EQ(gazetteer->NearestNamed(kDe, "Neustadt", 49.9F, 10.0F, 50)->latitude, 50.0F);
  EXPECT_FALSE(gazetteer->NearestNamed(kDe, "Neustadt", 55.0F, 10.0F, 50).has_value());
  EXPECT_FALSE(gazetteer->NearestNamed(kDe, "Altstadt", 50.0F, 10.0F, 50).has_value());
}

TEST(GazetteerTest, DistancesAreThoseOfTheSphere) {
  EXPECT_NEAR(DistanceKm(0, 0, 0, 1), 111.195, 0.01);
  EXPECT_NEAR(DistanceKm(52.52, 13.405, 48.137, 11.575), 504.2, 1);  // Berlin and Munich.
  EXPECT_NEAR(DistanceKm(0, 179.5, 0, -179.5), 111.195, 0.01);
  EXPECT_EQ(DistanceKm(10, 20, 10, 20), 0);
}

TEST(GazetteerTest, WhatIsNoGazetteerIsRefusedByElementAndField) {
  const std::string good = Row("A", "50.0", "10.0", "DE", "1");
  const std::pair<std::string, std::string> cases[] = {
      {"", "element 0"},
      {"[]", "one city"},
      {"{}", "array"},
      {"[1]", "string"},
      {"[" + good, "element 1"},
      {"[" + good + ",[]]", "element 1"},
      {Join({good, Row("B", "91", "10.0", "DE", "1")}), "element 1: lat"},
      {Join({good, Row("B", "5O", "10.0", "DE", "1")}), "element 1: lat"},
      {Join({good, Row("B", "50", "200", "DE", "1")}), "element 1: lng"},
      {Join({good, Row("B", "50", "20", "D", "1")}), "element 1: country"},
      {Join({good, R"({"lat":"1","lng":"1","country":"DE"})"}), "element 1: name"},
      {Join({good, R"({"name":"B","lng":"1","country":"DE"})"}), "element 1: lat"},
      {Join({good, R"({"name":"B","lat":"1","lng":2,"country":"DE"})"}), "element 1: lng"}};
  for (const auto& [json, expected] : cases) {
    const absl::Status status = Gazetteer::Parse(json).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_NE(std::string(status.message()).find(expected), std::string::npos) << status;
  }
}

TEST(GazetteerTest, AnAbsentFileIsNotFound) {
  EXPECT_EQ(Gazetteer::Load("/nowhere/cities.json").status().code(), absl::StatusCode::kNotFound);
}

TEST(CountryCodeTest, IsTwoLetters) {
  EXPECT_EQ(CountryCode::Parse("de"), kDe);
  EXPECT_EQ(kDe.ToString(), "DE");
  EXPECT_EQ(CountryCode().ToString(), "");
  EXPECT_EQ(CountryCode::FromPacked(kDe.packed()), kDe);
  EXPECT_EQ(CountryCode::FromPacked(0), CountryCode());
  for (const char* bad : {"", "D", "DEU", "D1", "ä"})
    EXPECT_FALSE(CountryCode::Parse(bad).has_value()) << bad;
  for (uint32_t bad : {1u, 0x10000u, uint32_t{'d'} << 8 | 'e'})
    EXPECT_FALSE(CountryCode::FromPacked(bad).has_value());
}

}  // namespace
}  // namespace bauta
