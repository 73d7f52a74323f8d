#include "privacy/city_locator.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

// Farther from the nearest city, a position is a country's middle or an error rather than a town.
constexpr float kSnapKmMax = 50;

class Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, bool for_ipv6) {
    std::unique_ptr<Database> database(new Database);
    const int error = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database->file_);
    if (error == MMDB_FILE_OPEN_ERROR) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
    if (error != MMDB_SUCCESS) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": not a MaxMind DB file: ", MMDB_strerror(error)));
    }
    database->open_ = true;
    if (for_ipv6 && database->file_.metadata.ip_version != 6) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": a database of IPv6 addresses allowed, it has IPv4's only"));
    }
    return database;
  }
  ~Database() {
    if (open_) MMDB_close(&file_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::optional<MMDB_entry_s> Find(const sockaddr* address) const {
    int error = MMDB_SUCCESS;
    const MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&file_, address, &error);
    if (error != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
    return found.entry;
  }

 private:
  Database() = default;
  MMDB_s file_{};
  bool open_ = false;
};

template <class... Keys>
MMDB_entry_data_s Get(MMDB_entry_s entry, Keys... keys) {
  MMDB_entry_data_s data{};
  if (MMDB_get_value(&entry, &data, keys..., nullptr) != MMDB_SUCCESS) data.has_data = false;
  return data;
}

std::string_view Text(const MMDB_entry_data_s& data) {
  if (!data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return {data.utf8_string, data.data_size};
}

uint32_t Id(const MMDB_entry_data_s& data) {
  if (!data.has_data) return 0;
  return data.type == MMDB_DATA_TYPE_UINT32   ? data.uint32
         : data.type == MMDB_DATA_TYPE_UINT16 ? data.uint16
                                              : 0;
}

// NaN where there is none: no city is near that.
float Degrees(const MMDB_entry_data_s& data) {
  if (data.has_data && data.type == MMDB_DATA_TYPE_FLOAT) return data.float_value;
  if (data.has_data && data.type == MMDB_DATA_TYPE_DOUBLE) return static_cast<float>(data.double_value);
  return std::nanf("");
}

// What a database says of a network, whichever schema it has. Places ids are its own.
struct Hit {
  Place place;
  std::string_view city_name;
};

std::optional<Hit> Read(MMDB_entry_s entry) {
  Hit hit;
  const MMDB_entry_data_s city = Get(entry, "city");
  if (!city.has_data) return std::nullopt;
  std::string_view country;
  if (city.type == MMDB_DATA_TYPE_UTF8_STRING) {
    country = Text(Get(entry, "country_code"));
    const std::string_view state = Text(Get(entry, "state1"));
    hit.city_name = Text(city);
    hit.place.latitude = Degrees(Get(entry, "latitude"));
    hit.place.longitude = Degrees(Get(entry, "longitude"));
    if (hit.city_name.empty()) return std::nullopt;
    hit.place.city = City(GazetteerHash({country, state, hit.city_name}));
    if (!state.empty()) hit.place.region = Region(GazetteerHash({country, state}));
  } else {
    country = Text(Get(entry, "country", "iso_code"));
    hit.city_name = Text(Get(entry, "city", "names", "en"));
    hit.place.city = City(Id(Get(entry, "city", "geoname_id")));
    hit.place.region = Region(Id(Get(entry, "subdivisions", "0", "geoname_id")));
    hit.place.latitude = Degrees(Get(entry, "location", "latitude"));
    hit.place.longitude = Degrees(Get(entry, "location", "longitude"));
  }
  const std::optional<CountryCode> parsed = CountryCode::Parse(country);
  const bool located = std::abs(hit.place.latitude) <= 90 && std::abs(hit.place.longitude) <= 180;
  if (!parsed || !located) return std::nullopt;
  hit.place.country = *parsed;
  return hit;
}

std::optional<Place> Snap(const Gazetteer& gazetteer, const Hit& hit) {
  const Place& place = hit.place;
  // DB-IP writes a quarter behind a city: "Sydney (Surry Hills)".
  for (const std::string_view name : {hit.city_name, hit.city_name.substr(0, hit.city_name.find(" ("))}) {
    if (name.empty()) continue;
    if (const std::optional<Place> named =
            gazetteer.NearestNamed(place.country, name, place.latitude, place.longitude, kSnapKmMax)) {
      return named;
    }
  }
  return gazetteer.Nearest(place.country, place.latitude, place.longitude, kSnapKmMax);
}

}  // namespace

struct CityLocator::Databases {
  std::shared_ptr<const Database> ipv4;
  std::shared_ptr<const Database> ipv6;
};

absl::StatusOr<std::unique_ptr<CityLocator>> CityLocator::Open(const Options& options) {
  auto databases = std::make_unique<Databases>();
  if (!options.ipv4_path.empty()) {
    BAUTA_ASSIGN_OR_RETURN(databases->ipv4, Database::Open(options.ipv4_path, false));
  }
  if (!options.ipv6_path.empty()) {
    BAUTA_ASSIGN_OR_RETURN(databases->ipv6, Database::Open(options.ipv6_path, true));
  }
  return std::unique_ptr<CityLocator>(new CityLocator(std::move(databases), options.gazetteer));
}

CityLocator::CityLocator(std::unique_ptr<Databases> databases, std::shared_ptr<const Gazetteer> gazetteer)
    : databases_(std::move(databases)), gazetteer_(std::move(gazetteer)) {}

CityLocator::~CityLocator() = default;

std::optional<Place> CityLocator::Locate(IpAddress&& address) const {
  const IpAddress dying = std::move(address);
  const auto& bytes = dying.bytes(RawIdAccess());
  std::optional<MMDB_entry_s> entry;
  if (dying.is_v4(RawIdAccess())) {
    if (databases_->ipv4 == nullptr) return std::nullopt;
    sockaddr_in socket_address{};
    socket_address.sin_family = AF_INET;
    std::memcpy(&socket_address.sin_addr, bytes.data(), sizeof(socket_address.sin_addr));
    entry = databases_->ipv4->Find(reinterpret_cast<const sockaddr*>(&socket_address));
    WipeMemory(&socket_address, sizeof(socket_address));
  } else {
    if (databases_->ipv6 == nullptr) return std::nullopt;
    sockaddr_in6 socket_address{};
    socket_address.sin6_family = AF_INET6;
    std::memcpy(&socket_address.sin6_addr, bytes.data(), sizeof(socket_address.sin6_addr));
    entry = databases_->ipv6->Find(reinterpret_cast<const sockaddr*>(&socket_address));
    WipeMemory(&socket_address, sizeof(socket_address));
  }
  const std::optional<Hit> hit = entry ? Read(*entry) : std::nullopt;
  if (!hit) return std::nullopt;
  if (gazetteer_ != nullptr) return Snap(*gazetteer_, *hit);
  return hit->place.city == City() ? std::nullopt : std::optional(hit->place);
}

}  // namespace bauta
