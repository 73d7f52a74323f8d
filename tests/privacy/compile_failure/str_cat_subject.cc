// Must not compile: a raw subject cannot be put into a text.
#include <string>

#include "absl/strings/str_cat.h"
#include "privacy/raw_ids.h"

std::string Leak(const bauta::RawSubject& subject) { return absl::StrCat("subject ", subject); }
