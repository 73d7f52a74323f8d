// Principal: who calls, what they may do, and by when they must have their answer. Made at the door, before a
// handler runs; a handler gets it as proof that the call was admitted.
#ifndef BAUTA_SERVICE_PRINCIPAL_H_
#define BAUTA_SERVICE_PRINCIPAL_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace bauta {

// What a bearer token may be for. Default deny: a method names the roles that may call it
// (service/auth/access.h).
enum class Role : uint8_t { kFeed, kIngest, kPrivacy, kCatalogue, kTrainer, kOperator };
inline constexpr size_t kRoleCount = 6;
inline constexpr Role kAllRoles[kRoleCount] = {Role::kFeed,      Role::kIngest,  Role::kPrivacy,
                                               Role::kCatalogue, Role::kTrainer, Role::kOperator};

// "feed", "ingest", …: as the token file spells them.
constexpr const char* RoleName(Role role) {
  constexpr const char* kNames[kRoleCount] = {"feed",      "ingest",  "privacy",
                                              "catalogue", "trainer", "operator"};
  return kNames[static_cast<size_t>(role)];
}

class RoleSet {
 public:
  constexpr RoleSet() = default;
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (Role role : roles) Add(role);
  }
  constexpr void Add(Role role) { bits_ |= static_cast<uint8_t>(1u << static_cast<unsigned>(role)); }
  constexpr bool Contains(Role role) const { return (bits_ >> static_cast<unsigned>(role)) & 1u; }
  constexpr bool Intersects(const RoleSet& other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(const RoleSet&, const RoleSet&) = default;

 private:
  uint8_t bits_ = 0;
};

// The group of methods that a rights token opens for its subject.
enum class RightsGroup : uint8_t { kConsent, kExport, kErase, kExplain, kCorrect };
inline constexpr size_t kRightsGroupCount = 5;

constexpr const char* RightsGroupName(RightsGroup group) {
  constexpr const char* kNames[kRightsGroupCount] = {"consent", "export", "erase", "explain", "correct"};
  return kNames[static_cast<size_t>(group)];
}

// Who signed a rights token: the operator's identity service, for which the subject itself asked; an agent
// that the subject named; a guardian of minors.
enum class IssuerKind : uint8_t { kIdentityService, kAgent, kGuardian };
inline constexpr size_t kIssuerKindCount = 3;

struct Principal {
  std::string name;  // The token's own name from the token file: names a program, never a person.
  RoleSet roles;
  // Set where the call brought a rights token that was valid for the request's own subject and for this
  // group, and was not used before. A method that demands one never runs without; ExplainPost looks at it
  // before it names history.
  std::optional<RightsGroup> proven_rights;
  // Who signed that token; set with `proven_rights`.
  std::optional<IssuerKind> rights_issuer_kind;
  absl::Time deadline =
      absl::InfiniteFuture();  // The caller's, or the configured default where it gave none.

  bool MayUse(RightsGroup group) const { return proven_rights == group; }
  bool ActsAs(IssuerKind kind) const { return rights_issuer_kind == kind; }
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_PRINCIPAL_H_
