// RecordFile: a CSV or NDJSON file read line by line into messages.
#ifndef BAUTA_TOOLS_CLI_RECORD_FILE_H_
#define BAUTA_TOOLS_CLI_RECORD_FILE_H_

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "tools/cli/record_parser.h"

namespace bauta {

// Not thread-safe.
class RecordFile {
 public:
  // NOT_FOUND; INVALID_ARGUMENT for another ending than .csv or .ndjson, an empty CSV file, or a column that
  // there is not.
  static absl::StatusOr<RecordFile> Open(const std::string& path,
                                         const google::protobuf::Descriptor* descriptor);

  // False at the end of the file. `parsed` says whether the line is a record; empty lines are passed over.
  bool Next(google::protobuf::Message& record, absl::Status& parsed);

  uint64_t line_number() const { return line_number_; }  // Of the last record, from 1.
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  RecordFile(std::string path, std::ifstream stream, uint64_t size)
      : path_(std::move(path)), stream_(std::move(stream)), size_(size) {}
  bool NextLine();

  std::string path_;
  std::ifstream stream_;
  std::optional<RecordParser> parser_;
  std::string line_;
  uint64_t line_number_ = 0;
  uint64_t bytes_read_ = 0;
  uint64_t size_ = 0;
};

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_RECORD_FILE_H_
