// Must not compile: a key cannot be copied by accident.

#include "privacy/secret.h"

bauta::SecretKey Leak(const bauta::SecretKey& key) { return key; }
