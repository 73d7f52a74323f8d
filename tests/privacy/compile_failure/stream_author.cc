// Must not compile: a raw author cannot be logged.
#include <iostream>

#include "privacy/raw_ids.h"

void Leak(const bauta::RawAuthor& author) { std::cout << author; }
