// Must not compile: a raw author cannot be copied into a record.
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

bauta::RawAuthor Leak(const bauta::RawAuthor& author) { return author; }
