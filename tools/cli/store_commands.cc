// backup, rotate-identity-key, stop-collecting, privacy-report: the store of a running server. restore,
// wind-down: the files of a stopped one.
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "bauta/v1/store_service.grpc.pb.h"
#include "featurestore/store/restore.h"
#include "featurestore/store/wind_down.h"
#include "privacy/key_ring.h"
#include "privacy/secret.h"
#include "service/config/config.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"
#include "tools/cli/privacy_report.h"

namespace bauta {
namespace {

using Stub = v1::StoreService::Stub;

// One call that may take as long as a stream: it reads or writes all that there is.
template <class Request, class Response>
absl::StatusOr<Response> LongCall(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                                  const Request& request) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::StoreService::NewStub(connection->channel());
  grpc::ClientContext context;
  connection->PrepareStream(context);
  Response response;
  BAUTA_RETURN_IF_ERROR(FromGrpcStatus((stub.get()->*method)(&context, request, &response)));
  return response;
}

absl::Status Backup(const Arguments&) {
  v1::CreateBackupRequest request;
  request.set_backup_id(absl::GetFlag(FLAGS_name));
  if (request.backup_id().empty()) return absl::InvalidArgumentError("under which name? Give --name");
  BAUTA_ASSIGN_OR_RETURN(const v1::CreateBackupResponse response, LongCall(&Stub::CreateBackup, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  PrintTable({"backup", "made", "holds the rights log to entry"},
             {{request.backup_id(), ShortTime(response.backup_time(), response.has_backup_time()),
               absl::StrCat(response.log_sequence())}});
  return absl::OkStatus();
}

absl::Status RotateIdentityKey(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const v1::RotateIdentityKeyResponse response,
                         LongCall(&Stub::RotateIdentityKey, v1::RotateIdentityKeyRequest()));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::printf(
      "The server moves every subject to identity key %u. It goes on by itself, through restarts; the metric "
      "bauta_identity_rotation_running says when it has ended. Then make a backup: older ones are of no use "
      "any more.\n",
      response.to_epoch());
  return absl::OkStatus();
}

absl::Status StopCollecting(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const v1::StopCollectingResponse response,
                         LongCall(&Stub::StopCollecting, v1::StopCollectingRequest()));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::printf(
      "Collecting has stopped, for good. Feeds, X's, exports, withdrawals and erasures go on. Once everybody "
      "had time to export, stop the server and run `bauta wind-down --config=FILE --destroy_keys`.\n");
  return absl::OkStatus();
}

absl::Status PrivacyReport(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const v1::GetPrivacyReportResponse report,
                         LongCall(&Stub::GetPrivacyReport, v1::GetPrivacyReportRequest()));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(report);
  } else {
    PrintPrivacyReport(report);
  }
  return absl::OkStatus();
}

absl::StatusOr<ServerConfig> ConfigByFlags() {
  const std::string path = absl::GetFlag(FLAGS_config);
  if (path.empty()) return absl::InvalidArgumentError("of which server? Give --config");
  return LoadConfig(PosixFileSystem(), path);
}

std::string HourText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:00 UTC", time, absl::UTCTimeZone());
}

absl::Status Restore(const Arguments&) {
  const std::string backup = absl::GetFlag(FLAGS_backup);
  if (backup.empty()) return absl::InvalidArgumentError("which one? Give --backup, the name of a backup");
  BAUTA_RETURN_IF_ERROR(DisableCoreDumps());
  BAUTA_ASSIGN_OR_RETURN(const ServerConfig config, ConfigByFlags());
  BAUTA_ASSIGN_OR_RETURN(const KeyRing keys, KeyRing::Open(PosixFileSystem(), config.store.keys_directory));
  BAUTA_ASSIGN_OR_RETURN(const RestoreReport report,
                         RestoreBackup(config.store, backup, keys, SystemClock(), PosixFileSystem()));
  std::printf("The database of backup %s is in place, from %s.\n", backup.c_str(),
              absl::FormatTime(absl::RFC3339_sec, report.backup_time, absl::UTCTimeZone()).c_str());
  std::printf("The next start replays %llu entries of the rights log behind its entry %llu.\n",
              static_cast<unsigned long long>(report.entries_to_replay),
              static_cast<unsigned long long>(report.log_sequence));
  if (report.lost_until > report.backup_time) {
    const std::string first = HourText(report.backup_time), last = HourText(report.lost_until);
    std::printf("Lost: the interactions since the backup, of the %s%s%s.\n",
                first == last ? "hour " : "hours from ",
                (first == last ? first : absl::StrCat(first, " to ", last)).c_str(),
                report.present_readable ? "" : " (now: the database that was replaced cannot be read)");
  } else {
    std::printf("Lost: no hours; the database that was replaced knows of no interaction after the backup.\n");
  }
  std::printf(
      "Lost as well: what was recorded late or imported since, and posts upserted since; send them again.\n");
  if (!report.kept_aside.empty()) {
    std::printf("The database that was replaced is kept in %s; remove it when it is not needed any more.\n",
                report.kept_aside.c_str());
  }
  return absl::OkStatus();
}

absl::Status WindDown(const Arguments&) {
  if (!absl::GetFlag(FLAGS_destroy_keys)) {
    return absl::InvalidArgumentError(
        "this destroys the keys of a stopped server that has stopped collecting, and with them all that is "
        "kept of anybody, in every copy, for good; give --destroy_keys to do it");
  }
  BAUTA_ASSIGN_OR_RETURN(const ServerConfig config, ConfigByFlags());
  BAUTA_RETURN_IF_ERROR(DestroyStoreKeys(config.store, SystemClock(), PosixFileSystem()));
  std::printf(
      "The keys are destroyed: nothing of any subject can be read again, here or in any backup of the "
      "database. Destroy the safe copy of the root key as well.\n");
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> StoreCommands() {
  return {
      {"backup", "--name=NAME", "write a backup of the database, without keys and rights log", Backup},
      {"restore", "--config=FILE --backup=NAME",
       "put a backup under the present rights log and keys, of a stopped server", Restore},
      {"privacy-report", "", "what is kept, counted and rounded, and what is promised", PrivacyReport},
      {"rotate-identity-key", "", "move every subject to codes under a new identity key", RotateIdentityKey},
      {"stop-collecting", "", "take no interaction and no consent any more, for good", StopCollecting},
      {"wind-down", "--config=FILE --destroy_keys",
       "destroy the keys of a stopped server that has stopped collecting", WindDown},
  };
}

}  // namespace bauta
