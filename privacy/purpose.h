// Purpose: a switch of consent. Plain values.
#ifndef BAUTA_PRIVACY_PURPOSE_H_
#define BAUTA_PRIVACY_PURPOSE_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace bauta {

// The numbers are stored: never reuse or change one.
enum class Purpose : uint8_t {
  kPersonalize = 0,  // Keep and use my history for my feed.
  kLearn = 1,        // My history may train the model. Without effect where kPersonalize is off.
  kCrowd = 2,        // My history may be counted. Without effect where kPersonalize is off.
  kLocate = 3,       // A city may be derived from my IP address; the last one is kept.
  kAds = 4,          // My taste may order advertisements.
};
inline constexpr size_t kPurposeCount = 5;
inline constexpr Purpose kAllPurposes[kPurposeCount] = {Purpose::kPersonalize, Purpose::kLearn,
                                                        Purpose::kCrowd, Purpose::kLocate, Purpose::kAds};

constexpr size_t Index(Purpose purpose) { return static_cast<size_t>(purpose); }

// "personalize", "learn", …; nullptr for a value that is no purpose.
constexpr const char* PurposeName(Purpose purpose) {
  constexpr const char* kNames[kPurposeCount] = {"personalize", "learn", "crowd", "locate", "ads"};
  return Index(purpose) < kPurposeCount ? kNames[Index(purpose)] : nullptr;
}

class PurposeSet {
 public:
  constexpr PurposeSet() = default;
  constexpr PurposeSet(std::initializer_list<Purpose> purposes) {
    for (Purpose purpose : purposes) Add(purpose);
  }
  static constexpr PurposeSet All() {
    PurposeSet set;
    set.bits_ = (1u << kPurposeCount) - 1;
    return set;
  }

  constexpr bool Contains(Purpose purpose) const { return (bits_ >> Index(purpose)) & 1u; }
  constexpr bool ContainsAll(const PurposeSet& other) const { return (other.bits_ & ~bits_) == 0; }
  constexpr void Add(Purpose purpose) { bits_ |= static_cast<uint8_t>(1u << Index(purpose)); }
  constexpr void AddAll(const PurposeSet& other) { bits_ |= other.bits_; }
  constexpr void Remove(Purpose purpose) { bits_ &= static_cast<uint8_t>(~(1u << Index(purpose))); }
  constexpr bool empty() const { return bits_ == 0; }

  friend constexpr bool operator==(const PurposeSet&, const PurposeSet&) = default;

 private:
  uint8_t bits_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_PURPOSE_H_
