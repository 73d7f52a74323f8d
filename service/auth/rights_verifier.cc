#include "service/auth/rights_verifier.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/hash.h"

namespace bauta {

struct RightsVerifier::Issuer {
  explicit Issuer(RightsIssuer issuer)
      : name(std::move(issuer.name)),
        public_key(issuer.public_key),
        hasher(issuer.subject_hash_key),
        kind(issuer.kind) {}
  const std::string name;
  const Ed25519PublicKey public_key;
  const SubjectHasher hasher;
  const IssuerKind kind;
};

namespace {

constexpr size_t kNonceSize = 16;

absl::Status Refuse(const std::string& why) { return absl::PermissionDeniedError("rights token: " + why); }

std::optional<RightsGroup> GroupOf(v1::MethodGroup group) {
  switch (group) {
    case v1::METHOD_GROUP_CONSENT:
      return RightsGroup::kConsent;
    case v1::METHOD_GROUP_EXPORT:
      return RightsGroup::kExport;
    case v1::METHOD_GROUP_ERASE:
      return RightsGroup::kErase;
    case v1::METHOD_GROUP_EXPLAIN:
      return RightsGroup::kExplain;
    case v1::METHOD_GROUP_CORRECT:
      return RightsGroup::kCorrect;
    default:
      return std::nullopt;
  }
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Status CheckTimes(const v1::RightsToken& token, absl::Time start_time, absl::Time now) {
  const absl::Time issue_time = ToTime(token.issue_time());
  const absl::Time expire_time = ToTime(token.expire_time());
  if (expire_time <= issue_time || expire_time - issue_time > kRightsTokenLifetimeMax) {
    return Refuse("it may hold for 5 minutes at most, and must hold for some time");
  }
  if (issue_time < start_time) return Refuse("issued before this server's start");
  if (issue_time > now + kIssuerSkewMax) return Refuse("issued in the future");
  if (now >= expire_time) return Refuse("expired");
  return absl::OkStatus();
}

}  // namespace

RightsVerifier::RightsVerifier(Options options)
    : start_time_(options.start_time), nonces_max_(options.nonces_max) {
  for (RightsIssuer& issuer : options.issuers)
    issuers_.push_back(std::make_unique<Issuer>(std::move(issuer)));
}

RightsVerifier::~RightsVerifier() = default;

absl::StatusOr<IssuerKind> RightsVerifier::Verify(std::string_view token_bytes, const RawSubject& subject,
                                                  RightsGroup group, absl::Time now) {
  if (token_bytes.size() > kRightsTokenSizeMax) {
    return Refuse(
        absl::StrCat("at most ", kRightsTokenSizeMax, " bytes allowed, ", token_bytes.size(), " sent"));
  }
  v1::SignedRightsToken envelope;
  v1::RightsToken token;
  if (!envelope.ParseFromArray(token_bytes.data(), static_cast<int>(token_bytes.size())) ||
      !token.ParseFromString(envelope.rights_token())) {
    return Refuse("not a SignedRightsToken");
  }
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(),
                                   [&](const auto& candidate) { return candidate->name == token.issuer(); });
  if (issuer == issuers_.end()) return Refuse("its issuer is not in the configuration");
  if (!(*issuer)->public_key.Verify(envelope.rights_token(), envelope.signature())) {
    return Refuse("its signature does not verify");
  }
  if (token.nonce().size() != kNonceSize) {
    return Refuse(absl::StrCat("a nonce of 16 bytes allowed, ", token.nonce().size(), " sent"));
  }
  if (GroupOf(token.method_group()) != group) return Refuse("it opens other methods");
  if (static_cast<int>(token.subject_namespace()) != static_cast<int>(subject.name()) ||
      !ConstantTimeEqual(token.subject_hash(), View((*issuer)->hasher.Hash(subject)))) {
    return Refuse("it is for another subject");
  }
  BAUTA_RETURN_IF_ERROR(CheckTimes(token, start_time_, now));
  Nonce nonce;
  std::memcpy(nonce.data(), token.nonce().data(), nonce.size());
  BAUTA_RETURN_IF_ERROR(UseUp(nonce, ToTime(token.expire_time()), now));
  return (*issuer)->kind;
}

absl::Status RightsVerifier::UseUp(const Nonce& nonce, absl::Time expire_time, absl::Time now) {
  std::lock_guard<std::mutex> lock(mutex_);
  while (!expiries_.empty() && expiries_.top().first <= now) {
    used_.erase(expiries_.top().second);
    expiries_.pop();
  }
  if (used_.contains(nonce)) return Refuse("used before");
  if (used_.size() >= nonces_max_) return absl::ResourceExhaustedError("too many rights tokens at once");
  used_.insert(nonce);
  expiries_.emplace(expire_time, nonce);
  return absl::OkStatus();
}

}  // namespace bauta
