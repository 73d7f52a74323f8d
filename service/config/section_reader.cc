#include "service/config/section_reader.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"

namespace bauta {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

constexpr size_t kComplaintsMax = 20;

class Collector final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Collector(ConfigErrors& errors) : errors_(errors) {}
  void AddError(int line, google::protobuf::io::ColumnNumber, const std::string& message) override {
    errors_.Add(line + 1, message);
  }

 private:
  ConfigErrors& errors_;
};

}  // namespace

void ConfigErrors::Add(int line, const std::string& message) {
  complaints_.push_back(line > 0 ? absl::StrCat(file_name_, ":", line, ": ", message)
                                 : absl::StrCat(file_name_, ": ", message));
}

absl::Status ConfigErrors::ToStatus() const {
  if (complaints_.empty()) return absl::OkStatus();
  std::vector<std::string> shown(
      complaints_.begin(),
      complaints_.begin() + static_cast<std::ptrdiff_t>(std::min(complaints_.size(), kComplaintsMax)));
  if (complaints_.size() > shown.size()) {
    shown.push_back(absl::StrCat("and ", complaints_.size() - shown.size(), " more"));
  }
  return absl::InvalidArgumentError(absl::StrJoin(shown, "\n"));
}

bool ParseConfigText(std::string_view text, google::protobuf::Message& message,
                     TextFormat::ParseInfoTree& locations, ConfigErrors& errors) {
  Collector collector(errors);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&locations);
  return parser.ParseFromString(std::string(text), &message);
}

const FieldDescriptor& SectionReader::Field(const char* name) const {
  const FieldDescriptor* field = message_.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) std::abort();
  return *field;
}

int SectionReader::LineOf(const FieldDescriptor& field, int index) const {
  if (locations_ == nullptr) return line_;
  const TextFormat::ParseLocation location =
      locations_->GetLocation(&field, field.is_repeated() ? index : -1);
  return location.line < 0 ? line_ : location.line + 1;
}

std::string SectionReader::PathOf(const char* name) const {
  return path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name);
}

void SectionReader::Error(const char* name, const std::string& message) const {
  if (name == nullptr) {
    errors_.Add(line_, absl::StrCat(path_, path_.empty() ? "" : ": ", message));
    return;
  }
  const FieldDescriptor& field = Field(name);
  const int line = Has(name) ? LineOf(field, 0) : line_;
  errors_.Add(line, absl::StrCat(PathOf(name), ": ", message));
}

bool SectionReader::Has(const char* name) const {
  const FieldDescriptor& field = Field(name);
  const google::protobuf::Reflection& reflection = *message_.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(message_, &field) > 0
                             : reflection.HasField(message_, &field);
}

size_t SectionReader::Count(const char* name) const {
  return static_cast<size_t>(message_.GetReflection()->FieldSize(message_, &Field(name)));
}

int64_t SectionReader::CheckedInteger(const char* name, int64_t value, int64_t min, int64_t max,
                                      int64_t fallback) const {
  if (value >= min && value <= max) return value;
  Error(name, absl::StrCat(min, " to ", max, " allowed, ", value, " given"));
  return fallback;
}

int64_t SectionReader::Integer(const char* name, int64_t min, int64_t max, int64_t fallback) const {
  if (!Has(name)) return fallback;
  const google::protobuf::FieldDescriptor& field = Field(name);
  const google::protobuf::Reflection& reflection = *message_.GetReflection();
  const bool is_enum = field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_ENUM;
  const int64_t value = is_enum ? int64_t{reflection.GetEnumValue(message_, &field)}
                                : int64_t{reflection.GetUInt32(message_, &field)};
  return CheckedInteger(name, value, min, max, fallback);
}

int64_t SectionReader::RequiredInteger(const char* name, int64_t min, int64_t max) const {
  if (Has(name)) return Integer(name, min, max, min);
  Error(name, absl::StrCat("required, ", min, " to ", max, " allowed"));
  return min;
}

double SectionReader::Number(const char* name, double min, double max, double fallback) const {
  if (!Has(name)) return fallback;
  const double value = message_.GetReflection()->GetFloat(message_, &Field(name));
  if (value >= min && value <= max) return value;  // Not a number fails both.
  Error(name, absl::StrCat(min, " to ", max, " allowed, ", value, " given"));
  return fallback;
}

bool SectionReader::Flag(const char* name) const {
  return message_.GetReflection()->GetBool(message_, &Field(name));
}

std::string SectionReader::Text(const char* name, size_t size_max) const {
  std::string text = message_.GetReflection()->GetString(message_, &Field(name));
  if (text.size() <= size_max) return text;
  Error(name, absl::StrCat("at most ", size_max, " bytes allowed, ", text.size(), " given"));
  return {};
}

std::string SectionReader::RequiredText(const char* name, size_t size_max) const {
  if (!Has(name)) Error(name, "required");
  return Text(name, size_max);
}

std::string SectionReader::RequiredWord(const char* name, size_t size_max, std::string_view allowed,
                                        const char* allowed_text) const {
  std::string word = RequiredText(name, size_max);
  if (word.find_first_not_of(allowed.data(), 0, allowed.size()) != std::string::npos) {
    Error(name, absl::StrCat(allowed_text, " allowed, \"", word, "\" given"));
  }
  return word;
}

SectionReader SectionReader::Sub(const char* name) const {
  const FieldDescriptor& field = Field(name);
  const TextFormat::ParseInfoTree* nested =
      locations_ == nullptr || !Has(name) ? nullptr : locations_->GetTreeForNested(&field, -1);
  return SectionReader(message_.GetReflection()->GetMessage(message_, &field), nested,
                       Has(name) ? LineOf(field, -1) : line_, PathOf(name), errors_);
}

SectionReader SectionReader::At(const char* name, size_t index) const {
  const FieldDescriptor& field = Field(name);
  const int i = static_cast<int>(index);
  return SectionReader(message_.GetReflection()->GetRepeatedMessage(message_, &field, i),
                       locations_ == nullptr ? nullptr : locations_->GetTreeForNested(&field, i),
                       LineOf(field, i), absl::StrCat(PathOf(name), "[", index, "]"), errors_);
}

std::vector<int64_t> SectionReader::Integers(const char* name, int64_t min, int64_t max) const {
  const FieldDescriptor& field = Field(name);
  const google::protobuf::Reflection& reflection = *message_.GetReflection();
  std::vector<int64_t> values;
  for (int i = 0; i < reflection.FieldSize(message_, &field); ++i) {
    const int64_t value = field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM
                              ? int64_t{reflection.GetRepeatedEnumValue(message_, &field, i)}
                          : field.cpp_type() == FieldDescriptor::CPPTYPE_INT64
                              ? reflection.GetRepeatedInt64(message_, &field, i)
                              : int64_t{reflection.GetRepeatedUInt32(message_, &field, i)};
    if (value < min || value > max) {
      errors_.Add(LineOf(field, i),
                  absl::StrCat(PathOf(name), "[", i, "]: ", min, " to ", max, " allowed, ", value, " given"));
      continue;
    }
    values.push_back(value);
  }
  return values;
}

}  // namespace bauta
