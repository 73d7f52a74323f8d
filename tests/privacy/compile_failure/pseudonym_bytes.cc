// Must not compile: the bytes of a pseudonym are reached through CodeAccess alone.
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

bauta::CodeBytes Leak(const bauta::Pseudonym& code) { return code.bytes_; }
