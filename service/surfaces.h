// Surfaces: the surfaces that the configuration declares, found by the name that a request gives or by the
// number that a row keeps.
#ifndef BAUTA_SERVICE_SURFACES_H_
#define BAUTA_SERVICE_SURFACES_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "featurestore/records/ids.h"
#include "ranking/surface_rules.h"
#include "service/validation.h"

namespace bauta {

inline constexpr size_t kSurfaceNameSizeMax = 64;  // Bytes.
inline constexpr char kDefaultSurface[] = "home";

struct Surface {
  SurfaceRules rules;
  std::string version;  // 16 hexadecimal digits: a fingerprint of all of `rules`.
};

// Immutable, thread-safe. Copies and moves; a Surface found in it lives as long as the object it was found
// in.
class Surfaces {
 public:
  // INVALID_ARGUMENT: a name that is empty, longer than 64 bytes or given twice, a number given twice, no
  // surface `home`, a share outside 0 … 1, or a negative or non-finite scale; the message names the surface.
  static absl::StatusOr<Surfaces> Create(std::vector<SurfaceRules> rules);
  // `home`, `following` (chronological, followed only) and `local` (the viewer's region), numbered 1 to 3.
  static std::vector<SurfaceRules> Defaults();

  // The surface of a request; an empty name is `home`. INVALID_ARGUMENT for an unknown one; the message lists
  // all.
  absl::StatusOr<const Surface*> FindByName(const FieldPath& field, const std::string& name) const;
  // "" where the configuration no longer declares it.
  std::string_view NameOf(SurfaceId id) const;

  const std::vector<Surface>& all() const { return surfaces_; }

 private:
  Surfaces() = default;
  static constexpr uint16_t kNone = UINT16_MAX;
  std::vector<Surface> surfaces_;
  std::array<uint16_t, 256> by_id_;  // → surfaces_.
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_SURFACES_H_
