// The keys folder of a whole store: lost, absent, damaged, older, open to others, and its second path.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/featurestore/store_recovery_fixture.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using StoreKeysTest = StoreRecoveryFixture;

// Keys and rights log lie twice: with the second path alone, every instruction and every key is there again.
TEST_F(StoreKeysTest, LosingTheFirstDiskLosesNoInstruction) {
  FeatureStore::Options options = store_.Options();
  options.second_directory = folder_.path() + "/second";
  Begin();
  EXPECT_TRUE(store_->recovery().second_path_missing);
  ASSERT_TRUE(store_.Open(options).ok());
  EXPECT_FALSE(store_->recovery().second_path_missing);
  Change();
  store_.Close();
  EXPECT_EQ(ReadAll(store_.log()), ReadAll(options.second_directory + "/rights.log.1"));

  fs::remove_all(store_.directory());
  EXPECT_FALSE(store_.Open(options).ok()) << "keys are never made anew by themselves";
  fs::create_directories(store_.directory());
  CopyFolder(options.second_directory + "/keys", store_.keys());
  const absl::Status opened = store_.Open(options);
  ASSERT_TRUE(opened.ok()) << opened;
  ExpectTheChanges();
}

TEST_F(StoreKeysTest, OlderKeysPutBackBesideANewerSecondPathAreRefused) {
  FeatureStore::Options options = store_.Options();
  options.second_directory = folder_.path() + "/second";
  Begin();
  ASSERT_TRUE(store_.Open(options).ok());
  store_.Close();
  CopyFolder(store_.keys(), folder_.path() + "/older-keys");
  ASSERT_TRUE(store_.Open(options).ok());
  Change();
  store_.Close();
  ReplaceFolder(folder_.path() + "/older-keys", store_.keys());
  EXPECT_THAT(store_.Open(options), HasCode(absl::StatusCode::kFailedPrecondition));
  ReplaceFolder(options.second_directory + "/keys", store_.keys());
  ASSERT_TRUE(store_.Open(options).ok());
  ExpectTheChanges();
  ExpectTheRest();
}

TEST_F(StoreKeysTest, AbsentKeyFileIsRefusedByNameAndNotReplaced) {
  MakeWhole();
  for (const char* name : {"root", "identity.1", "wrap.1", "subjects.1", "head"}) {
    SCOPED_TRACE(name);
    BackToWhole();
    const std::string path = absl::StrCat(store_.keys(), "/", name);
    fs::remove(path);
    const absl::Status opened = store_.Open();
    EXPECT_THAT(opened, HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(opened, HasMessage(::testing::AnyOf(HasSubstr(name), HasSubstr("identity"))));
    EXPECT_FALSE(fs::exists(path));
  }
}

TEST_F(StoreKeysTest, KeyFileOpenToOthersIsRefusedByName) {
  MakeWhole();
  for (const char* name : {"root", "identity.1", "wrap.1", "subjects.1", "head"}) {
    SCOPED_TRACE(name);
    BackToWhole();
    ASSERT_EQ(::chmod(absl::StrCat(store_.keys(), "/", name).c_str(), 0640), 0);
    const absl::Status opened = store_.Open();
    EXPECT_THAT(opened, HasCode(absl::StatusCode::kPermissionDenied));
    EXPECT_THAT(opened, HasMessage(HasSubstr(name)));
  }
}

TEST_F(StoreKeysTest, DamagedKeyFilesAreRefused) {
  MakeWhole();
  // Either record of the head alone is enough; without both nobody knows what is live.
  BackToWhole();
  WriteAll(store_.keys() + "/head", std::string(8192, '\0'));
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kDataLoss));
  BackToWhole();
  FlipBit(store_.keys() + "/wrap.1", 77);
  EXPECT_THAT(store_.Open(), HasCode(absl::StatusCode::kDataLoss));
}

// Another root makes other codes of the same people: none of them would be found again.
TEST_F(StoreKeysTest, AnotherRootKeyIsRefused) {
  MakeWhole();
  FlipBit(store_.keys() + "/root", 5);
  EXPECT_FALSE(store_.Open().ok());
}

}  // namespace
}  // namespace bauta::testing
