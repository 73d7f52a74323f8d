// Must not compile: a key cannot be logged.
#include <iostream>

#include "privacy/secret.h"

void Leak(const bauta::SecretKey& key) { std::cout << key; }
