#include "bench/load/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file_system.h"

namespace bauta::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr size_t kLogShownMax = 4000;  // Bytes.

absl::Status SystemError(const char* what) {
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(errno)));
}

// Between fork and exec: only what is safe there.
[[noreturn]] void BecomeServer(pid_t parent, char* const* arguments, int output, int log) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) ::_exit(127);
  if (::dup2(output, STDOUT_FILENO) < 0 || ::dup2(log, STDERR_FILENO) < 0) ::_exit(127);
  ::execv("/proc/self/exe", arguments);
  ::_exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const std::vector<std::string>& arguments,
                                                                  const std::string& log_path) {
  std::vector<std::string> copies = {"bauta-load"};
  copies.insert(copies.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);

  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return SystemError("pipe");
  const int log = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t parent = ::getpid();
  const pid_t pid = log < 0 ? -1 : ::fork();
  if (pid == 0) BecomeServer(parent, pointers.data(), ends[1], log);
  const absl::Status failure = pid < 0 ? SystemError("start a child process") : absl::OkStatus();
  ::close(ends[1]);
  if (log >= 0) ::close(log);
  if (!failure.ok()) {
    ::close(ends[0]);
    return failure;
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, ends[0], log_path));
}

ChildProcess::~ChildProcess() {
  ::close(output_);
  ::kill(pid_, SIGTERM);
  const absl::Time end = absl::Now() + kPatience;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (absl::Now() > end) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      return;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

absl::StatusOr<std::string> ChildProcess::ReadLine(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  for (;;) {
    if (const size_t line = read_.find('\n'); line != std::string::npos) {
      std::string text = read_.substr(0, line);
      read_.erase(0, line + 1);
      return text;
    }
    pollfd waiting = {.fd = output_, .events = POLLIN, .revents = 0};
    const int64_t left = absl::ToInt64Milliseconds(end - absl::Now());
    const int ready = left <= 0 ? 0 : ::poll(&waiting, 1, static_cast<int>(left));
    if (ready == 0) return absl::DeadlineExceededError("the server has said nothing for too long");
    if (ready < 0) return SystemError("poll");
    char buffer[256];
    const ssize_t size = ::read(output_, buffer, sizeof(buffer));
    if (size > 0) {
      read_.append(buffer, static_cast<size_t>(size));
    } else {
      const absl::StatusOr<std::string> log = ReadFile(PosixFileSystem(), log_path_, kLogShownMax);
      return absl::UnavailableError(absl::StrCat("the server ended: ", log.ok() ? *log : log_path_));
    }
  }
}

absl::StatusOr<absl::Duration> ChildProcess::CpuTime() const {
  // The sum that /proc shows in ticks, in nanoseconds.
  clockid_t clock;
  timespec time;
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    return SystemError("the child's processor time");
  }
  return absl::DurationFromTimespec(time);
}

}  // namespace bauta::bench
