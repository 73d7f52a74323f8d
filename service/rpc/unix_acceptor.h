// UnixAcceptor: the Unix socket that callers on this machine connect to. gRPC would take whoever reaches the
// socket; here the kernel says who connects (SO_PEERCRED) before gRPC hears of it, and strangers are hung up
// on.
#ifndef BAUTA_SERVICE_RPC_UNIX_ACCEPTOR_H_
#define BAUTA_SERVICE_RPC_UNIX_ACCEPTOR_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace bauta {

// Owns one thread.
class UnixAcceptor {
 public:
  struct Options {
    std::string path;          // At most 107 bytes. No default.
    std::vector<uid_t> users;  // Who may connect beside this process's user and root.
  };

  // Listens at once; a socket that a dead server left is replaced, one with a live server behind it is not.
  // `take` gets each connection, non-blocking, and owns it; it is called on the acceptor's thread.
  // FAILED_PRECONDITION: the folder is writable by group or others, a server listens there already, or the
  // path is something else than a socket. INTERNAL: the operating system's reason.
  static absl::StatusOr<std::unique_ptr<UnixAcceptor>> Listen(const Options& options,
                                                              std::function<void(int fd)> take);

  // Takes no more connections and removes the socket.
  ~UnixAcceptor();
  UnixAcceptor(const UnixAcceptor&) = delete;
  UnixAcceptor& operator=(const UnixAcceptor&) = delete;

  // Connections hung up on because of who opened them.
  uint64_t refused_count() const { return refused_.load(std::memory_order_relaxed); }

 private:
  UnixAcceptor(const Options& options, std::function<void(int fd)> take, int socket, int wake_read,
               int wake_write);
  void Run();
  void AcceptOne();
  bool MayConnect(int connection) const;

  const Options options_;
  const std::function<void(int fd)> take_;
  const int socket_;
  const int wake_read_;
  const int wake_write_;
  std::atomic<uint64_t> refused_{0};
  std::thread thread_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_UNIX_ACCEPTOR_H_
