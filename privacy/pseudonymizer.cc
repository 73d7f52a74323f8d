#include "privacy/pseudonymizer.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/status.h"
#include "privacy/key_file.h"

namespace bauta {
namespace {

CodeBytes Truncate(const Sha256Digest& digest) {
  CodeBytes code;
  std::memcpy(code.data(), digest.data(), code.size());
  return code;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

}  // namespace

// AES-256 on single blocks. A context is not thread-safe, and one call takes some 50 ns: a lock is cheap
// enough.
class Pseudonymizer::Block {
 public:
  static absl::StatusOr<std::unique_ptr<Block>> Create(const SecretKey& key) {
    auto block = std::make_unique<Block>();
    if (!Key(block->encrypt_.context.get(), key, 1) || !Key(block->decrypt_.context.get(), key, 0)) {
      return absl::InternalError("AES-256: OpenSSL does not have it");
    }
    return block;
  }

  CodeBytes Encrypt(const CodeBytes& in) const { return Run(encrypt_, in); }
  CodeBytes Decrypt(const CodeBytes& in) const { return Run(decrypt_, in); }

 private:
  struct Direction {
    mutable std::mutex mutex;
    std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
  };

  static bool Key(EVP_CIPHER_CTX* context, const SecretKey& key, int encrypt) {
    return context != nullptr &&
           EVP_CipherInit_ex(context, EVP_aes_256_ecb(), nullptr, RevealSecret(key).data(), nullptr,
                             encrypt) == 1 &&
           EVP_CIPHER_CTX_set_padding(context, 0) == 1;
  }

  static CodeBytes Run(const Direction& direction, const CodeBytes& in) {
    CodeBytes out;
    int size = 0;
    const std::lock_guard lock(direction.mutex);
    // A whole block through a keyed context without padding cannot fail; a wrong code must never leave here.
    if (EVP_CipherUpdate(direction.context.get(), out.data(), &size, in.data(),
                         static_cast<int>(in.size())) != 1 ||
        size != static_cast<int>(in.size())) {
      std::abort();
    }
    return out;
  }

  Direction encrypt_;
  Direction decrypt_;
};

absl::StatusOr<std::unique_ptr<Pseudonymizer>> Pseudonymizer::Create(const KeyRing& keys) {
  std::unique_ptr<Pseudonymizer> made(new Pseudonymizer(keys));
  for (IdentityEpoch epoch : keys.epochs()) {
    BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<Block> block, Block::Create(keys.identity(epoch)));
    made->blocks_.push_back(std::move(block));
  }
  return made;
}

Pseudonymizer::Pseudonymizer(const KeyRing& keys)
    : root_(keys.root()), erased_(keys.Derive(KeyPurpose::kErased)), epochs_(keys.epochs()) {}

Pseudonymizer::~Pseudonymizer() = default;

Pseudonym Pseudonymizer::ToPseudonym(RawSubject&& subject) const {
  const RawSubject dying = std::move(subject);
  return CodeAccess::MakePseudonym(
      Truncate(root_.Compute({SubjectNamespaceName(dying.name()), dying.bytes(RawIdAccess())})));
}

AuthorCode Pseudonymizer::ToAuthorCode(RawAuthor&& author) const {
  const RawAuthor dying = std::move(author);
  return AuthorCode(Truncate(root_.Compute({"author", dying.bytes(RawIdAccess())})));
}

StoredCode Pseudonymizer::ToStoredCode(const Pseudonym& code, IdentityEpoch epoch) const {
  return StoredCode(BlockOf(epoch).Encrypt(CodeAccess::Bytes(code)));
}

Pseudonym Pseudonymizer::ToPseudonym(const StoredCode& code, IdentityEpoch epoch) const {
  return CodeAccess::MakePseudonym(BlockOf(epoch).Decrypt(code.bytes()));
}

uint64_t Pseudonymizer::ErasureMark(const Pseudonym& code) const {
  const Sha256Digest digest = erased_.Compute(CodeAccess::View(code));
  return privacy_internal::LoadUint64(reinterpret_cast<const char*>(digest.data()));
}

uint64_t Pseudonymizer::ErasureMark(const AuthorCode& code) const {
  const Sha256Digest digest = erased_.Compute({"author", code.view()});
  return privacy_internal::LoadUint64(reinterpret_cast<const char*>(digest.data()));
}

const Pseudonymizer::Block& Pseudonymizer::BlockOf(IdentityEpoch epoch) const {
  const auto found = std::find(epochs_.begin(), epochs_.end(), epoch);
  return *blocks_[static_cast<size_t>(found - epochs_.begin())];
}

Sha256Digest SubjectHasher::Hash(const RawSubject& subject) const {
  return hmac_.Compute(subject.bytes(RawIdAccess()));
}

}  // namespace bauta
