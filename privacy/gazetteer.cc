#include "privacy/gazetteer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "base/status.h"
#include "base/strings.h"
#include "privacy/gazetteer_builder.h"

namespace bauta {
namespace {

constexpr uint64_t kFileSizeMax = uint64_t{1} << 28;  // 256 MiB; the package's file has 17 MB.
constexpr double kCellKm = 0.5 * std::numbers::pi / 180 * kEarthRadiusKm;  // A cell's height.
constexpr float kSearchKmMax = 500;

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }

float ChordSquared(const std::array<float, 3>& a, const std::array<float, 3>& b) {
  float sum = 0;
  for (size_t i = 0; i < 3; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

float ChordSquaredOfKm(float km) {
  const double chord = 2 * std::sin(std::min(km, kSearchKmMax) / kEarthRadiusKm / 2);
  return static_cast<float>(chord * chord);
}

bool IsPosition(float latitude, float longitude) {
  return std::abs(latitude) <= 90 && std::abs(longitude) <= 180;  // False for NaN.
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gazetteer>> Gazetteer::Load(const std::string& path) {
  BAUTA_ASSIGN_OR_RETURN(const std::string json, ReadFile(PosixFileSystem(), path, kFileSizeMax));
  absl::StatusOr<std::unique_ptr<Gazetteer>> gazetteer = Parse(json);
  if (gazetteer.ok()) return gazetteer;
  return absl::Status(gazetteer.status().code(), absl::StrCat(path, ": ", gazetteer.status().message()));
}

absl::StatusOr<std::unique_ptr<Gazetteer>> Gazetteer::Parse(std::string_view json) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<GazetteerBuilder::Row> rows, GazetteerBuilder::ReadJson(json));
  return GazetteerBuilder::Build(rows);
}

std::optional<Place> Gazetteer::PlaceOf(City city) const {
  const auto found = by_id_.find(city);
  if (found == by_id_.end()) return std::nullopt;
  return cities_[found->second].place;
}

std::string_view Gazetteer::NameOf(City city) const {
  const auto found = by_id_.find(city);
  return found == by_id_.end() ? std::string_view() : Name(cities_[found->second]);
}

std::vector<Place> Gazetteer::FindCities(CountryCode country, std::string_view name) const {
  std::vector<Place> places;
  const uint64_t hash = GazetteerBuilder::NameHash(country, name);
  for (auto at = std::lower_bound(by_name_.begin(), by_name_.end(), std::pair(hash, uint32_t{0}));
       at != by_name_.end() && at->first == hash; ++at) {
    const Entry& entry = cities_[at->second];
    if (entry.place.country == country && absl::EqualsIgnoreCase(ToAbsl(Name(entry)), ToAbsl(name))) {
      places.push_back(entry.place);
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.city < b.city; });
  return places;
}

std::optional<Place> Gazetteer::FindCity(CountryCode country, std::string_view name) const {
  const std::vector<Place> places = FindCities(country, name);
  return places.empty() ? std::nullopt : std::optional(places.front());
}

std::optional<Place> Gazetteer::NearestNamed(CountryCode country, std::string_view name, float latitude,
                                             float longitude, float distance_km_max) const {
  if (!IsPosition(latitude, longitude)) return std::nullopt;
  const UnitVector position = GazetteerBuilder::Position(latitude, longitude);
  float best = ChordSquaredOfKm(distance_km_max);
  std::optional<Place> nearest;
  for (const Place& place : FindCities(country, name)) {
    const float chord = ChordSquared(position, GazetteerBuilder::Position(place.latitude, place.longitude));
    if (chord > best || (nearest && chord == best)) continue;
    best = chord;
    nearest = place;
  }
  return nearest;
}

std::optional<Place> Gazetteer::Nearest(CountryCode country, float latitude, float longitude,
                                        float distance_km_max) const {
  if (!IsPosition(latitude, longitude)) return std::nullopt;
  const UnitVector position = GazetteerBuilder::Position(latitude, longitude);
  const auto row = static_cast<int64_t>(GazetteerBuilder::RowOf(latitude));
  const auto column = static_cast<int64_t>(GazetteerBuilder::ColumnOf(longitude));
  constexpr auto kRows = static_cast<int64_t>(kGazetteerRows);
  constexpr auto kColumns = static_cast<int64_t>(kGazetteerColumns);
  float best = ChordSquaredOfKm(distance_km_max);
  const Entry* nearest = nullptr;
  const auto visit = [&](int64_t r, int64_t c) {
    const auto cell = static_cast<size_t>(r * kColumns + (c % kColumns + kColumns) % kColumns);
    for (uint32_t i = cell_begins_[cell]; i < cell_begins_[cell + 1]; ++i) {
      const Entry& entry = cities_[cell_cities_[i]];
      if (entry.place.country != country) continue;
      const float chord = ChordSquared(position, entry.position);
      const bool closer =
          chord < best || (chord == best && (nearest == nullptr || entry.place.city < nearest->place.city));
      if (!closer) continue;
      best = chord;
      nearest = &entry;
    }
  };
  // Rows from the middle outwards. In each, as many columns as `best` reaches at the row's end that is nearer
  // to the pole, where columns are narrowest.
  for (int64_t ring = 0; ring < kRows; ++ring) {
    const double reach_km = 2 * std::asin(std::sqrt(double{best}) / 2) * kEarthRadiusKm;
    if (static_cast<double>(ring - 1) * kCellKm > reach_km) break;
    for (const int64_t r : {row - ring, row + ring}) {
      if (r < 0 || r >= kRows || (ring == 0 && r != row)) continue;
      const double pole_side =
          std::max(std::abs(static_cast<double>(r) / 2 - 90), std::abs(static_cast<double>(r + 1) / 2 - 90));
      const double column_km = kCellKm * std::cos(Radians(std::min(pole_side, 90.0)));
      const int64_t columns = column_km * kColumns / 2 <= reach_km
                                  ? kColumns / 2
                                  : static_cast<int64_t>(reach_km / column_km) + 1;
      for (int64_t c = -columns; c <= columns; ++c) visit(r, column + c);
      if (ring == 0) break;
    }
  }
  return nearest == nullptr ? std::nullopt : std::optional(nearest->place);
}

double DistanceKm(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
  const double half_latitude = Radians(latitude_b - latitude_a) / 2;
  const double half_longitude = Radians(longitude_b - longitude_a) / 2;
  const double haversine = std::pow(std::sin(half_latitude), 2) + std::cos(Radians(latitude_a)) *
                                                                      std::cos(Radians(latitude_b)) *
                                                                      std::pow(std::sin(half_longitude), 2);
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(haversine)));
}

uint32_t GazetteerHash(std::initializer_list<std::string_view> parts) {
  constexpr uint64_t kPrime = 0x100000001B3;
  uint64_t hash = 0xCBF29CE484222325;
  for (std::string_view part : parts) {
    for (char c : part) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
    hash *= kPrime;  // A zero byte.
  }
  const auto folded = static_cast<uint32_t>((hash ^ hash >> 32) & 0x7FFFFFFF);
  return folded == 0 ? 1 : folded;
}

Region RegionOf(CountryCode country, std::string_view admin1) {
  return admin1.empty() ? Region() : Region(GazetteerHash({country.ToString(), admin1}));
}

}  // namespace bauta
