#include "service/auth/rights_minter.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "bauta/v1/rights_token.pb.h"
#include "service/auth/authenticator.h"
#include "service/auth/rights_verifier.h"

namespace bauta {
namespace {

constexpr size_t kHexKeySize = 64;

std::string SeedPath(const std::string& directory, const std::string& name) {
  return absl::StrCat(directory, "/", name, ".seed");
}
std::string HashKeyPath(const std::string& directory, const std::string& name) {
  return absl::StrCat(directory, "/", name, ".subject_hash_key");
}

absl::Status WriteHexKey(FileSystem& files, const std::string& path, const SecretKey& key) {
  const std::span<const uint8_t> bytes = RevealSecret(key);
  std::string text =
      absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  text.push_back('\n');
  absl::Status status = [&]() -> absl::Status {
    BAUTA_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, FileSystem::OpenMode::kCreate));
    BAUTA_RETURN_IF_ERROR(file->Write(0, text));
    return file->Sync();
  }();
  WipeString(text);
  return status;
}

v1::MethodGroup ToProto(RightsGroup group) {
  switch (group) {
    case RightsGroup::kConsent:
      return v1::METHOD_GROUP_CONSENT;
    case RightsGroup::kExport:
      return v1::METHOD_GROUP_EXPORT;
    case RightsGroup::kErase:
      return v1::METHOD_GROUP_ERASE;
    case RightsGroup::kExplain:
      return v1::METHOD_GROUP_EXPLAIN;
    case RightsGroup::kCorrect:
      return v1::METHOD_GROUP_CORRECT;
  }
  return v1::METHOD_GROUP_UNSPECIFIED;
}

void SetTime(absl::Time time, google::protobuf::Timestamp& out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace

absl::StatusOr<RightsIssuerKeys> GenerateIssuerKeys(RandomSource& random) {
  BAUTA_ASSIGN_OR_RETURN(Ed25519PrivateKey private_key, Ed25519PrivateKey::Generate(random));
  SecretKey subject_hash_key;
  BAUTA_RETURN_IF_ERROR(random.Fill(subject_hash_key.Fill()));
  return RightsIssuerKeys{std::move(private_key), std::move(subject_hash_key)};
}

absl::Status WriteIssuerKeys(FileSystem& files, const std::string& directory, const std::string& name,
                             const RightsIssuerKeys& keys) {
  BAUTA_RETURN_IF_ERROR(files.CreateDirectories(directory));
  BAUTA_RETURN_IF_ERROR(WriteHexKey(files, SeedPath(directory, name), keys.private_key.seed()));
  BAUTA_RETURN_IF_ERROR(WriteHexKey(files, HashKeyPath(directory, name), keys.subject_hash_key));
  return files.SyncDirectory(directory);
}

absl::StatusOr<SecretKey> ReadHexKey(FileSystem& files, const std::string& path) {
  BAUTA_RETURN_IF_ERROR(CheckPrivateFile(files, path));
  BAUTA_ASSIGN_OR_RETURN(std::string text, ReadFile(files, path, kHexKeySize + 2));
  const absl::string_view hex = absl::StripAsciiWhitespace(text);
  const bool good = hex.size() == kHexKeySize && std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit);
  SecretKey key;
  if (good) {
    std::string bytes = absl::HexStringToBytes(hex);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(key.Fill().data()));
    WipeString(bytes);
  }
  WipeString(text);
  if (!good) return absl::InvalidArgumentError(absl::StrCat(path, ": 64 hexadecimal digits expected"));
  return key;
}

absl::StatusOr<RightsIssuerKeys> ReadIssuerKeys(FileSystem& files, const std::string& directory,
                                                const std::string& name) {
  BAUTA_ASSIGN_OR_RETURN(SecretKey seed, ReadHexKey(files, SeedPath(directory, name)));
  BAUTA_ASSIGN_OR_RETURN(SecretKey subject_hash_key, ReadHexKey(files, HashKeyPath(directory, name)));
  BAUTA_ASSIGN_OR_RETURN(Ed25519PrivateKey private_key, Ed25519PrivateKey::FromSeed(std::move(seed)));
  return RightsIssuerKeys{std::move(private_key), std::move(subject_hash_key)};
}

absl::StatusOr<std::string> MintRightsToken(const RightsIssuerKeys& keys, const RawSubject& subject,
                                            const RightsTokenRequest& request, RandomSource& random) {
  std::array<uint8_t, 16> nonce;
  BAUTA_RETURN_IF_ERROR(random.Fill(nonce));
  v1::RightsToken token;
  token.set_issuer(request.issuer);
  token.set_subject_namespace(static_cast<v1::SubjectNamespace>(subject.name()));
  token.set_subject_hash(std::string(View(SubjectHasher(keys.subject_hash_key).Hash(subject))));
  token.set_method_group(ToProto(request.group));
  SetTime(request.issue_time, *token.mutable_issue_time());
  SetTime(request.issue_time + request.lifetime, *token.mutable_expire_time());
  token.set_nonce(std::string(nonce.begin(), nonce.end()));

  v1::SignedRightsToken envelope;
  envelope.set_rights_token(token.SerializeAsString());
  BAUTA_ASSIGN_OR_RETURN(const Ed25519Signature signature, keys.private_key.Sign(envelope.rights_token()));
  envelope.set_signature(std::string(signature.begin(), signature.end()));
  return envelope.SerializeAsString();
}

}  // namespace bauta
