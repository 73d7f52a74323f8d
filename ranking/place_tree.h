// PlaceTree: the cities that were counted, what they lie in, and everywhere, numbered so that a place comes
// after the larger one that it lies in.
#ifndef BAUTA_RANKING_PLACE_TREE_H_
#define BAUTA_RANKING_PLACE_TREE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "privacy/place.h"

namespace bauta {

using PlaceNode = uint32_t;
inline constexpr PlaceNode kEverywhere = 0;  // Its own parent.

// Not thread-safe: grows as it is asked. `place_of` outlives it.
class PlaceTree {
 public:
  explicit PlaceTree(absl::FunctionRef<std::optional<Place>(City)> place_of)
      : place_of_(place_of), nodes_(1) {}

  // nullopt where `place_of` does not know the city.
  std::optional<PlaceNode> NodeOf(City city);

  size_t size() const { return nodes_.size(); }
  PlaceNode ParentOf(PlaceNode node) const { return nodes_[node].parent; }
  bool IsCity(PlaceNode node) const { return nodes_[node].level == Level::kCity; }
  bool IsRegion(PlaceNode node) const { return nodes_[node].level == Level::kRegion; }
  City CityOf(PlaceNode node) const { return City(nodes_[node].id); }
  Region RegionOf(PlaceNode node) const { return Region(nodes_[node].id); }
  CountryCode CountryOf(PlaceNode node) const { return nodes_[node].country; }

 private:
  enum class Level : uint8_t { kRoot, kCountry, kRegion, kCity };
  struct Node {
    Level level = Level::kRoot;
    PlaceNode parent = kEverywhere;
    uint32_t id = 0;
    CountryCode country;
  };
  PlaceNode Add(const Node& node);

  absl::FunctionRef<std::optional<Place>(City)> place_of_;
  std::vector<Node> nodes_;
  absl::flat_hash_map<City, std::optional<PlaceNode>> cities_;
  absl::flat_hash_map<Region, PlaceNode> regions_;
  absl::flat_hash_map<CountryCode, PlaceNode> countries_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_PLACE_TREE_H_
