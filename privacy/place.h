// Place: the coarsest useful answer to "where", and the only one that is ever kept. Plain values.
#ifndef BAUTA_PRIVACY_PLACE_H_
#define BAUTA_PRIVACY_PLACE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strong_id.h"

namespace bauta {

// 0 is no city and no region. Ids are those of the gazetteer (gazetteer.h) or, without one, GeoNames ids.
using City = StrongId<struct CityTag, uint32_t>;
using Region = StrongId<struct RegionTag, uint32_t>;

// ISO 3166-1 alpha-2, two capital letters in 16 bits, the first in the high byte; 0 is no country.
class CountryCode {
 public:
  constexpr CountryCode() = default;
  // nullopt unless `letters` are two ASCII letters; lower case is raised.
  static constexpr std::optional<CountryCode> Parse(std::string_view letters) {
    if (letters.size() != 2) return std::nullopt;
    uint16_t packed = 0;
    for (char c : letters) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (c < 'A' || c > 'Z') return std::nullopt;
      packed = static_cast<uint16_t>(packed << 8 | static_cast<unsigned char>(c));
    }
    return CountryCode(packed);
  }
  // As stored; nullopt unless 0 or two packed letters.
  static constexpr std::optional<CountryCode> FromPacked(uint32_t packed) {
    if (packed == 0) return CountryCode();
    if (packed > 0xFFFF) return std::nullopt;
    const char letters[2] = {static_cast<char>(packed >> 8), static_cast<char>(packed & 0xFF)};
    const std::optional<CountryCode> code = Parse(std::string_view(letters, 2));
    return code && code->packed() == packed ? code : std::nullopt;
  }

  constexpr bool empty() const { return packed_ == 0; }
  constexpr uint16_t packed() const { return packed_; }
  std::string ToString() const {  // "DE"; empty for no country.
    if (empty()) return {};
    return {static_cast<char>(packed_ >> 8), static_cast<char>(packed_ & 0xFF)};
  }

  friend constexpr auto operator<=>(const CountryCode&, const CountryCode&) = default;
  template <class H>
  friend H AbslHashValue(H state, const CountryCode& code) {
    return H::combine(std::move(state), code.packed_);
  }

 private:
  explicit constexpr CountryCode(uint16_t packed) : packed_(packed) {}
  uint16_t packed_ = 0;
};

// A city and what it lies in. Coordinates are the city's centre in degrees (WGS 84), never a person's.
struct Place {
  City city;
  Region region;
  CountryCode country;
  float latitude = 0;   // −90 … 90.
  float longitude = 0;  // −180 … 180.

  friend bool operator==(const Place&, const Place&) = default;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_PLACE_H_
