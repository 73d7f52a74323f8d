// Reads the published data sets, and says exactly which bytes an evaluation was run on.
#ifndef BAUTA_TOOLS_EVAL_DATA_FILE_H_
#define BAUTA_TOOLS_EVAL_DATA_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bauta {

struct DataFile {
  std::string text;
  std::string checksum;  // First 16 hexadecimal digits of the SHA-256 of `text`.
};

// The file, decompressed by the program `xz` where its name ends in ".xz". NOT_FOUND where it is not there,
// DATA_LOSS where it cannot be decompressed.
absl::StatusOr<DataFile> ReadDataFile(const std::string& path);

// Calls `visit` with each line but the first `skip` and empty ones, without its end; stops at the first
// error, and puts the number of the line before its message.
absl::Status ForEachLine(std::string_view text, size_t skip,
                         absl::FunctionRef<absl::Status(std::string_view line)> visit);

// The fields between `separator`; a field in double quotes may hold it, and loses them. The views go into
// `line`.
void SplitFields(std::string_view line, char separator, std::vector<std::string_view>& fields);

// A number ≥ 0; what stands behind a point is left out, since some data sets write whole numbers as 12.0.
// INVALID_ARGUMENT else.
absl::StatusOr<int64_t> ParseWhole(std::string_view text);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_DATA_FILE_H_
