// Must not compile: a raw subject does not outlive its code.
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

bauta::Pseudonym Leak(const bauta::Pseudonymizer& door, bauta::RawSubject& subject) {
  return door.ToPseudonym(subject);
}
