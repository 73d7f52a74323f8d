#include "tools/cli/record_parser.h"

#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "base/strings.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tools/cli/csv_line.h"

namespace bauta {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

std::string EnumPrefix(const EnumDescriptor* type) {
  // By the wire's style the zero value is PREFIX_UNSPECIFIED.
  const std::string zero = type->value(0)->name();
  return zero.substr(0, zero.size() - std::string("UNSPECIFIED").size());
}

absl::Status Expected(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(what, " expected"));
}

absl::Status SetTimestamp(Message& message, const FieldDescriptor* field, const std::string& text) {
  absl::Time time;
  int64_t milliseconds = 0;
  if (absl::SimpleAtoi(text, &milliseconds)) {
    time = absl::FromUnixMillis(milliseconds);
  } else if (std::string error; !absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return Expected("a time as 2026-01-31T12:00:00Z, or milliseconds since 1970,");
  }
  const int64_t seconds = absl::ToUnixSeconds(time);
  auto* timestamp =
      static_cast<google::protobuf::Timestamp*>(message.GetReflection()->MutableMessage(&message, field));
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return absl::OkStatus();
}

template <class Number, class Parse>
absl::Status SetNumber(Message& message, const FieldDescriptor* field, const std::string& text,
                       const char* what, Parse parse,
                       void (Reflection::*set)(Message*, const FieldDescriptor*, Number) const,
                       void (Reflection::*add)(Message*, const FieldDescriptor*, Number) const) {
  Number value{};
  if (!parse(text, &value)) return Expected(what);
  (message.GetReflection()->*(field->is_repeated() ? add : set))(&message, field, value);
  return absl::OkStatus();
}

absl::Status SetOne(Message& message, const FieldDescriptor* field, const std::string& text) {
  const Reflection* reflection = message.GetReflection();
  const auto parse_integer = [](const std::string& from, auto* to) { return absl::SimpleAtoi(from, to); };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT64:
      return SetNumber<uint64_t>(message, field, text, "a whole number", parse_integer,
                                 &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return SetNumber<uint32_t>(message, field, text, "a whole number", parse_integer,
                                 &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return SetNumber<float>(
          message, field, text, "a number",
          [](const std::string& from, float* to) { return absl::SimpleAtof(from, to); },
          &Reflection::SetFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetNumber<bool>(
          message, field, text, "true or false",
          [](const std::string& from, bool* to) { return absl::SimpleAtob(from, to); }, &Reflection::SetBool,
          &Reflection::AddBool);
    case FieldDescriptor::CPPTYPE_ENUM: {
      BAUTA_ASSIGN_OR_RETURN(const int value, ParseEnumName(field->enum_type(), text));
      if (field->is_repeated()) {
        reflection->AddEnumValue(&message, field, value);
      } else {
        reflection->SetEnumValue(&message, field, value);
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->is_repeated()) {
        reflection->AddString(&message, field, text);
      } else {
        reflection->SetString(&message, field, text);
      }
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("this field cannot be set from text");
  }
}

const std::map<std::string, std::string>& ColumnAliases() {
  static const auto& aliases =
      *new std::map<std::string, std::string>{{"account_id", "subject.account_id"},
                                              {"device_id", "subject.device_id"},
                                              {"external_code", "subject.external_code"},
                                              {"author", "author.author_id"}};
  return aliases;
}

}  // namespace

std::string ShortEnumName(const EnumDescriptor* type, int value) {
  const auto* found = type->FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(value);
  return absl::AsciiStrToLower(found->name().substr(EnumPrefix(type).size()));
}

absl::StatusOr<int> ParseEnumName(const EnumDescriptor* type, const std::string& name) {
  const std::string upper = absl::AsciiStrToUpper(name);
  const auto* value = type->FindValueByName(absl::StrCat(EnumPrefix(type), upper));
  if (value == nullptr) value = type->FindValueByName(upper);
  if (value != nullptr && value->number() != 0) return value->number();
  std::vector<std::string> names;
  for (int i = 1; i < type->value_count(); ++i)
    names.push_back(ShortEnumName(type, type->value(i)->number()));
  return absl::InvalidArgumentError(absl::StrCat("one of ", absl::StrJoin(names, ", "), " expected"));
}

absl::Status SetFieldFromText(Message& message, const FieldDescriptor* field, const std::string& text) {
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      field->message_type()->full_name() == "google.protobuf.Timestamp" && !field->is_repeated()) {
    return SetTimestamp(message, field, text);
  }
  if (!field->is_repeated()) return SetOne(message, field, text);
  for (const auto& part : absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    BAUTA_RETURN_IF_ERROR(SetOne(message, field, std::string(absl::StripAsciiWhitespace(part))));
  }
  return absl::OkStatus();
}

RecordParser RecordParser::ForJson() { return RecordParser(); }

absl::StatusOr<RecordParser> RecordParser::ForCsv(const Descriptor* descriptor, std::string_view header) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, SplitCsvLine(header));
  RecordParser parser;
  for (const std::string& name : names) {
    const auto alias = ColumnAliases().find(name);
    const std::string& full_path = alias == ColumnAliases().end() ? name : alias->second;
    Column column{.name = name, .path = {}};
    const Descriptor* level = descriptor;
    for (const auto& step : absl::StrSplit(full_path, '.')) {
      const FieldDescriptor* field = level == nullptr ? nullptr : level->FindFieldByName(std::string(step));
      if (field == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat("column ", column.name, ": ", descriptor->name(), " has no such field"));
      }
      column.path.push_back(field);
      level = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ? field->message_type() : nullptr;
    }
    parser.columns_.push_back(std::move(column));
  }
  return parser;
}

absl::Status RecordParser::Parse(std::string_view line, Message& record) const {
  record.Clear();
  if (columns_.empty()) {
    const auto parsed = google::protobuf::util::JsonStringToMessage({line.data(), line.size()}, &record);
    // Its messages quote the line, which names persons.
    if (!parsed.ok())
      return absl::InvalidArgumentError(absl::StrCat("not the JSON of a ", record.GetDescriptor()->name()));
    return absl::OkStatus();
  }
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> values, SplitCsvLine(line));
  if (values.size() != columns_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(values.size(), " columns, ", columns_.size(), " expected"));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    Message* level = &record;
    const auto& path = columns_[i].path;
    for (size_t step = 0; step + 1 < path.size(); ++step)
      level = level->GetReflection()->MutableMessage(level, path[step]);
    if (absl::Status set = SetFieldFromText(*level, path.back(), values[i]); !set.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("column ", columns_[i].name, ": ", set.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace bauta
