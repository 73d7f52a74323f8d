// addresses: invented viewers need addresses that a real city database knows.
#include <cstdio>
#include <map>
#include <memory>
#include <random>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "privacy/city_locator.h"
#include "privacy/gazetteer.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"

namespace bauta {
namespace {

struct Town {
  std::string name;  // As asked for: "CN/Chengdu".
  uint32_t found = 0;
};

absl::StatusOr<std::map<City, Town>> FindTowns(const Gazetteer& gazetteer, const std::string& names) {
  std::map<City, Town> towns;
  for (const auto& name : absl::StrSplit(names, ',', absl::SkipWhitespace())) {
    const std::vector<std::string> parts = absl::StrSplit(name, '/');
    const std::optional<CountryCode> country = CountryCode::Parse(parts[0]);
    const std::optional<Place> place =
        parts.size() == 2 && country ? gazetteer.FindCity(*country, parts[1]) : std::optional<Place>();
    if (!place)
      return absl::InvalidArgumentError(
          absl::StrCat("towns: ", std::string(name), " is no COUNTRY/CITY of the gazetteer"));
    towns[place->city].name = std::string(name);
  }
  if (towns.empty()) return absl::InvalidArgumentError("towns: COUNTRY/CITY, … expected");
  return towns;
}

// Addresses are drawn at random, from the seed alone, and kept where the database puts them into one of the
// towns.
absl::Status Addresses(const Arguments&) {
  constexpr uint64_t kDrawsMax = 50'000'000;
  BAUTA_ASSIGN_OR_RETURN(std::shared_ptr<const Gazetteer> gazetteer,
                         Gazetteer::Load(absl::GetFlag(FLAGS_gazetteer)));
  BAUTA_ASSIGN_OR_RETURN(const auto locator, CityLocator::Open({.ipv4_path = absl::GetFlag(FLAGS_city_db),
                                                                .ipv6_path = "",
                                                                .gazetteer = gazetteer}));
  BAUTA_ASSIGN_OR_RETURN(auto towns, FindTowns(*gazetteer, absl::GetFlag(FLAGS_towns)));
  const uint32_t wanted = absl::GetFlag(FLAGS_per_town);
  size_t missing = towns.size() * wanted;
  std::mt19937_64 random(absl::GetFlag(FLAGS_seed));
  std::printf("town,ip_address\n");
  for (uint64_t draw = 0; draw < kDrawsMax && missing > 0; ++draw) {
    const auto bits = static_cast<uint32_t>(random());
    const std::string text =
        absl::StrFormat("%d.%d.%d.%d", bits >> 24, bits >> 16 & 255, bits >> 8 & 255, bits & 255);
    absl::StatusOr<IpAddress> address = IpAddress::Parse(text);
    if (!address.ok()) continue;
    const std::optional<Place> place = locator->Locate(*std::move(address));
    const auto town = place ? towns.find(place->city) : towns.end();
    if (town == towns.end() || town->second.found >= wanted) continue;
    ++town->second.found;
    --missing;
    std::printf("%s,%s\n", town->second.name.c_str(), text.c_str());
  }
  if (missing == 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("towns: ", missing, " addresses too few in ", kDrawsMax, " draws"));
}

}  // namespace

std::vector<Command> TownCommands() {
  return {{"addresses", "--city_db=FILE --gazetteer=FILE --towns=COUNTRY/CITY,… [--per_town=20] [--seed=1]",
           "invented addresses that a city database puts into given towns", Addresses}};
}

}  // namespace bauta
