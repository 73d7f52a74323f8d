// One line of CSV (RFC 4180, without line breaks inside of fields) into its fields.
#ifndef BAUTA_TOOLS_CLI_CSV_LINE_H_
#define BAUTA_TOOLS_CLI_CSV_LINE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace bauta {

// INVALID_ARGUMENT where a quote is not closed, or text follows one. A trailing carriage return is dropped.
absl::StatusOr<std::vector<std::string>> SplitCsvLine(std::string_view line);

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_CSV_LINE_H_
