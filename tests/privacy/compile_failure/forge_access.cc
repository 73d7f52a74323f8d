// Must not compile: nobody but its friends makes an access key.
#include <string>

#include "privacy/raw_ids.h"

std::string Leak(const bauta::RawSubject& subject) {
  return std::string(subject.bytes(bauta::RawIdAccess()));
}
