// Reading one message of the configuration: each value with its bounds and its default at the place where it
// is used, and every complaint with the line of the file that it is about.
#ifndef BAUTA_SERVICE_CONFIG_SECTION_READER_H_
#define BAUTA_SERVICE_CONFIG_SECTION_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace bauta {

// Complaints about one file. Not thread-safe.
class ConfigErrors {
 public:
  explicit ConfigErrors(std::string file_name) : file_name_(std::move(file_name)) {}
  // `line` from 1; 0: the file as a whole.
  void Add(int line, const std::string& message);
  // INVALID_ARGUMENT with one complaint a line, at most 20; OK where there is none.
  absl::Status ToStatus() const;

 private:
  std::string file_name_;
  std::vector<std::string> complaints_;
};

// Parses text format. Unknown fields, wrong types and everything else that does not read as `message` become
// errors. False where it could not be parsed; `locations` then says nothing.
bool ParseConfigText(std::string_view text, google::protobuf::Message& message,
                     google::protobuf::TextFormat::ParseInfoTree& locations, ConfigErrors& errors);

// A view of one message. Fields are named as in the .proto; a wrong name is a bug and ends the program.
class SectionReader {
 public:
  // All outlive the reader. `locations` is nullptr where the message is not in the file.
  SectionReader(const google::protobuf::Message& message,
                const google::protobuf::TextFormat::ParseInfoTree* locations, int line, std::string path,
                ConfigErrors& errors)
      : message_(message), locations_(locations), line_(line), path_(std::move(path)), errors_(errors) {}

  // Each returns the default where the field is absent, and where it is out of bounds after complaining about
  // it. Integer reads enums as well.
  int64_t Integer(const char* name, int64_t min, int64_t max, int64_t fallback) const;
  double Number(const char* name, double min, double max, double fallback) const;
  bool Flag(const char* name) const;
  std::string Text(const char* name, size_t size_max) const;
  // The same, and a complaint where it is absent.
  int64_t RequiredInteger(const char* name, int64_t min, int64_t max) const;
  std::string RequiredText(const char* name, size_t size_max) const;
  // Of `allowed` characters and 1 to size_max long; `allowed_text` says so.
  std::string RequiredWord(const char* name, size_t size_max, std::string_view allowed,
                           const char* allowed_text) const;

  bool Has(const char* name) const;
  size_t Count(const char* name) const;
  SectionReader Sub(const char* name) const;
  SectionReader At(const char* name, size_t index) const;
  // Numbers of a repeated enum or integer field.
  std::vector<int64_t> Integers(const char* name, int64_t min, int64_t max) const;

  // Complains about a field, or with nullptr about the section.
  void Error(const char* name, const std::string& message) const;

 private:
  const google::protobuf::FieldDescriptor& Field(const char* name) const;
  int LineOf(const google::protobuf::FieldDescriptor& field, int index) const;
  int64_t CheckedInteger(const char* name, int64_t value, int64_t min, int64_t max, int64_t fallback) const;
  std::string PathOf(const char* name) const;

  const google::protobuf::Message& message_;
  const google::protobuf::TextFormat::ParseInfoTree* locations_;
  int line_;
  std::string path_;
  ConfigErrors& errors_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONFIG_SECTION_READER_H_
