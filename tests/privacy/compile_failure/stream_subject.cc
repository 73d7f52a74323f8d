// Must not compile: a raw subject cannot be logged.
#include <iostream>

#include "privacy/raw_ids.h"

void Leak(const bauta::RawSubject& subject) { std::cout << subject; }
