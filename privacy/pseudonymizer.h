// Pseudonymizer: raw ids in, codes out; the raw id is wiped on the way.
//   inner code  = first 16 bytes of HMAC-SHA-256(K_0, namespace ‖ id)
//   author code = first 16 bytes of HMAC-SHA-256(K_0, "author" ‖ id)
//   stored code = AES-256(K_n, inner code), one block
// No namespace's name is the beginning of another's, so no two (namespace, id) are the same message.
#ifndef BAUTA_PRIVACY_PSEUDONYMIZER_H_
#define BAUTA_PRIVACY_PSEUDONYMIZER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "privacy/codes.h"
#include "privacy/hash.h"
#include "privacy/key_ring.h"
#include "privacy/raw_ids.h"

namespace bauta {

// Thread-safe.
class Pseudonymizer {
 public:
  // INTERNAL where OpenSSL has no AES-256.
  static absl::StatusOr<std::unique_ptr<Pseudonymizer>> Create(const KeyRing& keys);
  ~Pseudonymizer();

  Pseudonym ToPseudonym(RawSubject&& subject) const;
  AuthorCode ToAuthorCode(RawAuthor&& author) const;

  // The live epochs, the newest first.
  const std::vector<IdentityEpoch>& epochs() const { return epochs_; }
  // Precondition: `epoch` is one of epochs().
  StoredCode ToStoredCode(const Pseudonym& code, IdentityEpoch epoch) const;
  // Under the newest epoch.
  StoredCode ToStoredCode(const Pseudonym& code) const { return ToStoredCode(code, epochs_.front()); }
  // The inverse of ToStoredCode, for the move of a subject to a new epoch and for replaying the rights log.
  Pseudonym ToPseudonym(const StoredCode& code, IdentityEpoch epoch) const;

  // First 8 bytes of HMAC-SHA-256(HKDF(K_0, "erased"), inner code): what is left of an erased subject, so
  // that a backfill does not bring it back.
  uint64_t ErasureMark(const Pseudonym& code) const;
  // The same of "author" ‖ code: what is left of an erased author.
  uint64_t ErasureMark(const AuthorCode& code) const;

 private:
  class Block;
  Pseudonymizer(const KeyRing& keys);
  const Block& BlockOf(IdentityEpoch epoch) const;

  HmacSha256 root_;
  HmacSha256 erased_;
  std::vector<IdentityEpoch> epochs_;
  std::vector<std::unique_ptr<Block>> blocks_;  // As epochs_.
};

// HMAC-SHA-256(subject_hash_key, id): what an issuer's rights token names a subject by, so that the issuer
// never needs K_0. Thread-safe.
class SubjectHasher {
 public:
  explicit SubjectHasher(const SecretKey& subject_hash_key) : hmac_(subject_hash_key) {}
  Sha256Digest Hash(const RawSubject& subject) const;

 private:
  HmacSha256 hmac_;
};

}  // namespace bauta

#endif  // BAUTA_PRIVACY_PSEUDONYMIZER_H_
