// RecordParser: a line of CSV or NDJSON into a message of the wire. Columns and JSON names are those of the
// proto, so that the proto's comments are the documentation of both formats.
#ifndef BAUTA_TOOLS_CLI_RECORD_PARSER_H_
#define BAUTA_TOOLS_CLI_RECORD_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace bauta {

// A CSV column is a field's path: `post_id`, `event_time`, `subject.account_id`. `account_id`, `device_id`
// and `external_code` stand for those of `subject`, and `author` for `author.author_id`. An empty value
// leaves the field unset. In a value:
//   enums    by name without the prefix, in any case: `click`
//   times    RFC 3339, or whole milliseconds since 1970
//   lists    separated by `;`
// NDJSON is protobuf's JSON mapping, a message a line. Not thread-safe.
class RecordParser {
 public:
  // For NDJSON.
  static RecordParser ForJson();
  // For CSV, from the file's first line. INVALID_ARGUMENT names a column that `descriptor` does not have.
  static absl::StatusOr<RecordParser> ForCsv(const google::protobuf::Descriptor* descriptor,
                                             std::string_view header);

  // Fills `record`, which is cleared first. INVALID_ARGUMENT names the column and what is allowed, never a
  // value that may identify.
  absl::Status Parse(std::string_view line, google::protobuf::Message& record) const;

 private:
  RecordParser() = default;

  struct Column {
    std::string name;
    std::vector<const google::protobuf::FieldDescriptor*> path;
  };
  std::vector<Column> columns_;  // Empty for NDJSON.
};

// Sets one field from text, as a CSV value does. INVALID_ARGUMENT says what is allowed.
absl::Status SetFieldFromText(google::protobuf::Message& message,
                              const google::protobuf::FieldDescriptor* field, const std::string& text);

// The enum's value of that name, with or without its prefix, in any case; INVALID_ARGUMENT lists the names
// that there are.
absl::StatusOr<int> ParseEnumName(const google::protobuf::EnumDescriptor* type, const std::string& name);
// The name without the prefix, in lower case.
std::string ShortEnumName(const google::protobuf::EnumDescriptor* type, int value);

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_RECORD_PARSER_H_
