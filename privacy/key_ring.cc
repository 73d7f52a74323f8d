#include "privacy/key_ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/destroy_keys.h"
#include "privacy/hash.h"
#include "privacy/key_file.h"
#include "privacy/key_head.h"
#include "privacy/subject_keys.h"

namespace bauta {
namespace {

constexpr char kUnfinished[] = ".new";
constexpr char kGone[] = ".gone";

std::string_view Label(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::kRightsLog:
      return "rights-log";
    case KeyPurpose::kPageToken:
      return "page-token";
    case KeyPurpose::kSeed:
      return "seed";
    case KeyPurpose::kErased:
      return "erased";
  }
  return {};
}

absl::Status CreateRandomKey(FileSystem& files, const std::string& path, RandomSource& random) {
  SecretKey key;
  BAUTA_RETURN_IF_ERROR(random.Fill(key.Fill()));
  const auto bytes = RevealSecret(key);
  return privacy_internal::CreateKeyFile(
      files, path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace

absl::StatusOr<KeyRing> KeyRing::Open(FileSystem& files, const std::string& directory) {
  BAUTA_RETURN_IF_ERROR(privacy_internal::CheckPrivate(files, directory));
  BAUTA_RETURN_IF_ERROR(CheckNotDestroyed(files, directory));
  KeyRing ring;
  BAUTA_RETURN_IF_ERROR(privacy_internal::ReadKeyFile(files, directory + "/root", ring.root_.Fill()));
  BAUTA_ASSIGN_OR_RETURN(std::vector<uint32_t> numbers,
                         privacy_internal::ListNumbered(files, directory, "identity"));
  if (numbers.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        directory, "/identity.N: absent. A lost key is never replaced: put it back from its safe copy"));
  }
  std::reverse(numbers.begin(), numbers.end());
  for (uint32_t number : numbers) {
    SecretKey key;
    BAUTA_RETURN_IF_ERROR(privacy_internal::ReadKeyFile(
        files, privacy_internal::NumberedPath(directory, "identity", number), key.Fill()));
    ring.epochs_.push_back(IdentityEpoch(number));
    ring.identities_.push_back(std::move(key));
  }
  uint8_t check[8];
  HkdfSha256(RevealSecret(ring.root_), {}, "check", check);
  ring.root_check_value_ = privacy_internal::LoadUint64(reinterpret_cast<const char*>(check));
  return ring;
}

SecretKey KeyRing::Derive(KeyPurpose purpose) const {
  SecretKey key;
  HkdfSha256(RevealSecret(root_), {}, Label(purpose), key.Fill());
  return key;
}

SivKey KeyRing::DeriveSiv(KeyPurpose purpose) const {
  SivKey key;
  HkdfSha256(RevealSecret(root_), {}, Label(purpose), key.Fill());
  return key;
}

const SecretKey& KeyRing::identity(IdentityEpoch epoch) const {
  const auto found = std::find(epochs_.begin(), epochs_.end(), epoch);
  return identities_[static_cast<size_t>(found - epochs_.begin())];
}

absl::Status InitKeys(FileSystem& files, const std::string& directory, RandomSource& random, absl::Time now) {
  BAUTA_RETURN_IF_ERROR(files.CreateDirectories(directory));
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  if (!names.empty()) {
    return absl::AlreadyExistsError(absl::StrCat(
        directory, ": not empty (", names.front(),
        "). Keys are made once, in an empty folder. If this is "
        "what an interrupted `bauta keys init` left (it has no `head`), remove the folder first"));
  }
  BAUTA_RETURN_IF_ERROR(privacy_internal::CheckPrivate(files, directory));
  BAUTA_RETURN_IF_ERROR(CreateRandomKey(files, directory + "/root", random));
  BAUTA_RETURN_IF_ERROR(CreateRandomKey(files, directory + "/identity.1", random));
  BAUTA_RETURN_IF_ERROR(SubjectKeys::Init(files, directory, 1, random, now));
  // The head comes last: a folder that has one is complete.
  BAUTA_RETURN_IF_ERROR(files.SyncDirectory(directory));
  return KeyHead::Create(files, directory, KeyHeadValues());
}

absl::Status CreateIdentityKey(FileSystem& files, const std::string& directory, IdentityEpoch epoch,
                               RandomSource& random) {
  const std::string path = privacy_internal::NumberedPath(directory, "identity", epoch.value());
  absl::Status found = files.Attributes(path).status();
  if (found.ok()) return absl::AlreadyExistsError(absl::StrCat(path, ": there already"));
  if (!absl::IsNotFound(found)) return found;
  BAUTA_RETURN_IF_ERROR(CreateRandomKey(files, path + kUnfinished, random));
  BAUTA_RETURN_IF_ERROR(files.Rename(path + kUnfinished, path));
  return files.SyncDirectory(directory);
}

absl::Status DestroyIdentityKey(FileSystem& files, const std::string& directory, IdentityEpoch epoch) {
  const std::string path = privacy_internal::NumberedPath(directory, "identity", epoch.value());
  absl::Status renamed = files.Rename(path, path + kGone);
  if (!renamed.ok() && !absl::IsNotFound(renamed)) return renamed;
  BAUTA_RETURN_IF_ERROR(files.SyncDirectory(directory));
  return RemoveIdentityKeyLeftovers(files, directory);
}

absl::Status RemoveIdentityKeyLeftovers(FileSystem& files, const std::string& directory) {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  bool removed = false;
  for (const std::string& name : names) {
    if (!name.starts_with("identity.") || !(name.ends_with(kUnfinished) || name.ends_with(kGone))) continue;
    BAUTA_RETURN_IF_ERROR(DestroyFile(files, absl::StrCat(directory, "/", name)));
    removed = true;
  }
  return removed ? files.SyncDirectory(directory) : absl::OkStatus();
}

}  // namespace bauta
