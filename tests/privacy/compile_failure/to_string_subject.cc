// Must not compile: a raw subject is no text.
#include <string>

#include "privacy/raw_ids.h"

std::string Leak(const bauta::RawSubject& subject) { return std::string(subject); }
