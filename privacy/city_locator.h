// CityLocator: IP address in, city out; the address is wiped on the way.
//
// Reads MaxMind DB files of two schemas: DB-IP's flat one (city, country_code, state1, latitude, longitude)
// and MaxMind's (city.geoname_id, subdivisions[0].geoname_id, country.iso_code, location). With a gazetteer,
// a hit becomes the gazetteer's city of that name within 50 km, else its nearest city within 50 km, in the
// same country; without one, MaxMind's own GeoNames ids are used, and of DB-IP's rows hashes of their names.
#ifndef BAUTA_PRIVACY_CITY_LOCATOR_H_
#define BAUTA_PRIVACY_CITY_LOCATOR_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "privacy/gazetteer.h"
#include "privacy/place.h"
#include "privacy/raw_ids.h"

namespace bauta {

// Immutable, thread-safe. The database files stay mapped: replace one by renaming another over it, never in
// place.
class CityLocator {
 public:
  struct Options {
    std::string ipv4_path = {};  // Empty: IPv4 addresses have no city.
    std::string ipv6_path =
        {};  // May be the same file, where it holds both. Empty: IPv6 addresses have no city.
    std::shared_ptr<const Gazetteer> gazetteer = nullptr;  // Null: ids of the database itself.
  };

  // NOT_FOUND: a file is absent. INVALID_ARGUMENT: not a MaxMind DB, or an IPv4-only one for IPv6.
  static absl::StatusOr<std::unique_ptr<CityLocator>> Open(const Options& options);
  ~CityLocator();

  // nullopt: the database has no city for it, or the gazetteer none near it.
  std::optional<Place> Locate(IpAddress&& address) const;

 private:
  struct Databases;
  explicit CityLocator(std::unique_ptr<Databases> databases, std::shared_ptr<const Gazetteer> gazetteer);

  const std::unique_ptr<Databases> databases_;
  const std::shared_ptr<const Gazetteer> gazetteer_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_CITY_LOCATOR_H_
