// Must not compile: a raw subject cannot be copied into a record.

#include "privacy/raw_ids.h"

bauta::RawSubject Leak(const bauta::RawSubject& subject) { return subject; }
