// consent, export, erase: the rights of the person in the feed.
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"
#include "tools/cli/record_parser.h"

namespace bauta {
namespace {

using Stub = v1::SubjectService::Stub;

// Every switch, those that are off as well.
void PrintConsent(const v1::Consent& consent) {
  std::vector<std::vector<std::string>> rows;
  const google::protobuf::EnumDescriptor* const type = v1::Purpose_descriptor();
  for (int i = 1; i < type->value_count(); ++i) {
    rows.push_back({ShortEnumName(type, type->value(i)->number()), "-", "no"});
    for (const v1::PurposeConsent& purpose : consent.purposes()) {
      if (purpose.purpose() != type->value(i)->number()) continue;
      rows.back() = {rows.back()[0], ShortTime(purpose.since_time(), purpose.has_since_time()),
                     purpose.effective() ? "yes" : "no"};
    }
  }
  PrintTable({"purpose", "on since", "in effect"}, rows);
  std::string excluded;
  for (const int kind : consent.excluded_kinds()) {
    absl::StrAppend(&excluded, excluded.empty() ? "" : ", ",
                    ShortEnumName(v1::SignalKind_descriptor(), kind));
  }
  const std::string withdrawn =
      consent.has_last_withdrawal_time()
          ? absl::StrCat(", last withdrawal ", ShortTime(consent.last_withdrawal_time(), true))
          : "";
  std::printf("%s%s%s%s%s\n",
              consent.policy_version() == 0
                  ? "no policy agreed to"
                  : absl::StrCat("policy version ", consent.policy_version()).c_str(),
              withdrawn.c_str(), excluded.empty() ? "" : ", not kept: ", excluded.c_str(),
              !consent.minor()            ? ""
              : consent.guardian_agreed() ? ", under age, a guardian agreed"
                                          : ", under age, no guardian agreed");
}

absl::StatusOr<v1::Consent> ReadConsent(const Connection& connection, Stub& stub,
                                        const v1::Subject& subject) {
  v1::GetConsentRequest request;
  *request.mutable_subject() = subject;
  BAUTA_ASSIGN_OR_RETURN(
      v1::GetConsentResponse response,
      connection.RightsCall(stub, &Stub::GetConsent, request, subject, RightsGroup::kConsent));
  return std::move(*response.mutable_consent());
}

absl::StatusOr<v1::Consent> ChangeConsent(const Connection& connection, Stub& stub,
                                          v1::UpdateConsentRequest request) {
  if (request.grant_purposes_size() > 0) request.set_policy_version(absl::GetFlag(FLAGS_policy_version));
  BAUTA_ASSIGN_OR_RETURN(
      v1::UpdateConsentResponse response,
      connection.RightsCall(stub, &Stub::UpdateConsent, request, request.subject(), RightsGroup::kConsent));
  return std::move(*response.mutable_consent());
}

// Whether they ask for a change.
absl::StatusOr<bool> ApplyFlags(v1::UpdateConsentRequest& change) {
  const std::string withdrawn = absl::GetFlag(FLAGS_withdraw),
                    guardian = absl::GetFlag(FLAGS_guardian_agrees);
  BAUTA_ASSIGN_OR_RETURN(const auto grant, ParsePurposes("grant", absl::GetFlag(FLAGS_grant)));
  BAUTA_ASSIGN_OR_RETURN(const auto withdraw, ParsePurposes("withdraw", withdrawn == "all" ? "" : withdrawn));
  BAUTA_ASSIGN_OR_RETURN(const auto exclude,
                         ParseSignalKinds("exclude_kinds", absl::GetFlag(FLAGS_exclude_kinds)));
  BAUTA_ASSIGN_OR_RETURN(const auto readmit,
                         ParseSignalKinds("readmit_kinds", absl::GetFlag(FLAGS_readmit_kinds)));
  for (const auto purpose : grant) change.add_grant_purposes(purpose);
  for (const auto purpose : withdraw) change.add_withdraw_purposes(purpose);
  for (const auto kind : exclude) change.add_exclude_kinds(kind);
  for (const auto kind : readmit) change.add_readmit_kinds(kind);
  change.set_withdraw_all(withdrawn == "all");
  change.set_mark_minor(absl::GetFlag(FLAGS_mark_minor));
  if (!guardian.empty()) {
    if (guardian != "yes" && guardian != "no") {
      return absl::InvalidArgumentError("guardian_agrees: yes or no expected");
    }
    change.set_guardian_agreed(guardian == "yes");
  }
  return !grant.empty() || !withdrawn.empty() || !exclude.empty() || !readmit.empty() ||
         change.mark_minor() || change.has_guardian_agreed();
}

absl::Status Consent(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::UpdateConsentRequest change;
  BAUTA_ASSIGN_OR_RETURN(*change.mutable_subject(), SomebodyByFlags());
  BAUTA_ASSIGN_OR_RETURN(const bool changes, ApplyFlags(change));
  absl::StatusOr<v1::Consent> consent =
      changes ? ChangeConsent(*connection, *stub, change) : ReadConsent(*connection, *stub, change.subject());
  if (!consent.ok()) return consent.status();
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(*consent);
  } else {
    PrintConsent(*consent);
  }
  return absl::OkStatus();
}

// One JSON document a part, a part a line: what is kept of a person is for programs first.
absl::Status Export(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::ExportSubjectRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  grpc::ClientContext context;
  connection->PrepareStream(context);
  BAUTA_RETURN_IF_ERROR(connection->AddRightsToken(context, request.subject(), RightsGroup::kExport));
  const auto reader = stub->ExportSubject(&context, request);
  v1::ExportSubjectResponse part;
  bool whole = false;
  while (reader->Read(&part)) {
    PrintJson(part);
    whole = part.has_trailer();
  }
  BAUTA_RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  return whole ? absl::OkStatus() : absl::DataLossError("the export ended before its trailer");
}

absl::Status Erase(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::EraseSubjectRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  BAUTA_ASSIGN_OR_RETURN(
      const v1::EraseSubjectResponse response,
      connection->RightsCall(*stub, &Stub::EraseSubject, request, request.subject(), RightsGroup::kErase));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  const v1::ErasureReceipt& receipt = response.receipt();
  PrintTable(
      {"erased", "entry of the rights log", "stray copies unreadable by"},
      {{ShortTime(receipt.erase_time(), receipt.has_erase_time()), absl::StrCat(receipt.log_sequence()),
        ShortTime(receipt.copies_unreadable_time(), receipt.has_copies_unreadable_time())}});
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> RightsCommands() {
  return {
      {"consent",
       "--account=ID [--grant=PURPOSE,…|all [--policy_version=1]] [--withdraw=PURPOSE,…|all] "
       "[--exclude_kinds=KIND,…] [--readmit_kinds=KIND,…] [--mark_minor] [--guardian_agrees=yes|no]",
       "the switches, read or changed", Consent},
      {"export", "--account=ID", "everything kept of a subject, as JSON lines", Export},
      {"erase", "--account=ID", "destroy a subject's keys and rows; gives a receipt", Erase},
  };
}

}  // namespace bauta
