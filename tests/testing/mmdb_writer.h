// MmdbWriter: a small MaxMind DB file for tests (https://maxmind.github.io/MaxMind-DB/, 24-bit records):
// networks of documentation addresses with made-up cities.
#ifndef BAUTA_TESTS_TESTING_MMDB_WRITER_H_
#define BAUTA_TESTS_TESTING_MMDB_WRITER_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bauta::testing {

// An encoded value of the format's data section.
struct MmdbValue {
  std::string bytes;

  static MmdbValue String(std::string_view text);
  static MmdbValue Double(double value);
  static MmdbValue Float(float value);
  static MmdbValue Uint16(uint16_t value);
  static MmdbValue Uint32(uint32_t value);
  static MmdbValue Uint64(uint64_t value);
  static MmdbValue Array(std::initializer_list<MmdbValue> values);
  static MmdbValue Map(std::initializer_list<std::pair<const char*, MmdbValue>> fields);
};

// A row as DB-IP's flat schema has it, and as MaxMind's own has it.
MmdbValue DbIpRow(std::string_view city, std::string_view country, std::string_view state, float latitude,
                  float longitude);
MmdbValue MaxMindRow(uint32_t city_id, std::string_view city, std::string_view country, uint32_t region_id,
                     double latitude, double longitude);

class MmdbWriter {
 public:
  // 4 or 6. An IPv6 tree takes IPv4 networks too, under ::/96.
  explicit MmdbWriter(int ip_version) : ip_version_(ip_version), nodes_(1) {}

  // "192.0.2.0/24", "2001:db8::/32". Networks do not overlap.
  void Insert(const std::string& network, const MmdbValue& value);
  std::string Write() const;

 private:
  static constexpr int64_t kEmpty = -1;
  struct Node {
    std::array<int64_t, 2> children = {kEmpty, kEmpty};  // A node, or kEmpty, or kData − offset.
  };
  static constexpr int64_t kData = -2;

  const int ip_version_;
  std::vector<Node> nodes_;
  std::string data_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_MMDB_WRITER_H_
