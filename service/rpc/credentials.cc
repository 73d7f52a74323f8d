#include "service/rpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/secret.h"
#include "service/auth/authenticator.h"

namespace bauta {
namespace {

constexpr uint64_t kPemSizeMax = 1 << 20;
constexpr unsigned kRereadSeconds = 2;

template <class T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
void FreeBio(BIO* bio) { BIO_free_all(bio); }
using BioPointer = std::unique_ptr<BIO, Freer<BIO, FreeBio>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, Freer<X509, X509_free>>;

// gRPC would start with a wrong pair and then fail every handshake without a word.
absl::Status CheckPair(const ListenConfig& listen, const std::string& certificate_pem,
                       const std::string& key_pem) {
  const BioPointer certificate_bio(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const CertificatePointer certificate(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(listen.tls_certificate_file, ": not a certificate in PEM form"));
  }
  const BioPointer key_bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  const KeyPointer key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(listen.tls_key_file, ": not a private key in PEM form"));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        listen.tls_key_file, ": not the key of the certificate in ", listen.tls_certificate_file));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(const ListenConfig& listen,
                                                                               FileSystem& files) {
  if (listen.tls_certificate_file.empty()) return grpc::InsecureServerCredentials();
  BAUTA_RETURN_IF_ERROR(CheckPrivateFile(files, listen.tls_key_file));
  BAUTA_ASSIGN_OR_RETURN(const std::string certificate,
                         ReadFile(files, listen.tls_certificate_file, kPemSizeMax));
  BAUTA_ASSIGN_OR_RETURN(std::string key, ReadFile(files, listen.tls_key_file, kPemSizeMax));
  const absl::Status pair = CheckPair(listen, certificate, key);
  WipeString(key);
  BAUTA_RETURN_IF_ERROR(pair);

  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      listen.tls_key_file, listen.tls_certificate_file, kRereadSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace bauta
