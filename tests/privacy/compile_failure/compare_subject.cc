// Must not compile: a raw subject cannot be tried against a text.
#include <string>

#include "privacy/raw_ids.h"

bool Leak(const bauta::RawSubject& subject, const std::string& guess) { return subject == guess; }
