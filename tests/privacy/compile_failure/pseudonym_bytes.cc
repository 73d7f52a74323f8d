// Must not compile: the bytes of a pseudonym are reached through CodeAccess alone.

#include "privacy/codes.h"

bauta::CodeBytes Leak(const bauta::Pseudonym& code) { return code.bytes_; }
