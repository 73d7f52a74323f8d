#include "privacy/secret.h"

#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace bauta {

void WipeMemory(void* memory, size_t size) { OPENSSL_cleanse(memory, size); }

void WipeString(std::string& text) {
  // The capacity may hold bytes of an earlier, longer text: growing within it never allocates.
  text.resize(text.capacity());
  WipeMemory(text.data(), text.size());
  text.clear();
}

absl::Status DisableCoreDumps() {
  const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) {
    return absl::InternalError(absl::StrCat("disable core dumps: setrlimit: ", std::strerror(errno)));
  }
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return absl::InternalError(absl::StrCat("disable core dumps: prctl: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace bauta
