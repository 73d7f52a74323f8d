// Must not compile: a raw subject cannot be formatted.
#include <string>

#include "absl/strings/str_format.h"
#include "privacy/raw_ids.h"

std::string Leak(const bauta::RawSubject& subject) { return absl::StrFormat("%s", subject); }
