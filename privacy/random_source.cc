#include "privacy/random_source.h"

#include <openssl/rand.h>

#include <algorithm>

namespace bauta {
namespace {

class OpenSslRandom final : public RandomSource {
 public:
  absl::Status Fill(std::span<uint8_t> out) override {
    constexpr size_t kChunk = size_t{1} << 20;  // RAND_bytes takes an int.
    while (!out.empty()) {
      const size_t size = std::min(out.size(), kChunk);
      if (RAND_bytes(out.data(), static_cast<int>(size)) != 1) {
        return absl::InternalError("random bytes: OpenSSL's generator has none");
      }
      out = out.subspan(size);
    }
    return absl::OkStatus();
  }
};

}  // namespace

RandomSource& SystemRandom() {
  static OpenSslRandom* const random = new OpenSslRandom;
  return *random;
}

}  // namespace bauta
