#include "service/visit_resolver.h"

#include <cstdint>

#include "base/status.h"
#include "privacy/raw_ids.h"

namespace bauta {
namespace {

constexpr int64_t kUtcOffsetMinutesMax = 14 * 60;

std::string_view NamespaceOf(const v1::Subject& subject) {
  switch (subject.id_case()) {
    case v1::Subject::kAccountId:
      return SubjectNamespaceName(SubjectNamespace::kAccount);
    case v1::Subject::kDeviceId:
      return SubjectNamespaceName(SubjectNamespace::kDevice);
    case v1::Subject::kExternalCode:
      return SubjectNamespaceName(SubjectNamespace::kExternal);
    case v1::Subject::kAnonymous:
    case v1::Subject::ID_NOT_SET:
      break;
  }
  return {};
}

}  // namespace

absl::StatusOr<ResolvedVisit> ResolveVisit(const v1::Visit& visit, bool present,
                                           const SubjectResolver& resolver, const Surfaces& surfaces) {
  constexpr FieldPath kField("visit");
  if (!present) return MissingField(kField, "a visit with its subject");
  ResolvedVisit resolved;
  BAUTA_ASSIGN_OR_RETURN(resolved.surface, surfaces.FindByName(kField.Sub("surface"), visit.surface()));
  resolved.visit.surface = resolved.surface->rules.id;
  BAUTA_ASSIGN_OR_RETURN(resolved.visit.subject,
                         resolver.SubjectOrAnonymous(kField.Sub("subject"), visit.subject()));
  resolved.subject_namespace = NamespaceOf(visit.subject());
  if (visit.has_self_author()) {
    BAUTA_ASSIGN_OR_RETURN(resolved.self_author,
                           resolver.Author(kField.Sub("self_author"), visit.self_author()));
  }
  BAUTA_ASSIGN_OR_RETURN(resolved.visit.place,
                         resolver.PlaceOfAddress(kField.Sub("ip_address"), visit.ip_address()));
  resolved.allow_without_choices = visit.allow_without_choices();
  if (visit.has_utc_offset_minutes()) {
    BAUTA_RETURN_IF_ERROR(CheckRange(kField.Sub("utc_offset_minutes"), int64_t{visit.utc_offset_minutes()},
                                     -kUtcOffsetMinutesMax, kUtcOffsetMinutesMax));
    resolved.utc_offset_minutes = visit.utc_offset_minutes();
  }
  return resolved;
}

}  // namespace bauta
