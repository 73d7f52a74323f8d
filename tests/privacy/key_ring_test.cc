#include "privacy/key_ring.h"

#include <gtest/gtest.h>

#include <string>

#include "privacy/hash.h"
#include "privacy/key_head.h"
#include "privacy/subject_keys.h"
#include "tests/privacy/hex.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta {
namespace {

using testing::DeterministicRandom;
using testing::FaultyFileSystem;
using testing::ToHex;

constexpr char kKeys[] = "/store/keys";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class KeyRingTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(InitKeys(files_, kKeys, random_, kNow).ok()); }

  absl::Status OpenStatus() { return KeyRing::Open(files_, kKeys).status(); }

  FaultyFileSystem files_;
  DeterministicRandom random_;
};

TEST_F(KeyRingTest, WhatWasMadeOnceOpensAfterACrash) {
  files_.Crash();
  const auto ring = KeyRing::Open(files_, kKeys);
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(ring->epochs(), std::vector<IdentityEpoch>{IdentityEpoch(1)});
  EXPECT_NE(ToHex(RevealSecret(ring->root())), ToHex(RevealSecret(ring->identity(IdentityEpoch(1)))));
  const auto head = KeyHead::Open(files_, kKeys);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ((*head)->values(), KeyHeadValues());
  const auto subjects = SubjectKeys::Open(files_, random_, {.directory = kKeys});
  ASSERT_TRUE(subjects.ok()) << subjects.status();
  EXPECT_EQ((*subjects)->wrap_key_time(), kNow);
}

TEST_F(KeyRingTest, MakingKeysASecondTimeTouchesNothing) {
  const std::string root = files_.Bytes("/store/keys/root");
  const absl::Status again = InitKeys(files_, kKeys, random_, kNow);
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(files_.Bytes("/store/keys/root"), root);
}

TEST(InitKeysTest, CutOffAnywhereIsRefusedByNameAndNeverMendedSilently) {
  bool finished = false;
  for (int stop = 0; !finished; ++stop) {
    FaultyFileSystem files;
    DeterministicRandom random;
    files.StopAfter(stop);
    finished = InitKeys(files, kKeys, random, kNow).ok();
    files.Kill();
    const bool complete = files.Exists(std::string(kKeys) + "/head") && KeyHead::Open(files, kKeys).ok();
    const absl::Status again = InitKeys(files, kKeys, random, kNow);
    if (complete) {
      EXPECT_TRUE(KeyRing::Open(files, kKeys).ok()) << stop;
    } else {
      // Nothing there at all, or a remainder that the message says how to deal with.
      EXPECT_TRUE(again.ok() || again.code() == absl::StatusCode::kAlreadyExists) << stop << again;
    }
  }
}

TEST_F(KeyRingTest, AnAbsentKeyIsRefusedByName) {
  for (const char* name : {"root", "identity.1"}) {
    FaultyFileSystem files;
    DeterministicRandom random;
    ASSERT_TRUE(InitKeys(files, kKeys, random, kNow).ok());
    ASSERT_TRUE(files.Remove(std::string(kKeys) + "/" + name).ok());
    const absl::Status status = KeyRing::Open(files, kKeys).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << name;
    EXPECT_NE(status.message().find(std::string(name).substr(0, 4)), absl::string_view::npos) << status;
    EXPECT_NE(status.message().find("never replaced"), absl::string_view::npos) << status;
    EXPECT_FALSE(files.Exists(std::string(kKeys) + "/" + name)) << "made anew";
  }
}

TEST_F(KeyRingTest, AnAbsentFolderIsRefused) {
  EXPECT_EQ(KeyRing::Open(files_, "/nowhere/keys").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(KeyRingTest, AKeyOrFolderOpenToOthersIsRefused) {
  for (const std::string& path :
       {std::string("/store/keys"), std::string("/store/keys/root"), std::string("/store/keys/identity.1")}) {
    for (mode_t mode : {mode_t{0640}, mode_t{0604}, mode_t{0620}, mode_t{0601}, mode_t{0777}}) {
      const mode_t before = files_.Attributes(path)->permissions;
      files_.SetPermissions(path, mode);
      const absl::Status status = OpenStatus();
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << path << " " << std::oct << mode;
      EXPECT_NE(status.message().find(path + ":"), absl::string_view::npos) << status;
      files_.SetPermissions(path, before);
    }
  }
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(KeyRingTest, AnUnreadableKeyIsRefused) {
  files_.SetPermissions("/store/keys/root", 0);
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(KeyRingTest, AKeyOfAnotherSizeOrOfZerosIsRefused) {
  for (const std::string& bytes :
       {std::string(), std::string(31, 'k'), std::string(33, 'k'), std::string(32, '\0')}) {
    files_.Edit("/store/keys/root", [&](std::string& root) { root = bytes; });
    const absl::Status status = OpenStatus();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << bytes.size();
    EXPECT_EQ(status.message().find("kkk"), absl::string_view::npos) << "the key itself is in the message";
  }
}

TEST_F(KeyRingTest, EpochsComeNewestFirstByNumber) {
  for (const char* name :
       {"identity.2", "identity.10", "identity.x", "identity.03", "identity.", "identity.99999999999"}) {
    files_.Put(std::string(kKeys) + "/" + name, std::string(32, name[9]));
  }
  const auto ring = KeyRing::Open(files_, kKeys);
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(ring->epochs(),
            (std::vector<IdentityEpoch>{IdentityEpoch(10), IdentityEpoch(2), IdentityEpoch(1)}));
  EXPECT_EQ(RevealSecret(ring->identity(IdentityEpoch(2)))[0], '2');
  EXPECT_EQ(RevealSecret(ring->identity(IdentityEpoch(10)))[0], '1');
}

TEST_F(KeyRingTest, DerivedKeysAreHkdfOfTheRootWithTheirLabel) {
  const auto ring = KeyRing::Open(files_, kKeys);
  ASSERT_TRUE(ring.ok());
  const std::pair<KeyPurpose, const char*> labels[] = {{KeyPurpose::kRightsLog, "rights-log"},
                                                       {KeyPurpose::kPageToken, "page-token"},
                                                       {KeyPurpose::kSeed, "seed"},
                                                       {KeyPurpose::kErased, "erased"}};
  for (const auto& [purpose, label] : labels) {
    std::array<uint8_t, 64> expected;
    HkdfSha256(RevealSecret(ring->root()), "", label, expected);
    EXPECT_EQ(ToHex(RevealSecret(ring->Derive(purpose))), ToHex(std::span(expected).first(32))) << label;
    EXPECT_EQ(ToHex(RevealSecret(ring->DeriveSiv(purpose))), ToHex(expected)) << label;
  }
}

TEST_F(KeyRingTest, TheCheckValueTellsRootsApart) {
  const uint64_t before = KeyRing::Open(files_, kKeys)->root_check_value();
  EXPECT_EQ(KeyRing::Open(files_, kKeys)->root_check_value(), before);
  files_.Edit("/store/keys/root", [](std::string& root) { root[5] = static_cast<char>(root[5] ^ 1); });
  EXPECT_NE(KeyRing::Open(files_, kKeys)->root_check_value(), before);
}

}  // namespace
}  // namespace bauta
