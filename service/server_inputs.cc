#include "service/server_inputs.h"

#include <utility>

#include "base/status.h"
#include "service/auth/rights_minter.h"

namespace bauta {
namespace {

absl::StatusOr<std::vector<RightsIssuer>> LoadIssuers(const ServerConfig& config, FileSystem& files) {
  std::vector<RightsIssuer> issuers;
  for (const RightsIssuerConfig& issuer : config.rights_issuers) {
    BAUTA_ASSIGN_OR_RETURN(const Ed25519PublicKey public_key, Ed25519PublicKey::FromHex(issuer.public_key));
    BAUTA_ASSIGN_OR_RETURN(SecretKey subject_hash_key, ReadHexKey(files, issuer.subject_hash_key_file));
    issuers.push_back(RightsIssuer{issuer.name, public_key, std::move(subject_hash_key), issuer.kind});
  }
  return issuers;
}

absl::StatusOr<std::shared_ptr<const Gazetteer>> LoadGazetteer(const std::string& path) {
  if (path.empty()) return std::shared_ptr<const Gazetteer>();
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<Gazetteer> gazetteer, Gazetteer::Load(path));
  return std::shared_ptr<const Gazetteer>(std::move(gazetteer));
}

absl::StatusOr<std::unique_ptr<CityLocator>> OpenCities(const ServerConfig& config,
                                                        const std::shared_ptr<const Gazetteer>& gazetteer) {
  if (config.city_database_ipv4.empty() && config.city_database_ipv6.empty())
    return std::unique_ptr<CityLocator>();
  CityLocator::Options options;
  options.ipv4_path = config.city_database_ipv4;
  options.ipv6_path = config.city_database_ipv6;
  options.gazetteer = gazetteer;
  return CityLocator::Open(options);
}

}  // namespace

absl::StatusOr<ServerInputs> ServerInputs::Load(const ServerConfig& config, FileSystem& files) {
  BAUTA_ASSIGN_OR_RETURN(Authenticator authenticator, Authenticator::Load(files, config.token_file));
  BAUTA_ASSIGN_OR_RETURN(std::vector<RightsIssuer> issuers, LoadIssuers(config, files));
  BAUTA_ASSIGN_OR_RETURN(KeyRing keys, KeyRing::Open(files, config.store.keys_directory));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<Pseudonymizer> pseudonymizer, Pseudonymizer::Create(keys));
  BAUTA_ASSIGN_OR_RETURN(std::shared_ptr<const Gazetteer> gazetteer, LoadGazetteer(config.gazetteer));
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<CityLocator> cities, OpenCities(config, gazetteer));
  return ServerInputs{std::move(keys),    std::move(pseudonymizer), std::move(authenticator),
                      std::move(issuers), std::move(gazetteer),     std::move(cities)};
}

}  // namespace bauta
