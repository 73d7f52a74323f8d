#include "featurestore/store/second_path.h"

#include "privacy/subject_keys.h"
#include "tests/featurestore/rights_log_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kSecondKeys[] = "/second/keys";

class SecondPathTest : public RightsLogFixture {
 protected:
  absl::Status Open() {
    auto opened = OpenSecondPath(files_, kKeys, kSecondKeys);
    if (!opened.ok()) return opened.status();
    mirrored_ = *std::move(opened);
    return absl::OkStatus();
  }
  // As a process writes that has a second path.
  void SetLog(uint64_t sequence) {
    auto head = KeyHead::Open(*mirrored_, kKeys);
    ASSERT_TRUE(head.ok()) << head.status();
    ASSERT_TRUE((*head)->SetLog(1, sequence, {}).ok());
  }
  void CopyKeys(const std::string& from, const std::string& to) {
    ASSERT_TRUE(files_.CreateDirectories(to).ok());
    const auto names = files_.List(from);
    ASSERT_TRUE(names.ok());
    for (const std::string& name : *names) files_.Put(to + "/" + name, files_.Bytes(from + "/" + name));
  }

  std::unique_ptr<MirroredFileSystem> mirrored_;
};

TEST_F(SecondPathTest, EveryKeyFileIsThereTwiceAndStaysEqual) {
  ASSERT_TRUE(Open().ok());
  auto keys = SubjectKeys::Open(*mirrored_, random_, {.directory = kKeys, .file_number = 1});
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto slot = (*keys)->Create();
  ASSERT_TRUE(slot.ok());
  ASSERT_TRUE((*keys)->Sync().ok());
  SetLog(1);
  auto head = KeyHead::Open(*mirrored_, kKeys);
  ASSERT_TRUE(head.ok());
  ASSERT_TRUE((*keys)
                  ->RerollWrapKey(absl::FromUnixSeconds(1'700'100'000),
                                  [&](uint32_t number) { return (*head)->SetSubjectsFile(number); })
                  .ok());
  files_.Crash();
  const auto names = files_.List(kKeys);
  ASSERT_TRUE(names.ok());
  ASSERT_TRUE(files_.List(kSecondKeys).ok());
  EXPECT_EQ(*names, *files_.List(kSecondKeys));
  EXPECT_GE(names->size(), 5u);
  for (const std::string& name : *names) {
    EXPECT_EQ(files_.Bytes(std::string(kKeys) + "/" + name),
              files_.Bytes(std::string(kSecondKeys) + "/" + name))
        << name;
  }
}

TEST_F(SecondPathTest, SubjectsLiveOnFromTheSecondFolderWhenTheFirstIsLost) {
  ASSERT_TRUE(Open().ok());
  auto keys = SubjectKeys::Open(*mirrored_, random_, {.directory = kKeys, .file_number = 1});
  ASSERT_TRUE(keys.ok());
  const auto slot = (*keys)->Create();
  ASSERT_TRUE(slot.ok());
  ASSERT_TRUE((*keys)->Sync().ok());
  files_.Crash();
  CopyKeys(kSecondKeys, "/new/keys");
  auto rescued = SubjectKeys::Open(files_, random_, {.directory = "/new/keys", .file_number = 1});
  ASSERT_TRUE(rescued.ok()) << rescued.status();
  EXPECT_TRUE((*rescued)->DataKey(*slot).ok());
}

TEST_F(SecondPathTest, OlderKeysPutBackDoNotDestroyTheSecondFolder) {
  ASSERT_TRUE(Open().ok());
  SetLog(1);
  CopyKeys(kKeys, "/backup");
  SetLog(2);
  const std::string newer = files_.Bytes("/second/keys/head");
  CopyKeys("/backup", kKeys);
  const absl::Status opened = Open();
  EXPECT_THAT(opened, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(opened, HasMessage(HasSubstr("keys/head names entry 1 here and 2 there")));
  EXPECT_EQ(files_.Bytes("/second/keys/head"), newer);
}

TEST_F(SecondPathTest, ASecondFolderThatIsBehindIsBroughtUp) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(head_->SetLog(1, 1, {}).ok());  // A process without the second path.
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(mirrored_->files_aligned(), 1u);
  EXPECT_EQ(files_.Bytes("/second/keys/head"), files_.Bytes("/store/keys/head"));
}

}  // namespace
}  // namespace bauta::testing
