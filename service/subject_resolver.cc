#include "service/subject_resolver.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr size_t kIpAddressSizeMax = 45;  // Bytes of the longest IPv6 text.

}  // namespace

absl::StatusOr<RawSubject> ToRawSubject(const FieldPath& field, const v1::Subject& subject) {
  switch (subject.id_case()) {
    case v1::Subject::kAccountId:
      BAUTA_RETURN_IF_ERROR(
          CheckIdentifyingText(field.Sub("account_id"), subject.account_id(), 1, kRawIdSizeMax));
      return RawSubject::Create(SubjectNamespace::kAccount, subject.account_id());
    case v1::Subject::kDeviceId:
      BAUTA_RETURN_IF_ERROR(
          CheckIdentifyingText(field.Sub("device_id"), subject.device_id(), 1, kRawIdSizeMax));
      return RawSubject::Create(SubjectNamespace::kDevice, subject.device_id());
    case v1::Subject::kExternalCode:
      BAUTA_RETURN_IF_ERROR(
          CheckIdentifyingText(field.Sub("external_code"), subject.external_code(), 1, kRawIdSizeMax));
      return RawSubject::Create(SubjectNamespace::kExternal, subject.external_code());
    case v1::Subject::kAnonymous:
      return FieldError(field, "account_id, device_id or external_code", "anonymous");
    case v1::Subject::ID_NOT_SET:
      break;
  }
  return MissingField(field, "one of account_id, device_id, external_code, and anonymous in feed calls");
}

absl::StatusOr<Pseudonym> SubjectResolver::Subject(const FieldPath& field, const v1::Subject& subject) const {
  BAUTA_ASSIGN_OR_RETURN(RawSubject raw, ToRawSubject(field, subject));
  return pseudonymizer_.ToPseudonym(std::move(raw));
}

absl::StatusOr<std::optional<Pseudonym>> SubjectResolver::SubjectOrAnonymous(
    const FieldPath& field, const v1::Subject& subject) const {
  if (subject.has_anonymous()) return std::optional<Pseudonym>();
  BAUTA_ASSIGN_OR_RETURN(RawSubject raw, ToRawSubject(field, subject));
  return std::optional<Pseudonym>(pseudonymizer_.ToPseudonym(std::move(raw)));
}

absl::StatusOr<AuthorCode> SubjectResolver::Author(const FieldPath& field,
                                                   const v1::AuthorRef& author) const {
  switch (author.ref_case()) {
    case v1::AuthorRef::kAuthorId:
      return AuthorId(field.Sub("author_id"), author.author_id());
    case v1::AuthorRef::kAuthorCode:
      BAUTA_RETURN_IF_ERROR(
          CheckIdentifyingText(field.Sub("author_code"), author.author_code(), kCodeSize, kCodeSize));
      if (const AuthorCode code = *AuthorCode::FromView(author.author_code()); code != AuthorCode())
        return code;
      return FieldError(field.Sub("author_code"), "the code of an author", "16 zero bytes");
    case v1::AuthorRef::REF_NOT_SET:
      break;
  }
  return MissingField(field, "one of author_id and author_code");
}

absl::StatusOr<AuthorCode> SubjectResolver::AuthorId(const FieldPath& field,
                                                     const std::string& author_id) const {
  BAUTA_RETURN_IF_ERROR(CheckIdentifyingText(field, author_id, 1, kRawIdSizeMax));
  BAUTA_ASSIGN_OR_RETURN(RawAuthor raw, RawAuthor::Create(author_id));
  return pseudonymizer_.ToAuthorCode(std::move(raw));
}

absl::StatusOr<std::optional<Place>> SubjectResolver::PlaceOfAddress(const FieldPath& field,
                                                                     const std::string& ip_address) const {
  if (ip_address.empty()) return std::optional<Place>();
  BAUTA_RETURN_IF_ERROR(CheckIdentifyingText(field, ip_address, 1, kIpAddressSizeMax));
  absl::StatusOr<IpAddress> address = IpAddress::Parse(ip_address);
  if (!address.ok()) {
    return FieldError(field, "an IPv4 or IPv6 address as text, without port and zone",
                      absl::StrCat("text of ", ip_address.size(), " bytes"));
  }
  if (cities_ == nullptr) return std::optional<Place>();
  return cities_->Locate(*std::move(address));
}

std::optional<Place> SubjectResolver::PlaceOfCity(City city) const {
  if (gazetteer_ == nullptr) return std::nullopt;
  return gazetteer_->PlaceOf(city);
}

}  // namespace bauta
