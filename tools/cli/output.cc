#include "tools/cli/output.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"

namespace bauta {
namespace {

// Columns of the terminal, not bytes: a UTF-8 continuation byte takes no room.
size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool IsNumber(const std::string& text) {
  double ignored;
  return text.empty() || absl::SimpleAtod(text, &ignored);
}

}  // namespace

void PrintTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<bool> to_the_right;
  for (size_t column = 0; column < header.size(); ++column) {
    size_t width = Width(header[column]);
    bool numbers = !rows.empty();
    for (const auto& row : rows) {
      width = std::max(width, Width(row[column]));
      numbers = numbers && IsNumber(row[column]);
    }
    widths.push_back(width);
    to_the_right.push_back(numbers);
  }
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t column = 0; column < row.size(); ++column) {
      const std::string gap(widths[column] - Width(row[column]), ' ');
      absl::StrAppend(&line, column == 0 ? "" : "  ", to_the_right[column] ? gap : "", row[column],
                      to_the_right[column] ? "" : gap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  };
  print(header);
  for (const auto& row : rows) print(row);
}

void PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(message, &json, options).ok())
    std::printf("%s\n", json.c_str());
}

std::string ShortTime(const google::protobuf::Timestamp& timestamp, bool is_set) {
  if (!is_set) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixSeconds(timestamp.seconds()), absl::UTCTimeZone());
}

std::string ShortTerm(float value) { return value == 0 ? "" : absl::StrFormat("%+.3f", value); }

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

}  // namespace bauta
