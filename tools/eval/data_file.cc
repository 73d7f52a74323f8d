#include "tools/eval/data_file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "privacy/hash.h"

extern char** environ;

namespace bauta {
namespace {

constexpr uint64_t kFileSizeMax = uint64_t{4} << 30;

std::string ReadAll(int descriptor) {
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t size = read(descriptor, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
}

absl::StatusOr<std::string> Decompress(const std::string& path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::InternalError("no pipe for xz");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const char* arguments[] = {"xz", "-dc", "--", path.c_str(), nullptr};
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, "xz", &actions, nullptr, const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text = failed == 0 ? ReadAll(ends[0]) : "";
  close(ends[0]);
  if (failed != 0) return absl::NotFoundError("the program xz is needed to read .xz files");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::DataLossError(absl::StrCat(path, ": xz could not decompress it"));
  }
  return text;
}

}  // namespace

absl::StatusOr<DataFile> ReadDataFile(const std::string& path) {
  if (absl::StatusOr<FileAttributes> found = PosixFileSystem().Attributes(path); !found.ok()) {
    return found.status();
  }
  absl::StatusOr<std::string> text =
      absl::EndsWith(path, ".xz") ? Decompress(path) : ReadFile(PosixFileSystem(), path, kFileSizeMax);
  if (!text.ok()) return text.status();
  DataFile file{*std::move(text), ""};
  file.checksum = absl::BytesToHexString(ToAbsl(View(Sha256(file.text)))).substr(0, 16);
  return file;
}

absl::Status ForEachLine(std::string_view text, size_t skip,
                         absl::FunctionRef<absl::Status(std::string_view line)> visit) {
  for (uint64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (skip > 0) {
      --skip;
    } else if (!line.empty()) {
      if (const absl::Status status = visit(line); !status.ok()) {
        return absl::Status(status.code(), absl::StrCat("line ", number, ": ", status.message()));
      }
    }
  }
  return absl::OkStatus();
}

void SplitFields(std::string_view line, char separator, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const bool quoted = !line.empty() && line.front() == '"';
    const size_t close = quoted ? line.find('"', 1) : std::string_view::npos;
    const size_t from = close == std::string_view::npos ? 0 : close;
    const size_t end = line.find(separator, from);
    std::string_view field = line.substr(0, end);
    if (quoted && field.size() >= 2 && field.back() == '"') field = field.substr(1, field.size() - 2);
    fields.push_back(field);
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

absl::StatusOr<int64_t> ParseWhole(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || (end != text.data() + text.size() && *end != '.')) {
    return absl::InvalidArgumentError(
        absl::StrCat("a whole number expected, of ", text.size(), " characters"));
  }
  return value;
}

}  // namespace bauta
