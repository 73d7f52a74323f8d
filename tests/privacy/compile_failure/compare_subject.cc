// Must not compile: a raw subject cannot be tried against a text.
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

bool Leak(const bauta::RawSubject& subject, const std::string& guess) { return subject == guess; }
