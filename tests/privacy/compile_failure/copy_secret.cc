// Must not compile: a key cannot be copied by accident.
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

bauta::SecretKey Leak(const bauta::SecretKey& key) { return key; }
