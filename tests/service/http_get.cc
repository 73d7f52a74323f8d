#include "tests/service/http_get.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bauta::testing {

std::string GetMetrics(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return "";
  const std::string request = "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
  if (write(connection, request.data(), request.size()) != static_cast<ssize_t>(request.size())) return "";
  std::string body;
  char buffer[4096];
  for (ssize_t size; (size = read(connection, buffer, sizeof(buffer))) > 0;)
    body.append(buffer, static_cast<size_t>(size));
  close(connection);
  return body;
}

}  // namespace bauta::testing
