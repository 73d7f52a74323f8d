#include "tools/cli/csv_line.h"

#include "absl/strings/str_cat.h"

namespace bauta {

absl::StatusOr<std::vector<std::string>> SplitCsvLine(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string> fields(1);
  bool quoted = false;
  bool closed = false;  // The present field was quoted, and its quote is closed.
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += '"';
        ++i;
      } else {
        quoted = false;
        closed = true;
      }
    } else if (c == ',') {
      fields.emplace_back();
      closed = false;
    } else if (c == '"' && fields.back().empty() && !closed) {
      quoted = true;
    } else if (closed) {
      return absl::InvalidArgumentError(
          absl::StrCat("column ", fields.size(), ": text after a closing quote"));
    } else {
      fields.back() += c;
    }
  }
  if (quoted)
    return absl::InvalidArgumentError(absl::StrCat("column ", fields.size(), ": a quote that is not closed"));
  return fields;
}

}  // namespace bauta
