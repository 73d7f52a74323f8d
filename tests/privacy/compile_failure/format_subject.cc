// Must not compile: a raw subject cannot be formatted.
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "privacy/codes.h"
#include "privacy/pseudonymizer.h"
#include "privacy/raw_ids.h"
#include "privacy/secret.h"

std::string Leak(const bauta::RawSubject& subject) { return absl::StrFormat("%s", subject); }
