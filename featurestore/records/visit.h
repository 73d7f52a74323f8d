// Visit: who asks, from where, and on which surface, after the door has turned what identifies into codes.
#ifndef BAUTA_FEATURESTORE_RECORDS_VISIT_H_
#define BAUTA_FEATURESTORE_RECORDS_VISIT_H_

#include <optional>

#include "featurestore/records/ids.h"
#include "privacy/codes.h"
#include "privacy/place.h"

namespace bauta {

struct Visit {
  std::optional<Pseudonym> subject;  // nullopt: anonymous; nothing is read and nothing is written.
  std::optional<Place> place;  // Where the request's IP lies. Only the store, which knows the consent, lets
                               // it through to ranking.
  SurfaceId surface;
};

}  // namespace bauta

#endif  // BAUTA_FEATURESTORE_RECORDS_VISIT_H_
