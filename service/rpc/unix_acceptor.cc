#include "service/rpc/unix_acceptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {
namespace {

constexpr int kBacklog = 128;

absl::Status SystemError(const std::string& path, const char* what) {
  return absl::InternalError(absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

absl::StatusOr<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("Unix socket: a path of 1 to ",
                                                   sizeof(address.sun_path) - 1, " bytes allowed, ",
                                                   path.size(), " given"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Whoever may write into the folder could put a socket of their own in place of ours.
absl::Status CheckFolder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  struct stat attributes;
  if (stat(folder.empty() ? "." : folder.c_str(), &attributes) != 0) return SystemError(folder, "stat");
  if ((attributes.st_mode & 022) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(folder,
                                                      ": the folder of a Unix socket may not be writable by "
                                                      "group and others"));
  }
  return absl::OkStatus();
}

// Removes what a server that was killed left behind.
absl::Status ClearStaleSocket(const std::string& path, const sockaddr_un& address) {
  struct stat attributes;
  if (lstat(path.c_str(), &attributes) != 0) {
    return errno == ENOENT ? absl::OkStatus() : SystemError(path, "lstat");
  }
  if (!S_ISSOCK(attributes.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is there already and is no socket"));
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return SystemError(path, "socket");
  const bool alive = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  if (alive) return absl::FailedPreconditionError(absl::StrCat(path, ": another server listens there"));
  return unlink(path.c_str()) == 0 ? absl::OkStatus() : SystemError(path, "unlink");
}

absl::StatusOr<int> BindAndListen(const UnixAcceptor::Options& options) {
  BAUTA_ASSIGN_OR_RETURN(const sockaddr_un address, AddressOf(options.path));
  BAUTA_RETURN_IF_ERROR(CheckFolder(options.path));
  BAUTA_RETURN_IF_ERROR(ClearStaleSocket(options.path, address));
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return SystemError(options.path, "socket");
  // Other users come as far as the check of who they are only where some of them may pass it.
  const mode_t mode = options.users.empty() ? 0600 : 0666;
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      chmod(options.path.c_str(), mode) != 0 || listen(listener, kBacklog) != 0) {
    const absl::Status status = SystemError(options.path, "bind and listen");
    close(listener);
    return status;
  }
  return listener;
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnixAcceptor>> UnixAcceptor::Listen(const Options& options,
                                                                   std::function<void(int fd)> take) {
  BAUTA_ASSIGN_OR_RETURN(const int listener, BindAndListen(options));
  int wake[2];
  if (pipe2(wake, O_CLOEXEC) != 0) {
    const absl::Status status = SystemError(options.path, "pipe");
    close(listener);
    return status;
  }
  return std::unique_ptr<UnixAcceptor>(
      new UnixAcceptor(options, std::move(take), listener, wake[0], wake[1]));
}

UnixAcceptor::UnixAcceptor(const Options& options, std::function<void(int fd)> take, int socket,
                           int wake_read, int wake_write)
    : options_(options),
      take_(std::move(take)),
      socket_(socket),
      wake_read_(wake_read),
      wake_write_(wake_write),
      thread_([this] { Run(); }) {}

UnixAcceptor::~UnixAcceptor() {
  close(wake_write_);  // The thread's end of the pipe becomes readable.
  thread_.join();
  unlink(options_.path.c_str());
  close(socket_);
  close(wake_read_);
}

void UnixAcceptor::Run() {
  pollfd sources[2] = {{socket_, POLLIN, 0}, {wake_read_, POLLIN, 0}};
  while (true) {
    if (poll(sources, 2, -1) < 0 && errno != EINTR) return;
    if (sources[1].revents != 0) return;
    if (sources[0].revents != 0) AcceptOne();
  }
}

void UnixAcceptor::AcceptOne() {
  const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (connection < 0) {
    // Out of descriptors: the connection stays in the queue, and trying at once again would burn a core.
    if (errno == EMFILE || errno == ENFILE) poll(nullptr, 0, 10);
    return;
  }
  if (MayConnect(connection)) {
    take_(connection);
    return;
  }
  refused_.fetch_add(1, std::memory_order_relaxed);
  close(connection);
}

bool UnixAcceptor::MayConnect(int connection) const {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid == geteuid() || peer.uid == 0) return true;
  return std::find(options_.users.begin(), options_.users.end(), peer.uid) != options_.users.end();
}

}  // namespace bauta
