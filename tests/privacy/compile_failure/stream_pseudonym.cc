// Must not compile: a pseudonym cannot be logged.
#include <iostream>

#include "privacy/codes.h"

void Leak(const bauta::Pseudonym& code) { std::cout << code; }
