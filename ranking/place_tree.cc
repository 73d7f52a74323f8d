#include "ranking/place_tree.h"

namespace bauta {

std::optional<PlaceNode> PlaceTree::NodeOf(City city) {
  const auto known = cities_.find(city);
  if (known != cities_.end()) return known->second;
  const std::optional<Place> place = place_of_(city);
  if (!place) {
    cities_[city] = std::nullopt;
    return std::nullopt;
  }
  PlaceNode parent = kEverywhere;
  if (!place->country.empty()) {
    const auto [entry, added] = countries_.try_emplace(place->country, 0);
    if (added) entry->second = Add({Level::kCountry, kEverywhere, 0, place->country});
    parent = entry->second;
  }
  if (place->region != Region()) {
    const auto [entry, added] = regions_.try_emplace(place->region, 0);
    if (added) entry->second = Add({Level::kRegion, parent, place->region.value(), {}});
    parent = entry->second;
  }
  const PlaceNode node = Add({Level::kCity, parent, city.value(), {}});
  cities_[city] = node;
  return node;
}

PlaceNode PlaceTree::Add(const Node& node) {
  nodes_.push_back(node);
  return static_cast<PlaceNode>(nodes_.size() - 1);
}

}  // namespace bauta
