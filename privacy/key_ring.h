// KeyRing: the keys that make codes: `root` (K_0) and `identity.N` (K_n), read once at the start, and the
// keys derived from the root. An absent or damaged key is refused by name, never replaced: a new one would
// orphan every code.
#ifndef BAUTA_PRIVACY_KEY_RING_H_
#define BAUTA_PRIVACY_KEY_RING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file_system.h"
#include "base/strong_id.h"
#include "privacy/random_source.h"
#include "privacy/secret.h"

namespace bauta {

using IdentityEpoch = StrongId<struct IdentityEpochTag, uint32_t>;  // The N of identity.N; 1 and up.

// What a key derived from the root is for: HKDF-SHA-256(K_0, salt empty, info = label).
enum class KeyPurpose {
  kRightsLog,  // "rights-log"
  kPageToken,  // "page-token"
  kSeed,       // "seed"
  kErased,     // "erased"
};

// Immutable after Open, thread-safe. Moves.
class KeyRing {
 public:
  // Reads `directory`/root and every `directory`/identity.N.
  // FAILED_PRECONDITION: the keys were destroyed (privacy/destroy_keys.h), or the folder, root or every
  // identity key is absent, or one has the wrong size or is all zeros; the message says how keys are made.
  // PERMISSION_DENIED: unreadable, or group or others may do anything with the folder or a key.
  static absl::StatusOr<KeyRing> Open(FileSystem& files, const std::string& directory);

  const SecretKey& root() const { return root_; }
  SecretKey Derive(KeyPurpose purpose) const;
  SivKey DeriveSiv(KeyPurpose purpose) const;  // 64 bytes of the same HKDF output.

  // The live epochs, the newest first. Never empty.
  const std::vector<IdentityEpoch>& epochs() const { return epochs_; }
  // Precondition: `epoch` is one of epochs().
  const SecretKey& identity(IdentityEpoch epoch) const;

  // Tells roots apart without telling anything about them: 8 bytes of HKDF(K_0, "check"). A store that keeps
  // it can refuse to open under another root.
  uint64_t root_check_value() const { return root_check_value_; }

 private:
  KeyRing() = default;
  SecretKey root_;
  std::vector<IdentityEpoch> epochs_;
  std::vector<SecretKey> identities_;  // As epochs_.
  uint64_t root_check_value_ = 0;
};

// Makes the folder and everything in it once: root, identity.1, wrap.1, subjects.1 (empty) and, last, head
// (rights log 1, subjects 1, sequence 0, hash zero). Durable when it returns OK. ALREADY_EXISTS where the
// folder holds anything at all; nothing is touched then.
absl::Status InitKeys(FileSystem& files, const std::string& directory, RandomSource& random, absl::Time now);

// Makes `directory`/identity.N of `epoch`, durably, and under its name only when it is whole. ALREADY_EXISTS.
absl::Status CreateIdentityKey(FileSystem& files, const std::string& directory, IdentityEpoch epoch,
                               RandomSource& random);
// Overwrites and removes it, durably: every code under it is meaningless from then on. It loses its name
// first, so that a crash leaves a whole key or none. OK where it is absent.
absl::Status DestroyIdentityKey(FileSystem& files, const std::string& directory, IdentityEpoch epoch);
// What a crash within one of the two left, of all epochs.
absl::Status RemoveIdentityKeyLeftovers(FileSystem& files, const std::string& directory);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_KEY_RING_H_
