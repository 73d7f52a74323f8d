#include "privacy/city_locator.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "tests/testing/mmdb_writer.h"
#include "tests/testing/temporary_directory.h"

namespace bauta {
namespace {

using testing::DbIpRow;
using testing::MaxMindRow;
using testing::MmdbWriter;

constexpr char kCities[] = R"([
  {"name":"Altdorf","lat":"50.00","lng":"10.00","country":"DE","admin1":"02","admin2":""},
  {"name":"Neudorf","lat":"50.05","lng":"10.00","country":"DE","admin1":"02","admin2":""},
  {"name":"Dorf","lat":"50.01","lng":"10.00","country":"AT","admin1":"05","admin2":""}])";

class CityLocatorTest : public ::testing::Test {
 protected:
  std::string Save(const std::string& name, const std::string& bytes) {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string SaveDbIp() {
    MmdbWriter writer(4);
    writer.Insert("192.0.2.0/25", DbIpRow("Neudorf", "DE", "Bavaria", 50.01F, 10.0F));
    writer.Insert("192.0.2.128/25", DbIpRow("Elsewhere (Quarter)", "DE", "Bavaria", 50.01F, 10.0F));
    writer.Insert("198.51.100.0/25", DbIpRow("Far", "DE", "Bavaria", 53.0F, 10.0F));
    writer.Insert("198.51.100.128/25", DbIpRow("", "DE", "", 50.0F, 10.0F));
    writer.Insert("203.0.113.0/25", DbIpRow("Neudorf (West)", "DE", "Bavaria", 50.01F, 10.0F));
    writer.Insert("203.0.113.128/25", DbIpRow("City", "", "", 50.0F, 10.0F));
    return Save("dbip.mmdb", writer.Write());
  }
  std::string SaveMaxMind() {
    MmdbWriter writer(6);
    writer.Insert("2001:db8:1::/48", MaxMindRow(2867714, "Altdorf", "DE", 2951839, 50.04, 10.0));
    writer.Insert("2001:db8:2::/48", MaxMindRow(0, "", "DE", 0, 50.04, 10.0));
    writer.Insert("192.0.2.0/24", MaxMindRow(77, "Dorf", "AT", 5, 50.01, 10.0));
    return Save("maxmind.mmdb", writer.Write());
  }
  static std::shared_ptr<const Gazetteer> Cities() { return *Gazetteer::Parse(kCities); }
  static std::unique_ptr<CityLocator> Open(const CityLocator::Options& options) {
    auto locator = CityLocator::Open(options);
    EXPECT_TRUE(locator.ok()) << locator.status();
    return *std::move(locator);
  }
  static std::optional<Place> Locate(const CityLocator& locator, const char* address) {
    return locator.Locate(*IpAddress::Parse(address));
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(CityLocatorTest, ADbIpHitBecomesTheGazetteersCity) {
  const auto cities = Cities();
  const auto locator = Open({.ipv4_path = SaveDbIp(), .gazetteer = cities});
  const auto city_of = [&](const char* address) {
    const auto place = Locate(*locator, address);
    return place ? std::string(cities->NameOf(place->city)) : std::string("none");
  };
  EXPECT_EQ(city_of("192.0.2.1"), "Neudorf") << "its name, though another city is nearer";
  EXPECT_EQ(city_of("203.0.113.5"), "Neudorf") << "a quarter behind the name";
  EXPECT_EQ(city_of("192.0.2.200"), "Altdorf")
      << "no such name: the nearest of the country, and not Austria's";
  EXPECT_EQ(city_of("198.51.100.1"), "none") << "no city near";
  EXPECT_EQ(city_of("198.51.100.200"), "none") << "a country's middle";
  EXPECT_EQ(city_of("203.0.113.200"), "none") << "no country";
  EXPECT_EQ(city_of("233.252.0.1"), "none") << "not in the database";
  EXPECT_EQ(city_of("2001:db8:1::1"), "none") << "no IPv6 database";
}

TEST_F(CityLocatorTest, TheSamePlaceComesFromBothSchemas) {
  const auto cities = Cities();
  const auto locator = Open({.ipv4_path = SaveDbIp(), .ipv6_path = SaveMaxMind(), .gazetteer = cities});
  EXPECT_EQ(Locate(*locator, "2001:db8:1::9"), cities->FindCity(*CountryCode::Parse("DE"), "Altdorf"));
  EXPECT_EQ(Locate(*locator, "2001:db8:2::9"), cities->FindCity(*CountryCode::Parse("DE"), "Neudorf"));
  EXPECT_EQ(Locate(*locator, "192.0.2.1"), cities->FindCity(*CountryCode::Parse("DE"), "Neudorf"));
  EXPECT_EQ(Locate(*locator, "::ffff:192.0.2.1"), Locate(*locator, "192.0.2.1"));
}

TEST_F(CityLocatorTest, WithoutAGazetteerTheDatabasesOwnIdsAreUsed) {
  const std::string maxmind = SaveMaxMind();
  const auto locator = Open({.ipv4_path = maxmind, .ipv6_path = maxmind});
  EXPECT_EQ(Locate(*locator, "2001:db8:1::9"),
            (Place{City(2867714), Region(2951839), *CountryCode::Parse("DE"), 50.04F, 10.0F}));
  EXPECT_EQ(Locate(*locator, "192.0.2.1"),
            (Place{City(77), Region(5), *CountryCode::Parse("AT"), 50.01F, 10.0F}));
  EXPECT_FALSE(Locate(*locator, "2001:db8:2::9").has_value()) << "no city";
  const auto flat = Open({.ipv4_path = SaveDbIp()});
  EXPECT_EQ(Locate(*flat, "192.0.2.1"),
            (Place{City(GazetteerHash({"DE", "Bavaria", "Neudorf"})),
                   Region(GazetteerHash({"DE", "Bavaria"})), *CountryCode::Parse("DE"), 50.01F, 10.0F}));
}

TEST_F(CityLocatorTest, TheAddressIsDropped) {
  const auto locator = Open({.ipv4_path = SaveDbIp(), .gazetteer = Cities()});
  IpAddress address = *IpAddress::Parse("192.0.2.1");
  EXPECT_TRUE(locator->Locate(std::move(address)).has_value());
  EXPECT_FALSE(
      locator->Locate(std::move(address)).has_value());  // NOLINT(bugprone-use-after-move): it is wiped.
}

TEST_F(CityLocatorTest, WithNoDatabaseThereIsNoCity) {
  const auto locator = Open({});
  EXPECT_FALSE(Locate(*locator, "192.0.2.1").has_value());
  EXPECT_FALSE(Locate(*locator, "2001:db8::1").has_value());
}

TEST_F(CityLocatorTest, AbsentOrForeignFilesAreRefusedByName) {
  const std::string absent = directory_.path() + "/absent.mmdb";
  absl::Status status = CityLocator::Open({.ipv4_path = absent}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(std::string(status.message()).find(absent), std::string::npos);
  const std::string foreign = Save("foreign.mmdb", "not a database");
  status = CityLocator::Open({.ipv6_path = foreign}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find(foreign), std::string::npos);
  EXPECT_EQ(CityLocator::Open({.ipv6_path = SaveDbIp()}).status().code(), absl::StatusCode::kInvalidArgument)
      << "it has no IPv6 addresses";
}

}  // namespace
}  // namespace bauta
