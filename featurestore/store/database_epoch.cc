#include "featurestore/store/database_epoch.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "featurestore/store/engine.h"
#include "featurestore/store/meta_rows.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGone = ".gone";

// Nothing where the name is no database's.
std::optional<IdentityEpoch> EpochOfName(std::string_view name) {
  if (name == "db") return IdentityEpoch(1);
  if (!name.starts_with("db.")) return std::nullopt;
  name.remove_prefix(3);
  uint32_t number = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || stop != name.data() + name.size()) return std::nullopt;
  return IdentityEpoch(number);
}

absl::Status Failed(const std::string& what, const std::error_code& error) {
  return absl::InternalError(absl::StrCat(what, ": ", error.message()));
}

absl::Status RemoveFolder(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? Failed(absl::StrCat("remove ", path), error) : absl::OkStatus();
}

}  // namespace

std::string DatabaseDirectory(const std::string& store_directory, IdentityEpoch epoch) {
  return epoch == IdentityEpoch(1) ? absl::StrCat(store_directory, "/db")
                                   : absl::StrCat(store_directory, "/db.", epoch.value());
}

absl::StatusOr<IdentityEpoch> ReadDatabaseEpoch(const std::string& database_directory) {
  BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                         Engine::Open(database_directory, /*create=*/false));
  BAUTA_ASSIGN_OR_RETURN(const std::optional<StoreIdentity> identity, ReadIdentity(*engine));
  if (!identity) return absl::FailedPreconditionError(absl::StrCat(database_directory, ": is no store's"));
  return IdentityEpoch(static_cast<uint32_t>(identity->epoch));
}

absl::Status CheckDatabaseEpoch(IdentityEpoch found, IdentityEpoch live) {
  if (found == live) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the database is of identity epoch ", found.value(), ", the keys are at epoch ", live.value(),
      found < live ? ": a backup of an earlier epoch cannot be put back, since the key of its codes is gone"
                   : ": the keys are from an older copy"));
}

absl::Status RemoveDatabase(const std::string& database_directory) {
  const std::string gone = absl::StrCat(database_directory, std::string(kGone));
  BAUTA_RETURN_IF_ERROR(RemoveFolder(gone));
  std::error_code error;
  if (!fs::exists(database_directory, error)) return absl::OkStatus();
  fs::rename(database_directory, gone, error);
  if (error) return Failed(absl::StrCat("rename ", database_directory), error);
  return RemoveFolder(gone);
}

absl::Status CheckNoOtherDatabases(const std::string& store_directory,
                                   const std::vector<IdentityEpoch>& live) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(store_directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("db") && name.ends_with(kGone)) {
      BAUTA_RETURN_IF_ERROR(RemoveFolder(entry.path().string()));
      continue;
    }
    const std::optional<IdentityEpoch> epoch = EpochOfName(name);
    if (!epoch || std::find(live.begin(), live.end(), *epoch) != live.end()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(entry.path().string(), ": a database of identity epoch ", epoch->value(),
                     ", for which there is no key: nothing in it can be found; move it away"));
  }
  return error ? Failed(absl::StrCat("list ", store_directory), error) : absl::OkStatus();
}

}  // namespace bauta
