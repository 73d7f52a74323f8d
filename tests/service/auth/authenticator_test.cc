#include "service/auth/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string HashOf(const std::string& secret) { return absl::BytesToHexString(ToAbsl(View(Sha256(secret)))); }

TEST(AuthenticatorTest, KnowsATokenByItsHash) {
  const auto authenticator = Authenticator::Parse(absl::StrCat(
      "# who may call\n\n", HashOf("s3cret"), " feed,ingest  backend-1\n", HashOf("other"), " privacy p\n"));
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  const auto principal = authenticator->Authenticate("Bearer s3cret");
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->name, "backend-1");
  EXPECT_EQ(principal->roles, (RoleSet{Role::kFeed, Role::kIngest}));
  EXPECT_FALSE(principal->proven_rights.has_value());
}

TEST(AuthenticatorTest, RefusesWhatIsNoKnownToken) {
  const auto authenticator = Authenticator::Parse(HashOf("s3cret") + " feed backend");
  ASSERT_TRUE(authenticator.ok());
  const std::string cases[] = {"",          "Bearer ",         "Bearer",
                               "s3cret",    "bearer s3cret",   "Bearer s3cre",
                               "Basic abc", "Bearer s3cret\n", "Bearer " + HashOf("s3cret")};
  for (const std::string& authorization : cases) {
    const absl::Status status = authenticator->Authenticate(authorization).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << authorization;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cre"))) << "a secret in an error";
  }
}

TEST(AuthenticatorTest, NamesTheLineThatItCannotRead) {
  const std::string good = HashOf("a") + " feed a\n";
  const struct {
    std::string text, complaint;
  } cases[] = {
      {good + HashOf("b") + " feed", "line 2: SHA256HEX"},
      {good + HashOf("b") + " feed b c", "line 2: SHA256HEX"},
      {good + HashOf("b").substr(1) + " feed b", "line 2: 64 hexadecimal digits"},
      {good + "x" + HashOf("b").substr(1) + " feed b", "line 2: 64 hexadecimal digits"},
      {good + HashOf("b") + " admin b", "line 2: a role other"},
      {good + HashOf("b") + " feed, b", "line 2: a role other"},
      {good + HashOf("b") + " feed b/c", "line 2: a name"},
      {good + HashOf("a") + " ingest again", "line 2: this hash"},
      {"# nobody\n", "no token"},
      {"", "no token"},
  };
  for (const auto& [text, complaint] : cases) {
    const absl::Status status = Authenticator::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(complaint)) << text;
  }
}

TEST(AuthenticatorTest, RefusesAFileThatOthersCanReadOrWrite) {
  const TemporaryDirectory directory;
  directory.Write("tokens", HashOf("a") + " feed a\n");
  const std::string path = directory.Join("tokens");
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0777}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    const absl::Status status = Authenticator::Load(PosixFileSystem(), path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << std::oct << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  }
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(Authenticator::Load(PosixFileSystem(), path).ok());
}

TEST(AuthenticatorTest, AMissingFileIsNotFound) {
  const TemporaryDirectory directory;
  EXPECT_EQ(Authenticator::Load(PosixFileSystem(), directory.Join("tokens")).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace bauta::testing
