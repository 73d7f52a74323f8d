// The end of all keys, when a store is wound down: afterwards no code can be made and no record opened, in
// any copy.
#ifndef BAUTA_PRIVACY_DESTROY_KEYS_H_
#define BAUTA_PRIVACY_DESTROY_KEYS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/file_system.h"

namespace bauta {

// Leaves the note `directory`/destroyed, durably, and then overwrites, syncs and removes root, identity.N,
// wrap.N, subjects.N and what interrupted changes have left of them. `head`, which is no key, stays: the
// rights log can be audited still. Cut off anywhere it can be run again. NOT_FOUND: no such folder.
absl::Status DestroyKeys(FileSystem& files, const std::string& directory, absl::Time now);

// FAILED_PRECONDITION, naming the folder, where the note is there.
absl::Status CheckNotDestroyed(FileSystem& files, const std::string& directory);

}  // namespace bauta

#endif  // BAUTA_PRIVACY_DESTROY_KEYS_H_
