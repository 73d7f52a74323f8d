#include "privacy/gazetteer_builder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace bauta {
namespace {

using Json = nlohmann::json;

// Takes the flat array of objects of strings as it is read, without a tree in memory.
class RowReader final : public nlohmann::json_sax<Json> {
 public:
  std::vector<GazetteerBuilder::Row> rows;
  std::string error;

  bool start_array(std::size_t) override {
    return Expect(depth_ == 0, "an array of objects") && (++depth_, true);
  }
  bool end_array() override { return --depth_, true; }
  bool start_object(std::size_t) override {
    row_ = {};
    has_ = {};
    return Expect(depth_ == 1, "an array of objects") && (++depth_, true);
  }
  bool key(string_t& name) override {
    field_ = std::move(name);
    return true;
  }
  bool string(string_t& value) override {
    if (!Expect(depth_ == 2, "an array of objects")) return false;
    if (field_ == "name") {
      row_.name = std::move(value);
    } else if (field_ == "admin1") {
      row_.admin1 = std::move(value);
    } else if (field_ == "admin2") {
      row_.admin2 = std::move(value);
    } else if (field_ == "country") {
      const std::optional<CountryCode> country = CountryCode::Parse(value);
      if (!Expect(country.has_value(), "two letters")) return false;
      row_.country = *country;
    } else if (field_ == "lat") {
      return ReadDegrees(value, 90, "-90 to 90", row_.latitude, has_.latitude);
    } else if (field_ == "lng") {
      return ReadDegrees(value, 180, "-180 to 180", row_.longitude, has_.longitude);
    }
    return true;
  }
  bool end_object() override {
    --depth_;
    field_ = row_.name.empty() ? "name" : row_.country.empty() ? "country" : !has_.latitude ? "lat" : "lng";
    if (!Expect(!row_.name.empty() && !row_.country.empty() && has_.latitude && has_.longitude, "present")) {
      return false;
    }
    rows.push_back(std::move(row_));
    return true;
  }
  bool null() override { return Expect(false, "a string"); }
  bool boolean(bool) override { return Expect(false, "a string"); }
  bool number_integer(number_integer_t) override { return Expect(false, "a string"); }
  bool number_unsigned(number_unsigned_t) override { return Expect(false, "a string"); }
  bool number_float(number_float_t, const string_t&) override { return Expect(false, "a string"); }
  bool binary(binary_t&) override { return Expect(false, "a string"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error = absl::StrCat("gazetteer: element ", rows.size(), ": not JSON at byte ", position);
    return false;
  }

 private:
  struct Has {
    bool latitude = false;
    bool longitude = false;
  };

  bool Expect(bool holds, const char* allowed) {
    if (!holds)
      error = absl::StrCat("gazetteer: element ", rows.size(), ": ", field_, ": ", allowed, " allowed");
    return holds;
  }
  bool ReadDegrees(const std::string& text, float limit, const char* allowed, float& out, bool& has) {
    const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    has = failure == std::errc() && stop == text.data() + text.size() && out >= -limit && out <= limit;
    return Expect(has, allowed);
  }

  int depth_ = 0;
  std::string field_;
  GazetteerBuilder::Row row_;
  Has has_;
};

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }

// ASCII letters lowered; all else stays.
char Fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

absl::StatusOr<std::vector<GazetteerBuilder::Row>> GazetteerBuilder::ReadJson(std::string_view json) {
  RowReader reader;
  if (!Json::sax_parse(json, &reader)) return absl::InvalidArgumentError(reader.error);
  if (reader.rows.empty()) return absl::InvalidArgumentError("gazetteer: one city or more allowed, got none");
  return std::move(reader.rows);
}

std::unique_ptr<Gazetteer> GazetteerBuilder::Build(const std::vector<Row>& rows) {
  std::unique_ptr<Gazetteer> gazetteer(new Gazetteer());
  size_t names_size = 0;
  for (const Row& row : rows) names_size += row.name.size();
  gazetteer->names_.reserve(names_size);
  gazetteer->cities_.reserve(rows.size());
  for (const Row& row : rows) {
    Gazetteer::Entry entry;
    entry.place.country = row.country;
    entry.place.region = RegionOf(row.country, row.admin1);
    entry.place.latitude = row.latitude;
    entry.place.longitude = row.longitude;
    entry.position = Position(row.latitude, row.longitude);
    entry.name_begin = static_cast<uint32_t>(gazetteer->names_.size());
    entry.name_size = static_cast<uint32_t>(row.name.size());
    gazetteer->names_ += row.name;
    gazetteer->cities_.push_back(entry);
  }
  GiveIds(rows, *gazetteer);
  BuildIndexes(*gazetteer);
  return gazetteer;
}

void GazetteerBuilder::GiveIds(const std::vector<Row>& rows, Gazetteer& gazetteer) {
  const auto before = [&rows](uint32_t a, uint32_t b) {
    const auto tie = [](const Row& row) {
      return std::tie(row.country, row.admin1, row.admin2, row.name, row.latitude, row.longitude);
    };
    return tie(rows[a]) < tie(rows[b]);
  };
  gazetteer.by_id_.reserve(rows.size());
  std::vector<std::pair<uint32_t, uint32_t>> displaced;  // Wanted id, row.
  std::vector<uint32_t> wanted(rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    wanted[i] = GazetteerHash({rows[i].country.ToString(), rows[i].admin1, rows[i].admin2, rows[i].name});
    const auto [holder, taken] = gazetteer.by_id_.try_emplace(City(wanted[i]), i);
    if (taken) continue;
    uint32_t loser = i;
    if (before(i, holder->second)) loser = std::exchange(holder->second, i);
    displaced.emplace_back(wanted[i], loser);
  }
  std::sort(displaced.begin(), displaced.end(),
            [&before](const auto& a, const auto& b) { return before(a.second, b.second); });
  for (auto [id, row] : displaced) {
    do {
      id = id == 0x7FFFFFFF ? 1 : id + 1;
    } while (!gazetteer.by_id_.try_emplace(City(id), row).second);
  }
  for (const auto& [city, row] : gazetteer.by_id_) gazetteer.cities_[row].place.city = city;
}

void GazetteerBuilder::BuildIndexes(Gazetteer& gazetteer) {
  const std::vector<Gazetteer::Entry>& cities = gazetteer.cities_;
  gazetteer.by_name_.reserve(cities.size());
  std::vector<uint32_t> cells(cities.size());
  gazetteer.cell_begins_.assign(kGazetteerRows * kGazetteerColumns + 1, 0);
  for (uint32_t i = 0; i < cities.size(); ++i) {
    const Place& place = cities[i].place;
    gazetteer.by_name_.emplace_back(NameHash(place.country, gazetteer.Name(cities[i])), i);
    cells[i] = static_cast<uint32_t>(RowOf(place.latitude) * kGazetteerColumns + ColumnOf(place.longitude));
    ++gazetteer.cell_begins_[cells[i] + 1];
  }
  std::sort(gazetteer.by_name_.begin(), gazetteer.by_name_.end());
  for (size_t cell = 1; cell < gazetteer.cell_begins_.size(); ++cell) {
    gazetteer.cell_begins_[cell] += gazetteer.cell_begins_[cell - 1];
  }
  std::vector<uint32_t> next(gazetteer.cell_begins_.begin(), gazetteer.cell_begins_.end() - 1);
  gazetteer.cell_cities_.resize(cities.size());
  for (uint32_t i = 0; i < cities.size(); ++i) gazetteer.cell_cities_[next[cells[i]]++] = i;
}

Gazetteer::UnitVector GazetteerBuilder::Position(float latitude, float longitude) {
  const double phi = Radians(latitude);
  const double lambda = Radians(longitude);
  return {static_cast<float>(std::cos(phi) * std::cos(lambda)),
          static_cast<float>(std::cos(phi) * std::sin(lambda)), static_cast<float>(std::sin(phi))};
}

size_t GazetteerBuilder::RowOf(float latitude) {
  return std::min(kGazetteerRows - 1, static_cast<size_t>((latitude + 90.0F) * 2));
}

size_t GazetteerBuilder::ColumnOf(float longitude) {
  return static_cast<size_t>((longitude + 180.0F) * 2) % kGazetteerColumns;
}

uint64_t GazetteerBuilder::NameHash(CountryCode country, std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325 ^ country.packed();
  for (char c : name) hash = (hash ^ static_cast<uint8_t>(Fold(c))) * 0x100000001B3;
  return hash;
}

}  // namespace bauta
