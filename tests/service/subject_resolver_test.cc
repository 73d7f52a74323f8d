#include "service/subject_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/file_system.h"
#include "privacy/key_ring.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/temporary_directory.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SubjectResolverTest : public ::testing::Test {
 protected:
  static KeyRing MakeKeys(const TemporaryDirectory& directory) {
    DeterministicRandom random;
    EXPECT_TRUE(InitKeys(PosixFileSystem(), directory.Join("keys"), random, absl::UnixEpoch()).ok());
    return *KeyRing::Open(PosixFileSystem(), directory.Join("keys"));
  }

  static v1::Subject Account(const std::string& id) {
    v1::Subject subject;
    subject.set_account_id(id);
    return subject;
  }

  const TemporaryDirectory directory_;
  const KeyRing keys_ = MakeKeys(directory_);
  const std::unique_ptr<Pseudonymizer> pseudonymizer_ = *Pseudonymizer::Create(keys_);
  const SubjectResolver resolver_{*pseudonymizer_, nullptr, nullptr};
};

TEST_F(SubjectResolverTest, OneIdIsOneCodeAndNamespacesAreApart) {
  v1::Subject device, external;
  device.set_device_id("abc");
  external.set_external_code("abc");
  const Pseudonym account = *resolver_.Subject("subject", Account("abc"));
  EXPECT_EQ(account, *resolver_.Subject("subject", Account("abc")));
  EXPECT_NE(account, *resolver_.Subject("subject", Account("abd")));
  EXPECT_NE(account, *resolver_.Subject("subject", device));
  EXPECT_NE(account, *resolver_.Subject("subject", external));
}

TEST_F(SubjectResolverTest, AnonymousIsNobodyWhereThatIsAllowed) {
  v1::Subject nobody;
  nobody.mutable_anonymous();
  const auto resolved = resolver_.SubjectOrAnonymous("subject", nobody);
  ASSERT_TRUE(resolved.ok());
  EXPECT_FALSE(resolved->has_value());
  EXPECT_EQ(resolver_.Subject("subject", nobody).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SubjectResolverTest, BadSubjectsAreRefusedWithoutBeingQuoted) {
  const std::string long_id(300, 'q');
  v1::Subject long_device, long_external;
  long_device.set_device_id(long_id);
  long_external.set_external_code(long_id);
  const struct {
    v1::Subject subject;
    const char* complaint;
  } cases[] = {
      {v1::Subject(), "subject: required"},
      {Account(""), "subject.account_id: 1 to 256 bytes allowed, 0 bytes sent"},
      {Account(long_id), "subject.account_id: 1 to 256 bytes allowed, 300 bytes sent"},
      {long_device, "subject.device_id: 1 to 256"},
      {long_external, "subject.external_code: 1 to 256"},
  };
  for (const auto& [subject, complaint] : cases) {
    const absl::Status status = resolver_.SubjectOrAnonymous("subject", subject).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << complaint;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(complaint), Not(HasSubstr("qq"))));
  }
  EXPECT_TRUE(resolver_.Subject("subject", Account(std::string(256, 'q'))).ok());
}

TEST_F(SubjectResolverTest, AnAuthorsIdAndCodeNameTheSame) {
  v1::AuthorRef by_id, by_code;
  by_id.set_author_id("alice");
  const AuthorCode code = *resolver_.Author("author", by_id);
  by_code.set_author_code(std::string(code.view()));
  EXPECT_EQ(*resolver_.Author("author", by_code), code);
  EXPECT_EQ(*resolver_.AuthorId("author_ids", "alice"), code);
}

TEST_F(SubjectResolverTest, BadAuthorsAreRefused) {
  v1::AuthorRef short_code, zero_code, long_id;
  short_code.set_author_code("123");
  zero_code.set_author_code(std::string(16, '\0'));
  long_id.set_author_id(std::string(257, 'q'));
  for (const v1::AuthorRef& author : {v1::AuthorRef(), short_code, zero_code, long_id}) {
    const absl::Status status = resolver_.Author("author", author).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << author.ref_case();
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("qq")));
  }
}

TEST_F(SubjectResolverTest, AnAddressMustBeOneAndIsNeverQuoted) {
  EXPECT_FALSE(resolver_.PlaceOfAddress("ip_address", "")->has_value());
  EXPECT_FALSE(resolver_.PlaceOfAddress("ip_address", "192.0.2.7")->has_value()) << "no database, no place";
  EXPECT_TRUE(resolver_.PlaceOfAddress("ip_address", "2001:db8::7").ok());
  for (const std::string& text :
       {std::string("192.0.2.777"), std::string("192.0.2.7:80"), std::string("fe80::1%eth0"),
        std::string("host.example"), std::string(46, '1')}) {
    const absl::Status status = resolver_.PlaceOfAddress("ip_address", text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(text)));
  }
}

}  // namespace
}  // namespace bauta::testing
