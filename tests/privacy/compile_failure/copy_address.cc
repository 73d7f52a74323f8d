// Must not compile: an IP address cannot be copied into a record.

#include "privacy/raw_ids.h"

bauta::IpAddress Leak(const bauta::IpAddress& address) { return address; }
