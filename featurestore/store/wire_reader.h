// WireReader: walks over the bytes of a protobuf message, without objects for what is in it. For the one
// message that every rank call decodes; the format is protobuf's own
// (protobuf.dev/programming-guides/encoding).
#ifndef BAUTA_FEATURESTORE_STORE_WIRE_READER_H_
#define BAUTA_FEATURESTORE_STORE_WIRE_READER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bauta {

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Goes to the next field. False: at the end, or damaged.
  bool Next() {
    if (!ok_ || at_ == end_) return false;
    const uint64_t tag = ReadVarint();
    field_ = static_cast<uint32_t>(tag >> 3);
    number_ = 0;
    bytes_ = {};
    switch (tag & 7) {
      case 0:
        number_ = ReadVarint();
        break;
      case 1:
        number_ = ReadFixed<uint64_t>();
        break;
      case 2:
        ReadBytes();
        break;
      case 5:
        number_ = ReadFixed<uint32_t>();
        break;
      default:
        ok_ = false;
    }
    return ok_;
  }
  uint32_t field() const { return field_; }
  uint64_t number() const { return number_; }  // Of a field that holds one.
  std::string_view bytes() const {
    return bytes_;
  }                                // Of a field that holds bytes, a message or a packed list.
  bool ok() const { return ok_; }  // Nothing was damaged so far.

  // For packed lists of numbers: the next one. 0 where there is none, and ok() is false from then on.
  uint64_t ReadVarint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  bool at_end() const { return at_ == end_; }

 private:
  template <class T>
  T ReadFixed() {
    T value = 0;
    if (static_cast<size_t>(end_ - at_) < sizeof(T)) {
      ok_ = false;
      return 0;
    }
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  void ReadBytes() {
    const uint64_t size = ReadVarint();
    if (size > static_cast<uint64_t>(end_ - at_)) {
      ok_ = false;
      return;
    }
    bytes_ = std::string_view(at_, static_cast<size_t>(size));
    at_ += size;
  }

  const char* at_;
  const char* const end_;
  bool ok_ = true;
  uint32_t field_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_STORE_WIRE_READER_H_
