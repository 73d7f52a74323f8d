#include "service/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utime.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "service/generic_model.h"
#include "tests/service/small_model.h"
#include "tests/testing/faulty_file_system.h"
#include "tests/testing/temporary_directory.h"

namespace bauta {
namespace {

using testing::Encoded;
using ::testing::HasSubstr;
using testing::SmallModel;
using testing::TemporaryDirectory;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class ModelStoreTest : public ::testing::Test {
 protected:
  ModelStoreTest() : models_(Open()) {}

  std::unique_ptr<ModelStore> Open() {
    ModelStore::Options options;
    options.directory = folder_.path();
    options.region = "eu";
    absl::StatusOr<std::unique_ptr<ModelStore>> models = ModelStore::Open(options, PosixFileSystem());
    EXPECT_TRUE(models.ok()) << models.status();
    return *std::move(models);
  }

  ModelStore::Entry Only() {
    const absl::StatusOr<std::vector<ModelStore::Entry>> entries = models_->List(kNow);
    EXPECT_TRUE(entries.ok()) << entries.status();
    EXPECT_EQ(entries->size(), 1u);
    return entries->empty() ? ModelStore::Entry() : entries->front();
  }

  TemporaryDirectory folder_;
  std::unique_ptr<ModelStore> models_;
};

TEST_F(ModelStoreTest, ListsWhatTheManifestsSayTheNewestFirst) {
  folder_.Write("a.bin", Encoded(SmallModel("older", kNow - absl::Hours(3), 10)));
  folder_.Write("b.bin", Encoded(SmallModel("newer", kNow - absl::Hours(1), 12)));
  const absl::StatusOr<std::vector<ModelStore::Entry>> entries = models_->List(kNow);
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].version, "newer");
  EXPECT_EQ((*entries)[0].state, ModelStore::State::kReady);
  EXPECT_EQ((*entries)[0].post_count, 12u);
  EXPECT_EQ((*entries)[0].dimension, 2u);
  EXPECT_EQ((*entries)[0].manifest.crowd_min, 50u);
  EXPECT_EQ((*entries)[1].version, "older");
}

TEST_F(ModelStoreTest, LoadsAModelByItsVersion) {
  folder_.Write("anything", Encoded(SmallModel("v1", kNow)));
  const auto model = models_->Load("v1", kNow);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->manifest().version, "v1");
  EXPECT_EQ(models_->Load("v2", kNow).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ModelStoreTest, RefusesWhatMustNotServeAndSaysWhy) {
  struct Case {
    const char* reason;
    void (*change)(ModelParameters&);
  };
  const Case cases[] = {
      {"region", [](ModelParameters& model) { model.region = "us"; }},
      {"without the gate", [](ModelParameters& model) { model.crowd_min = 0; }},
      {"crowd_min", [](ModelParameters& model) { model.crowd_min = 49; }},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.reason);
    ModelParameters parameters = SmallModel("v1", kNow);
    test.change(parameters);
    folder_.Write("model", Encoded(parameters));
    const absl::Status status = models_->Load("v1", kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.reason));
    const ModelStore::Entry entry = Only();
    EXPECT_EQ(entry.state, ModelStore::State::kRefused);
    EXPECT_THAT(entry.refusal, HasSubstr(test.reason));
    EXPECT_EQ(entry.version, "v1");
  }
}

TEST_F(ModelStoreTest, RefusesDamagedFilesUnderTheirFileNames) {
  const std::string good = Encoded(SmallModel("v1", kNow));
  struct Case {
    const char* name;
    std::string bytes;
  };
  std::string flipped = good;
  flipped[good.size() - 70] = static_cast<char>(flipped[good.size() - 70] ^ 4);
  const Case cases[] = {
      {"empty", ""}, {"text", "not a model"}, {"cut", good.substr(0, good.size() / 2)}, {"flipped", flipped}};
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    folder_.Write(test.name, test.bytes);
    const ModelStore::Entry entry = Only();
    EXPECT_EQ(entry.state, ModelStore::State::kRefused);
    EXPECT_EQ(entry.version, test.name);
    EXPECT_NE(entry.refusal, "");
    EXPECT_EQ(models_->Load(test.name, kNow).status().code(), absl::StatusCode::kFailedPrecondition);
    std::filesystem::remove(folder_.Join(test.name));
  }
}

TEST_F(ModelStoreTest, FindsDamageThatLeftSizeAndTimeAsTheyWere) {
  folder_.Write("model", Encoded(SmallModel("v1", kNow)));
  const utimbuf times{.actime = 1'600'000'000, .modtime = 1'600'000'000};
  ASSERT_EQ(::utime(folder_.Join("model").c_str(), &times), 0);
  EXPECT_EQ(Only().state, ModelStore::State::kReady);
  {
    std::fstream file(folder_.Join("model"), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-70, std::ios::end);
    file.put(0x55);
  }
  ASSERT_EQ(::utime(folder_.Join("model").c_str(), &times), 0);
  EXPECT_EQ(models_->Load("v1", kNow).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ModelStoreTest, AModelExpiresWithItsAge) {
  folder_.Write("model", Encoded(SmallModel("v1", kNow)));
  const absl::Time last = kNow + absl::Hours(24);
  EXPECT_TRUE(models_->Load("v1", last - absl::Nanoseconds(1)).ok());
  const absl::Status status = models_->Load("v1", last).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("model_age_max"));
  EXPECT_EQ((*models_->List(last))[0].state, ModelStore::State::kExpired);
}

TEST_F(ModelStoreTest, LooksAtNothingButModels) {
  folder_.Write(".hidden", "x");
  std::ofstream(folder_.Join("half.tmp")) << "x";
  std::filesystem::create_directory(folder_.Join("folder"));
  ASSERT_TRUE(models_->SetActive("v1").ok());
  folder_.Write("model", Encoded(SmallModel("v1", kNow)));
  std::filesystem::create_symlink(folder_.Join("model"), folder_.Join("link"));
  EXPECT_EQ(Only().version, "v1");
}

TEST_F(ModelStoreTest, AFileThatWasReplacedIsLookedAtAnew) {
  folder_.Write("model", "not a model");
  EXPECT_EQ(Only().state, ModelStore::State::kRefused);
  folder_.Write("model", Encoded(SmallModel("v2", kNow)));
  EXPECT_EQ(Only().version, "v2");
}

TEST_F(ModelStoreTest, ListsAtMostAHundred) {
  for (int i = 0; i < 103; ++i) {
    const std::string version = "v" + std::to_string(i);
    folder_.Write(version, Encoded(SmallModel(version, kNow - absl::Minutes(i), 2)));
  }
  const auto entries = models_->List(kNow);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), kModelsListedMax);
  EXPECT_EQ(entries->front().version, "v0");
  EXPECT_EQ(entries->back().version, "v99");
  EXPECT_TRUE(models_->Load("v102", kNow).ok());  // Not listed, but there.
}

TEST_F(ModelStoreTest, TheActiveVersionOutlivesARestart) {
  EXPECT_EQ(*models_->Active(), "");
  ASSERT_TRUE(models_->SetActive("v1").ok());
  ASSERT_TRUE(models_->SetActive("v2").ok());
  EXPECT_EQ(*Open()->Active(), "v2");
}

TEST(ModelStoreCrashTest, TheActiveVersionIsTheOldOneOrTheNewOneAfterACrash) {
  for (int operations = 0; operations < 8; ++operations) {
    testing::FaultyFileSystem files;
    ModelStore::Options options;
    options.directory = "models";
    options.region = "eu";
    const auto models = ModelStore::Open(options, files);
    ASSERT_TRUE(models.ok()) << models.status();
    ASSERT_TRUE((*models)->SetActive("old").ok());
    files.StopAfter(operations);
    const bool acknowledged = (*models)->SetActive("new").ok();
    files.Crash();
    const absl::StatusOr<std::string> active = (*models)->Active();
    ASSERT_TRUE(active.ok()) << active.status();
    if (acknowledged) {
      EXPECT_EQ(*active, "new");
    } else {
      EXPECT_TRUE(*active == "old" || *active == "new") << *active;
    }
  }
}

TEST(GenericModelTest, KnowsNoTaste) {
  const std::shared_ptr<const ModelSnapshot> model = GenericModel();
  EXPECT_EQ(model->score_weights().taste, 0);
  EXPECT_GT(model->score_weights().freshness, 0);
  EXPECT_GT(model->score_weights().popularity, 0);
  EXPECT_EQ(model->posts().size(), 0u);
  EXPECT_EQ(model, GenericModel());
}

}  // namespace
}  // namespace bauta
