// Must not compile: an IP address cannot be logged.
#include <iostream>

#include "privacy/raw_ids.h"

void Leak(const bauta::IpAddress& address) { std::cout << address; }
