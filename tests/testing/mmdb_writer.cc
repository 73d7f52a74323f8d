#include "tests/testing/mmdb_writer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace bauta::testing {
namespace {

enum Type {
  kString = 2,
  kDouble = 3,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kUint64 = 9,
  kArray = 11,
  kFloat = 15
};

std::string Control(Type type, size_t size) {
  std::string control;
  const bool extended = type > 7;
  const size_t short_size = std::min<size_t>(size, 29);
  control.push_back(static_cast<char>((extended ? 0 : type << 5) | short_size));
  if (extended) control.push_back(static_cast<char>(type - 7));
  if (size >= 29) control.push_back(static_cast<char>(size - 29));
  return control;
}

std::string BigEndian(uint64_t value, size_t size) {
  std::string bytes;
  for (size_t i = size; i > 0; --i) bytes.push_back(static_cast<char>(value >> (8 * (i - 1))));
  return bytes;
}

MmdbValue Number(Type type, uint64_t value, size_t size) {
  return {Control(type, size) + BigEndian(value, size)};
}

}  // namespace

MmdbValue MmdbValue::String(std::string_view text) {
  return {Control(kString, text.size()) + std::string(text)};
}
MmdbValue MmdbValue::Double(double value) { return Number(kDouble, std::bit_cast<uint64_t>(value), 8); }
MmdbValue MmdbValue::Float(float value) { return Number(kFloat, std::bit_cast<uint32_t>(value), 4); }
MmdbValue MmdbValue::Uint16(uint16_t value) { return Number(kUint16, value, 2); }
MmdbValue MmdbValue::Uint32(uint32_t value) { return Number(kUint32, value, 4); }
MmdbValue MmdbValue::Uint64(uint64_t value) { return Number(kUint64, value, 8); }

MmdbValue MmdbValue::Array(std::initializer_list<MmdbValue> values) {
  MmdbValue array{Control(kArray, values.size())};
  for (const MmdbValue& value : values) array.bytes += value.bytes;
  return array;
}

MmdbValue MmdbValue::Map(std::initializer_list<std::pair<const char*, MmdbValue>> fields) {
  MmdbValue map{Control(kMap, fields.size())};
  for (const auto& [name, value] : fields) map.bytes += String(name).bytes + value.bytes;
  return map;
}

MmdbValue DbIpRow(std::string_view city, std::string_view country, std::string_view state, float latitude,
                  float longitude) {
  return MmdbValue::Map({{"city", MmdbValue::String(city)},
                         {"country_code", MmdbValue::String(country)},
                         {"latitude", MmdbValue::Float(latitude)},
                         {"longitude", MmdbValue::Float(longitude)},
                         {"postcode", MmdbValue::String("")},
                         {"state1", MmdbValue::String(state)}});
}

MmdbValue MaxMindRow(uint32_t city_id, std::string_view city, std::string_view country, uint32_t region_id,
                     double latitude, double longitude) {
  return MmdbValue::Map(
      {{"city", MmdbValue::Map({{"geoname_id", MmdbValue::Uint32(city_id)},
                                {"names", MmdbValue::Map({{"en", MmdbValue::String(city)}})}})},
       {"country", MmdbValue::Map({{"iso_code", MmdbValue::String(country)}})},
       {"location", MmdbValue::Map({{"latitude", MmdbValue::Double(latitude)},
                                    {"longitude", MmdbValue::Double(longitude)}})},
       {"subdivisions", MmdbValue::Array({MmdbValue::Map({{"geoname_id", MmdbValue::Uint32(region_id)}})})}});
}

void MmdbWriter::Insert(const std::string& network, const MmdbValue& value) {
  const size_t slash = network.find('/');
  const std::string address = network.substr(0, slash);
  int length = std::atoi(network.c_str() + slash + 1);
  std::array<uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
    if (ip_version_ == 6) {
      std::rotate(bytes.begin(), bytes.begin() + 4, bytes.end());
      length += 96;
    }
  } else if (ip_version_ == 4 || ::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) {
    std::abort();  // A test that names no such network.
  }
  size_t node = 0;
  for (int bit = 0; bit < length; ++bit) {
    const size_t side = bytes[static_cast<size_t>(bit / 8)] >> (7 - bit % 8) & 1;
    if (bit == length - 1) {
      nodes_[node].children[side] = kData - static_cast<int64_t>(data_.size());
    } else {
      if (nodes_[node].children[side] == kEmpty) {
        nodes_[node].children[side] = static_cast<int64_t>(nodes_.size());
        nodes_.emplace_back();
      }
      node = static_cast<size_t>(nodes_[node].children[side]);
    }
  }
  data_ += value.bytes;
}

std::string MmdbWriter::Write() const {
  std::string file;
  for (const Node& node : nodes_) {
    for (int64_t child : node.children) {
      const auto count = static_cast<int64_t>(nodes_.size());
      const int64_t record = child == kEmpty ? count : child <= kData ? count + 16 + (kData - child) : child;
      file += BigEndian(static_cast<uint64_t>(record), 3);
    }
  }
  file += std::string(16, '\0') + data_ + "\xAB\xCD\xEFMaxMind.com";
  file += MmdbValue::Map({{"binary_format_major_version", MmdbValue::Uint16(2)},
                          {"binary_format_minor_version", MmdbValue::Uint16(0)},
                          {"build_epoch", MmdbValue::Uint64(1'700'000'000)},
                          {"database_type", MmdbValue::String("Test-City")},
                          {"description", MmdbValue::Map({{"en", MmdbValue::String("made up for a test")}})},
                          {"ip_version", MmdbValue::Uint16(static_cast<uint16_t>(ip_version_))},
                          {"languages", MmdbValue::Array({MmdbValue::String("en")})},
                          {"node_count", MmdbValue::Uint32(static_cast<uint32_t>(nodes_.size()))},
                          {"record_size", MmdbValue::Uint16(24)}})
              .bytes;
  return file;
}

}  // namespace bauta::testing
