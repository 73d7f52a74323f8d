#include "service/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "privacy/key_ring.h"
#include "tests/testing/deterministic_random.h"
#include "tests/testing/faulty_file_system.h"

namespace bauta {
namespace {

using testing::DeterministicRandom;
using ::testing::ElementsAreArray;
using testing::FaultyFileSystem;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'030);  // 20 seconds into a minute.

Pseudonym SubjectNumber(uint8_t number) {
  CodeBytes bytes{};
  bytes[0] = number;
  return CodeAccess::MakePseudonym(bytes);
}

FeedBinding Binding() {
  FeedBinding binding{.subject_namespace = "account", .subject = SubjectNumber(1), .surface = SurfaceId(1)};
  binding.request_hash[0] = 7;
  return binding;
}

std::vector<PostFingerprint> Fingerprints(size_t count) {
  std::vector<PostFingerprint> fingerprints;
  for (uint32_t i = 0; i < count; ++i) fingerprints.emplace_back(i * 2'654'435'761u + 1);
  return fingerprints;
}

class PageTokenTest : public ::testing::Test {
 protected:
  PageTokenTest() {
    EXPECT_TRUE(InitKeys(files_, "keys", random_, kNow).ok());
    tokens_ = Open();
  }

  std::unique_ptr<PageTokens> Open() {
    const absl::StatusOr<KeyRing> keys = KeyRing::Open(files_, "keys");
    EXPECT_TRUE(keys.ok()) << keys.status();
    return *PageTokens::Create(*keys, PageTokens::Options());
  }

  std::string Seal(const FeedBinding& binding, const FeedPosition& position) {
    std::string token;
    EXPECT_TRUE(tokens_->Seal(binding, position, token).ok());
    return token;
  }

  FaultyFileSystem files_;
  DeterministicRandom random_;
  std::unique_ptr<PageTokens> tokens_;
};

TEST_F(PageTokenTest, GivesBackThePositionForTheSameBinding) {
  for (size_t shown : {size_t{0}, size_t{1}, size_t{20}, kFeedPostsMax}) {
    FeedPosition position = tokens_->Start(Binding(), kNow);
    position.shown = Fingerprints(shown);
    const absl::StatusOr<FeedPosition> opened = tokens_->Open(Binding(), Seal(Binding(), position), kNow);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->seed, position.seed);
    EXPECT_EQ(opened->start_minute, position.start_minute);
    EXPECT_THAT(opened->shown, ElementsAreArray(position.shown));
  }
}

TEST_F(PageTokenTest, EqualFeedsGiveEqualBytesOfOneSize) {
  std::set<std::string> tokens;
  for (size_t shown : {size_t{1}, size_t{20}, size_t{499}}) {
    FeedPosition position = tokens_->Start(Binding(), kNow);
    position.shown = Fingerprints(shown);
    const std::string token = Seal(Binding(), position);
    EXPECT_EQ(token.size(), kPageTokenSize);
    EXPECT_EQ(token, Seal(Binding(), position));
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 3u);
}

TEST_F(PageTokenTest, SeedChangesWithTheBindingAndTheMinuteOnly) {
  const uint64_t seed = tokens_->Start(Binding(), kNow).seed;
  EXPECT_EQ(seed, tokens_->Start(Binding(), kNow + absl::Seconds(9)).seed);
  EXPECT_NE(seed, tokens_->Start(Binding(), kNow + absl::Minutes(1)).seed);
  FeedBinding other = Binding();
  other.surface = SurfaceId(2);
  EXPECT_NE(seed, tokens_->Start(other, kNow).seed);
  other = Binding();
  other.subject = SubjectNumber(2);
  EXPECT_NE(seed, tokens_->Start(other, kNow).seed);
  other = Binding();
  other.request_hash[31] = 1;
  EXPECT_NE(seed, tokens_->Start(other, kNow).seed);
}

TEST_F(PageTokenTest, RefusesATokenOfAnother) {
  const std::string token = Seal(Binding(), tokens_->Start(Binding(), kNow));
  struct Case {
    const char* name;
    void (*change)(FeedBinding&);
  };
  const Case cases[] = {
      {"subject", [](FeedBinding& binding) { binding.subject = SubjectNumber(2); }},
      {"namespace", [](FeedBinding& binding) { binding.subject_namespace = "device"; }},
      {"anonymous", [](FeedBinding& binding) { binding.subject.reset(); }},
      {"surface", [](FeedBinding& binding) { binding.surface = SurfaceId(2); }},
      {"request", [](FeedBinding& binding) { binding.request_hash[0] = 8; }},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    FeedBinding binding = Binding();
    test.change(binding);
    const absl::Status status = tokens_->Open(binding, token, kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("page_token"));
  }
}

TEST_F(PageTokenTest, RefusesEveryChangedByte) {
  const std::string token = Seal(Binding(), tokens_->Start(Binding(), kNow));
  for (size_t at : {size_t{0}, size_t{15}, size_t{16}, size_t{20}, token.size() / 2, token.size() - 1}) {
    std::string forged = token;
    forged[at] = static_cast<char>(forged[at] ^ 1);
    EXPECT_EQ(tokens_->Open(Binding(), forged, kNow).status().code(), absl::StatusCode::kInvalidArgument)
        << at;
  }
}

TEST_F(PageTokenTest, RefusesEveryOtherSize) {
  const std::string token = Seal(Binding(), tokens_->Start(Binding(), kNow));
  for (const std::string& wrong :
       {std::string("x"), token.substr(1), token + "x", std::string(100'000, 'x')}) {
    const absl::Status status = tokens_->Open(Binding(), wrong, kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong.size();
  }
}

TEST_F(PageTokenTest, ExpiresAnHourAfterTheMinuteOfTheFirstPage) {
  FeedPosition position = tokens_->Start(Binding(), kNow);
  const absl::Time first_minute = absl::FromUnixSeconds(int64_t{position.start_minute} * 60);
  EXPECT_LE(first_minute, kNow);
  EXPECT_LT(kNow - first_minute, absl::Minutes(1));
  // A later page carries the minute on.
  absl::StatusOr<FeedPosition> later =
      tokens_->Open(Binding(), Seal(Binding(), position), first_minute + absl::Minutes(59));
  ASSERT_TRUE(later.ok()) << later.status();
  later->shown = Fingerprints(20);
  const std::string token = Seal(Binding(), *later);
  EXPECT_TRUE(tokens_->Open(Binding(), token, first_minute + absl::Hours(1)).ok());
  EXPECT_EQ(tokens_->Open(Binding(), token, first_minute + absl::Hours(1) + absl::Seconds(1)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(PageTokenTest, IsGoodOnAnotherReplicaAndAfterARotation) {
  const std::string token = Seal(Binding(), tokens_->Start(Binding(), kNow));
  EXPECT_TRUE(Open()->Open(Binding(), token, kNow).ok());
  files_.Put("keys/identity.2", files_.Bytes("keys/identity.1"));
  EXPECT_TRUE(Open()->Open(Binding(), token, kNow).ok());
  // The control: another root key opens nothing.
  FaultyFileSystem elsewhere;
  DeterministicRandom other_random(2);
  ASSERT_TRUE(InitKeys(elsewhere, "keys", other_random, kNow).ok());
  const absl::StatusOr<KeyRing> keys = KeyRing::Open(elsewhere, "keys");
  ASSERT_TRUE(keys.ok());
  EXPECT_FALSE((*PageTokens::Create(*keys, PageTokens::Options()))->Open(Binding(), token, kNow).ok());
}

TEST_F(PageTokenTest, RefusesMorePostsThanAFeedHas) {
  FeedPosition position = tokens_->Start(Binding(), kNow);
  position.shown = Fingerprints(kFeedPostsMax + 1);
  std::string token;
  EXPECT_EQ(tokens_->Seal(Binding(), position, token).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bauta
