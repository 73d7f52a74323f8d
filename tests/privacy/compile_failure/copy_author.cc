// Must not compile: a raw author cannot be copied into a record.

#include "privacy/raw_ids.h"

bauta::RawAuthor Leak(const bauta::RawAuthor& author) { return author; }
