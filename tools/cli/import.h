// Import: posts, events and visits from CSV or NDJSON files into a running server, line by line; a bad line
// never loses the good ones.
#ifndef BAUTA_TOOLS_CLI_IMPORT_H_
#define BAUTA_TOOLS_CLI_IMPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "bauta/v1/consent.pb.h"
#include "tools/client/connection.h"

namespace bauta {

struct ImportOptions {
  // Files whose names end in .csv or .ndjson; empty: none of that. The records are bauta.v1.Post, Interaction
  // and Visit.
  std::string posts;
  std::string events;
  std::string visits;
  // Consents for every subject of this file of events, from an hour before its oldest event on.
  std::string assume_consent_from;
  std::vector<v1::Purpose> assume_purposes;
  uint32_t policy_version = 1;
  // Moves the times of posts and events alike, so that the newest event is now.
  bool shift_times = false;
  // Lines refused that are named one by one on stderr; all are counted by reason.
  size_t refused_lines_shown = 20;
  bool json = false;
};

// Prints a summary of each file, with what was refused and why, and `figure` lines. OK where every file was
// read to its end, whatever was refused; else the error that stopped the import.
absl::Status RunImport(const Connection& connection, const ImportOptions& options, const Clock& clock);

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_IMPORT_H_
