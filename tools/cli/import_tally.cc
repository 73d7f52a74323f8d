#include "tools/cli/import_tally.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "tools/cli/record_parser.h"

namespace bauta {

void ImportTally::Refuse(uint64_t line, const std::string& reason, const std::string& detail) {
  std::lock_guard lock(mutex_);
  ++refused_[reason];
  if (shown_ >= lines_shown_) return;
  ++shown_;
  // On a terminal a progress bar stands where this is written.
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  std::fprintf(stderr, "%sline %llu refused: %s%s%s%s\n", on_terminal ? "\r" : "",
               static_cast<unsigned long long>(line), reason.c_str(), detail.empty() ? "" : ": ",
               detail.c_str(), on_terminal ? "\x1b[K" : "");
}

void ImportTally::Count(uint64_t line, const v1::ItemResult& result) {
  if (result.status() == v1::ITEM_STATUS_ACCEPTED) return Accept(1);
  Refuse(line, ShortEnumName(v1::ItemReason_descriptor(), result.reason()), result.message());
}

void ImportTally::Accept(uint64_t count) {
  std::lock_guard lock(mutex_);
  accepted_ += count;
}

uint64_t ImportTally::accepted() const {
  std::lock_guard lock(mutex_);
  return accepted_;
}

uint64_t ImportTally::refused() const {
  std::lock_guard lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [reason, count] : refused_) sum += count;
  return sum;
}

std::string ImportTally::Summary() const {
  std::string text = absl::StrCat(accepted(), " accepted, ", refused(), " refused");
  std::lock_guard lock(mutex_);
  for (const auto& [reason, count] : refused_) absl::StrAppend(&text, "\n  refused: ", reason, ": ", count);
  return text;
}

}  // namespace bauta
