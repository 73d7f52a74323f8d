// SubjectResolver: where what identifies a person ends. A request's subject, author and IP address go in,
// codes and a place come out; the raw values live in this file's calls only.
#ifndef BAUTA_SERVICE_SUBJECT_RESOLVER_H_
#define BAUTA_SERVICE_SUBJECT_RESOLVER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "bauta/v1/author.pb.h"
#include "bauta/v1/subject.pb.h"
#include "privacy/city_locator.h"
#include "privacy/codes.h"
#include "privacy/gazetteer.h"
#include "privacy/place.h"
#include "privacy/pseudonymizer.h"
#include "privacy/raw_ids.h"
#include "service/validation.h"

namespace bauta {

// Checks a request's subject and copies it into the type that cannot be printed. INVALID_ARGUMENT where
// nothing is set, where it is anonymous, or where the id has not 1 to 256 bytes of UTF-8; the message gives
// the kind and length only.
absl::StatusOr<RawSubject> ToRawSubject(const FieldPath& field, const v1::Subject& subject);

// Immutable, thread-safe.
class SubjectResolver {
 public:
  // All outlive the resolver. `cities` may be nullptr: then no address has a place. `gazetteer` may be
  // nullptr: then no city of the head has a place.
  SubjectResolver(const Pseudonymizer& pseudonymizer, const CityLocator* cities, const Gazetteer* gazetteer)
      : pseudonymizer_(pseudonymizer), cities_(cities), gazetteer_(gazetteer) {}

  // INVALID_ARGUMENT as ToRawSubject: somebody must be named.
  absl::StatusOr<Pseudonym> Subject(const FieldPath& field, const v1::Subject& subject) const;
  // As above, but `anonymous` gives nullopt.
  absl::StatusOr<std::optional<Pseudonym>> SubjectOrAnonymous(const FieldPath& field,
                                                              const v1::Subject& subject) const;

  // INVALID_ARGUMENT where neither id nor code is set, the id has not 1 to 256 bytes, or the code not 16.
  absl::StatusOr<AuthorCode> Author(const FieldPath& field, const v1::AuthorRef& author) const;
  // The caller's own id of an author: as above.
  absl::StatusOr<AuthorCode> AuthorId(const FieldPath& field, const std::string& author_id) const;

  // Empty text: nullopt. INVALID_ARGUMENT where it is no address; the message gives its length only.
  absl::StatusOr<std::optional<Place>> PlaceOfAddress(const FieldPath& field,
                                                      const std::string& ip_address) const;
  std::optional<Place> PlaceOfCity(City city) const;

  const Gazetteer* gazetteer() const { return gazetteer_; }

 private:
  const Pseudonymizer& pseudonymizer_;
  const CityLocator* cities_;
  const Gazetteer* gazetteer_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_SUBJECT_RESOLVER_H_
