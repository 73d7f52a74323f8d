// Must not compile: an IP address cannot be put into a text.
#include <string>

#include "absl/strings/str_cat.h"
#include "privacy/raw_ids.h"

std::string Leak(const bauta::IpAddress& address) { return absl::StrCat("from ", address); }
