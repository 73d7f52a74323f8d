// A key and a certificate that signs itself, made on the spot: none lies in the tree, and none expires.
#ifndef BAUTA_TESTS_SERVICE_CERTIFICATE_H_
#define BAUTA_TESTS_SERVICE_CERTIFICATE_H_

#include <string>

namespace bauta::testing {

struct CertificateAndKey {
  std::string certificate_pem;
  std::string key_pem;
};

// P-256, for the host name `host`, good for a day.
CertificateAndKey MakeCertificate(const std::string& host);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_CERTIFICATE_H_
