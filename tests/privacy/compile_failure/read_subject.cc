// Must not compile: the bytes of a raw subject need an access key.
#include <string>

#include "privacy/raw_ids.h"

std::string Leak(const bauta::RawSubject& subject) { return std::string(subject.bytes()); }
