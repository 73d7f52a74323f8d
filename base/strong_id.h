// A number that is an id of one kind: two kinds do not mix, compare or convert, and arithmetic does not
// compile.
#ifndef BAUTA_BASE_STRONG_ID_H_
#define BAUTA_BASE_STRONG_ID_H_

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace bauta {

template <class Tag, class Rep>
class StrongId {
 public:
  using Representation = Rep;

  constexpr StrongId() = default;
  explicit constexpr StrongId(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(const StrongId&, const StrongId&) = default;

  template <class H>
  friend H AbslHashValue(H state, const StrongId& id) {
    return H::combine(std::move(state), id.value_);
  }

 private:
  Rep value_{};
};

}  // namespace bauta

template <class Tag, class Rep>
struct std::hash<bauta::StrongId<Tag, Rep>> {
  std::size_t operator()(const bauta::StrongId<Tag, Rep>& id) const { return std::hash<Rep>{}(id.value()); }
};

#endif  // BAUTA_BASE_STRONG_ID_H_
