// What a feed call says of who looks and from where, turned into codes. The raw values die on the way.
#ifndef BAUTA_SERVICE_VISIT_RESOLVER_H_
#define BAUTA_SERVICE_VISIT_RESOLVER_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "bauta/v1/subject.pb.h"
#include "featurestore/records/visit.h"
#include "privacy/codes.h"
#include "service/subject_resolver.h"
#include "service/surfaces.h"

namespace bauta {

struct ResolvedVisit {
  Visit visit;
  std::string_view subject_namespace;  // "account", …; empty where anonymous.
  const Surface* surface = nullptr;    // Never null; lives as long as the Surfaces.
  std::optional<AuthorCode> self_author;
  bool allow_without_choices = false;
  std::optional<int> utc_offset_minutes;
};

// INVALID_ARGUMENT: no subject, an unknown surface, an id, author or address that is none, or a clock that no
// place on earth has.
absl::StatusOr<ResolvedVisit> ResolveVisit(const v1::Visit& visit, bool present,
                                           const SubjectResolver& resolver, const Surfaces& surfaces);

}  // namespace bauta

#endif  // BAUTA_SERVICE_VISIT_RESOLVER_H_
