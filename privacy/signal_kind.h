// SignalKind: what a subject can do with a post, as far as it is ever kept. Kind and strength only.
#ifndef BAUTA_PRIVACY_SIGNAL_KIND_H_
#define BAUTA_PRIVACY_SIGNAL_KIND_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace bauta {

// The numbers are stored: never reuse or change one.
enum class SignalKind : uint8_t {
  kImpression = 0,  // On screen for a second; never a positive.
  kClick = 1,
  kView = 2,
  kDwell = 3,  // Strength in milliseconds; the maximum of an hour counts.
  kShare = 4,
  kComment = 5,
  kReply = 6,
  kSearch = 7,  // Topics only; the query text is never taken.
  kPopup = 8,   // A bullet comment.
  kReport = 9,  // Negative.
  kLike = 10,   // A state: the later one wins; taken back it is gone.
  kFavorite = 11,
};
inline constexpr size_t kSignalKindCount = 12;

// States are kept once a post and can be taken back; all others are one-off.
constexpr bool IsState(SignalKind kind) { return kind == SignalKind::kLike || kind == SignalKind::kFavorite; }

// "click", "favorite", …; nullptr for a value that is no kind.
constexpr const char* SignalKindName(SignalKind kind) {
  constexpr const char* kNames[kSignalKindCount] = {"impression", "click",   "view",  "dwell",
                                                    "share",      "comment", "reply", "search",
                                                    "popup",      "report",  "like",  "favorite"};
  const auto index = static_cast<size_t>(kind);
  return index < kSignalKindCount ? kNames[index] : nullptr;
}

// A set of kinds in two bytes. Plain value.
class SignalKindSet {
 public:
  constexpr SignalKindSet() = default;
  constexpr SignalKindSet(std::initializer_list<SignalKind> kinds) {
    for (SignalKind kind : kinds) Add(kind);
  }
  // Bits beyond the known kinds are dropped.
  static constexpr SignalKindSet FromBits(uint32_t bits) {
    SignalKindSet set;
    set.bits_ = static_cast<uint16_t>(bits & ((1u << kSignalKindCount) - 1));
    return set;
  }

  constexpr bool Contains(SignalKind kind) const { return (bits_ >> static_cast<unsigned>(kind)) & 1u; }
  constexpr void Add(SignalKind kind) { bits_ |= static_cast<uint16_t>(1u << static_cast<unsigned>(kind)); }
  constexpr void Remove(SignalKind kind) {
    bits_ &= static_cast<uint16_t>(~(1u << static_cast<unsigned>(kind)));
  }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr int size() const { return std::popcount(bits_); }
  constexpr uint32_t bits() const { return bits_; }

  friend constexpr bool operator==(const SignalKindSet&, const SignalKindSet&) = default;

 private:
  uint16_t bits_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_SIGNAL_KIND_H_
