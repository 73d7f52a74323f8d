#include "tools/cli/privacy_report.h"

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tools/cli/output.h"
#include "tools/cli/privacy_page.h"
#include "tools/cli/record_parser.h"

namespace bauta {
namespace {

constexpr size_t kPromiseColumns = 4;  // Promise, how it holds, enforced in, proved by.

std::string AuditText(const v1::GetPrivacyReportResponse& report) {
  if (!report.has_audit_check()) return "not checked since the start";
  const v1::AuditCheck& check = report.audit_check();
  const std::string time = ShortTime(check.check_time(), check.has_check_time());
  return check.whole() ? absl::StrCat("whole, ", check.entry_count(), " entries, checked ", time)
                       : absl::StrCat("DAMAGED, checked ", time, ": see the server's log");
}

void PrintFacts(const v1::GetPrivacyReportResponse& report) {
  const std::string rounding = absl::StrCat(" (multiples of ", report.crowd_min(), ")");
  PrintTable(
      {"what", "now"},
      {{"read", ShortTime(report.report_time(), report.has_report_time())},
       {"region", report.region()},
       {"collecting", report.collecting() ? "yes" : "no, stopped for good"},
       {absl::StrCat("subjects", rounding), absl::StrCat(report.subject_count())},
       {absl::StrCat("of them with a history", rounding), absl::StrCat(report.history_count())},
       {absl::StrCat("of them under age", rounding), absl::StrCat(report.minor_count())},
       {absl::StrCat("marks of erased subjects", rounding), absl::StrCat(report.erasure_mark_count())},
       {"all rows readable", report.incomplete() ? "NO: some are damaged and not counted" : "yes"},
       {"posts", absl::StrCat(report.post_count())},
       {"identity key", absl::StrCat("epoch ", report.identity_epoch(), ", of ",
                                     ShortTime(report.identity_key_time(), report.has_identity_key_time()))},
       {"wrap key", absl::StrCat("of ", ShortTime(report.wrap_key_time(), report.has_wrap_key_time()))},
       {"rights log", AuditText(report)},
       {"rights log, last entry", absl::StrCat(report.log_sequence())},
       {"rights log, bytes", absl::StrCat(report.log_bytes())},
       {"model trained from",
        ShortTime(report.model_train_begin_time(), report.has_model_train_begin_time())}});
}

void PrintConsents(const v1::GetPrivacyReportResponse& report) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::PolicyVersionCount& version : report.policy_versions()) {
    std::vector<std::string> row = {
        version.policy_version() == 0 ? "none" : absl::StrCat(version.policy_version()),
        absl::StrCat(version.subject_count())};
    for (const v1::PurposeCount& purpose : version.purposes())
      row.push_back(absl::StrCat(purpose.subject_count()));
    row.resize(2 + 5);
    rows.push_back(row);
  }
  PrintTable({"policy version", "subjects", "personalize", "learn", "crowd", "locate", "ads"}, rows);
}

void PrintRows(const v1::GetPrivacyReportResponse& report) {
  if (report.signal_kinds().empty()) return;
  std::vector<std::string> header = {"rows", "kept days"};
  for (const v1::AgeCount& age : report.signal_kinds(0).ages()) {
    header.push_back(age.days_max() == 0 ? "older" : absl::StrCat("<", age.days_max(), "d"));
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::SignalKindCount& kind : report.signal_kinds()) {
    std::vector<std::string> row = {ShortEnumName(v1::SignalKind_descriptor(), kind.kind()),
                                    absl::StrCat(kind.retention_days())};
    for (const v1::AgeCount& age : kind.ages()) row.push_back(absl::StrCat(age.row_count()));
    row.resize(header.size());
    rows.push_back(row);
  }
  PrintTable(header, rows);
}

}  // namespace

std::vector<Promise> Promises() {
  std::vector<Promise> promises;
  bool in_table = false;  // The page has other tables too.
  for (absl::string_view line : absl::StrSplit(kPrivacyPage, '\n')) {
    std::vector<std::string> cells = absl::StrSplit(line, absl::MaxSplits(" | ", kPromiseColumns - 1));
    const bool begins = cells[0] == "| promise";
    in_table = begins || (in_table && absl::StartsWith(line, "|"));
    if (!in_table || begins || cells.size() != kPromiseColumns) continue;
    for (std::string& cell : cells) absl::StrReplaceAll({{"`", ""}}, &cell);
    promises.push_back({cells[0].substr(2), cells[2]});
  }
  return promises;
}

void PrintPrivacyReport(const v1::GetPrivacyReportResponse& report) {
  PrintFacts(report);
  std::printf("\n");
  PrintConsents(report);
  std::printf("\n");
  PrintRows(report);
  std::printf("\n");
  std::vector<std::vector<std::string>> rows;
  for (const Promise& promise : Promises()) rows.push_back({promise.promise, promise.enforced_in});
  PrintTable({"promise", "enforced in"}, rows);
}

}  // namespace bauta
