// The reply to GET /metrics of a server on this machine, headers included.
#ifndef BAUTA_TESTS_SERVICE_HTTP_GET_H_
#define BAUTA_TESTS_SERVICE_HTTP_GET_H_

#include <string>

namespace bauta::testing {

// Empty where nothing listens on `port`.
std::string GetMetrics(int port);

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_HTTP_GET_H_
