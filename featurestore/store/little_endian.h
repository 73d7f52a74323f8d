// Numbers in bytes, least significant first.
#ifndef BAUTA_FEATURESTORE_STORE_LITTLE_ENDIAN_H_
#define BAUTA_FEATURESTORE_STORE_LITTLE_ENDIAN_H_

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>

namespace bauta {

static_assert(std::endian::native == std::endian::little);

template <class T>
void AppendNumber(T value, std::string& out) {
  static_assert(std::is_unsigned_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Precondition: `bytes` has sizeof(T) bytes.
template <class T>
T LoadNumber(const char* bytes) {
  static_assert(std::is_unsigned_v<T>);
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_LITTLE_ENDIAN_H_
