// What the command line prints: tables for people, one JSON document for programs (--json), figures for
// scripts.
#ifndef BAUTA_TOOLS_CLI_OUTPUT_H_
#define BAUTA_TOOLS_CLI_OUTPUT_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace bauta {

// Prints rows in columns as wide as they need; numbers (as text) to the right.
void PrintTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

// One line of protobuf's JSON with the proto's own field names.
void PrintJson(const google::protobuf::Message& message);

// "2026-01-31 12:00" in UTC; "-" where it is not set.
std::string ShortTime(const google::protobuf::Timestamp& timestamp, bool is_set);

// Signed, three decimals; "" for zero.
std::string ShortTerm(float value);

// Lower-case hexadecimal.
std::string Hex(const std::string& bytes);

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_OUTPUT_H_
