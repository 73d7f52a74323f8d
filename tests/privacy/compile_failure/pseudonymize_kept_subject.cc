// Must not compile: a raw subject does not outlive its code.

#include "privacy/pseudonymizer.h"

bauta::Pseudonym Leak(const bauta::Pseudonymizer& door, bauta::RawSubject& subject) {
  return door.ToPseudonym(subject);
}
