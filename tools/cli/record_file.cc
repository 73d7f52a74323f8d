#include "tools/cli/record_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace bauta {

absl::StatusOr<RecordFile> RecordFile::Open(const std::string& path,
                                            const google::protobuf::Descriptor* descriptor) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  RecordFile file(path, std::move(stream), size);
  if (path.ends_with(".ndjson")) {
    file.parser_ = RecordParser::ForJson();
  } else if (path.ends_with(".csv")) {
    if (!file.NextLine())
      return absl::InvalidArgumentError(absl::StrCat(path, ": no line, a header with column names expected"));
    absl::StatusOr<RecordParser> parser = RecordParser::ForCsv(descriptor, file.line_);
    if (!parser.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", parser.status().message()));
    file.parser_ = *std::move(parser);
  } else {
    return absl::InvalidArgumentError(absl::StrCat(path, ": a name that ends in .csv or .ndjson expected"));
  }
  return file;
}

bool RecordFile::NextLine() {
  if (!std::getline(stream_, line_)) return false;
  ++line_number_;
  bytes_read_ += line_.size() + 1;
  return true;
}

bool RecordFile::Next(google::protobuf::Message& record, absl::Status& parsed) {
  do {
    if (!NextLine()) return false;
  } while (line_.empty() || line_ == "\r");
  parsed = parser_->Parse(line_, record);
  return true;
}

}  // namespace bauta
