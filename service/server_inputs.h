// ServerInputs: everything that the configuration names and the server reads once at its start: keys, tokens,
// issuers, places. `bautad --check-config` reads them and stops there.
#ifndef BAUTA_SERVICE_SERVER_INPUTS_H_
#define BAUTA_SERVICE_SERVER_INPUTS_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "privacy/city_locator.h"
#include "privacy/gazetteer.h"
#include "privacy/key_ring.h"
#include "privacy/pseudonymizer.h"
#include "service/auth/authenticator.h"
#include "service/auth/rights_verifier.h"
#include "service/config/config.h"

namespace bauta {

struct ServerInputs {
  KeyRing keys;
  std::unique_ptr<Pseudonymizer> pseudonymizer;
  Authenticator authenticator;
  std::vector<RightsIssuer> issuers;
  std::shared_ptr<const Gazetteer> gazetteer;  // Null where the configuration names none.
  std::unique_ptr<CityLocator> cities;         // The same.

  // The error of the first that cannot be had: a missing, unreadable or too readable file, or one that is not
  // what it should be. Nothing is ever made in its place.
  static absl::StatusOr<ServerInputs> Load(const ServerConfig& config, FileSystem& files);
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_SERVER_INPUTS_H_
