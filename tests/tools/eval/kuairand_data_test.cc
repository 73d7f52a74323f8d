#include "tools/eval/kuairand_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/testing/temporary_directory.h"
#include "tests/tools/eval/xz_file.h"

namespace bauta::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// 1000 hours after the epoch, in milliseconds.
constexpr char kImpressions[] =
    "user_id,video_id,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_"
    "ms\n"
    "7,0,3600000000,1,1,0,0,0,0,1,1500\n"
    "7,1,3600000001,0,0,0,1,0,1,0,0\n"
    "9,1,3603600000,0,0,0,0,1,0,0,0\n";
constexpr char kVideos[] =
    "video_id,author_id,upload_dt,duration,tag\n"
    "0,50,2022-04-10,87433.0,39\n"
    "1,50,2022-04-11,1.0,\"2,3\"\n";
constexpr char kHistories[] =
    "user_id,last_time_ms,liked,long_watched\n"
    "8,3600000000,1,0 1\n"
    "7,3600000000,,\n";

class KuairandDataTest : public ::testing::Test {
 protected:
  std::map<std::string, std::string> files_ = {
      {"impressions.csv", kImpressions}, {"videos.csv", kVideos}, {"histories.csv", kHistories}};
  absl::StatusOr<KuairandData> Read() const {
    for (const auto& [name, text] : files_) WriteXz(folder_, name, text);
    return ReadKuairand(folder_.path());
  }
  void ExpectRefused(absl::StatusCode code, const std::string& complaint) const {
    const absl::Status status = ReadKuairand(folder_.path()).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(complaint));
  }

  TemporaryDirectory folder_;
};

TEST_F(KuairandDataTest, ColumnsBecomeSignalsPostsAndLessons) {
  const absl::StatusOr<KuairandData> data = Read();
  ASSERT_TRUE(data.ok()) << data.status();
  ASSERT_THAT(data->posts, SizeIs(2));  // Ids are one more: 0 is none of ours.
  EXPECT_EQ(data->posts[0].id, PostId(1));
  EXPECT_THAT(data->posts[0].topics, ElementsAre(TopicId(40)));
  EXPECT_THAT(data->posts[1].topics, ElementsAre(TopicId(3), TopicId(4)));
  EXPECT_EQ(data->posts[0].author, data->posts[1].author);
  EXPECT_EQ(data->posts[1].publish_time, absl::FromCivil(absl::CivilDay(2022, 4, 11), absl::UTCTimeZone()));
  EXPECT_EQ(data->last_hour, Hour(1001));
  ASSERT_THAT(data->rows, SizeIs(3));  // By the viewers' numbers.

  const LearnableRow& seven = data->rows[0];
  const auto act = [](uint64_t post, SignalKind kind, uint32_t strength, uint32_t hour) {
    return Interaction{PostId(post), TopicId(), kind, SurfaceId(), strength, Hour(hour)};
  };
  EXPECT_THAT(seven.interactions,
              ElementsAre(act(1, SignalKind::kClick, 0, 1000), act(1, SignalKind::kView, 0, 1000),
                          act(1, SignalKind::kDwell, 1500, 1000), act(2, SignalKind::kComment, 0, 1000)));
  EXPECT_THAT(seven.states, ElementsAre(PostState{PostId(1), SignalKind::kLike, SurfaceId(), Hour(1000)}));
  EXPECT_THAT(seven.impressions, SizeIs(2));
  ASSERT_THAT(seven.lessons, SizeIs(1));
  EXPECT_EQ(seven.lessons[0].post, PostId(2));

  // A history has no times: an hour apart, and the last act at the last time.
  const LearnableRow& eight = data->rows[1];
  EXPECT_THAT(eight.interactions,
              ElementsAre(act(1, SignalKind::kView, 0, 999), act(2, SignalKind::kView, 0, 1000)));
  EXPECT_THAT(eight.states, ElementsAre(PostState{PostId(2), SignalKind::kLike, SurfaceId(), Hour(1000)}));
  const LearnableRow& nine = data->rows[2];
  EXPECT_THAT(nine.interactions, ElementsAre(act(2, SignalKind::kShare, 0, 1001)));
  EXPECT_THAT(nine.states, IsEmpty());
  EXPECT_THAT(nine.lessons, IsEmpty());
}

TEST_F(KuairandDataTest, LinesMayEndAsOnWindowsAndTheChecksumIsOfEveryFile) {
  const std::string checksum = Read()->checksum;
  EXPECT_THAT(checksum, SizeIs(3 * 16 + 2));
  std::string windows;
  for (const char c : files_["videos.csv"]) windows += c == '\n' ? "\r\n" : std::string(1, c);
  files_["videos.csv"] = windows;
  const absl::StatusOr<KuairandData> data = Read();
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(data->posts, SizeIs(2));
  EXPECT_NE(data->checksum, checksum);
}

TEST_F(KuairandDataTest, AWrongLineIsNamedWithItsFile) {
  const struct {
    const char* file;
    std::string text;
    const char* complaint;
  } cases[] = {
      {"videos.csv", "", "videos.csv.xz: line 1: a column video_id expected"},
      {"videos.csv", "video_id,author,upload_dt,tag\n", "videos.csv.xz: line 1: a column author_id expected"},
      {"videos.csv", std::string(kVideos) + "2,50,2022\n",
       "videos.csv.xz: line 4: 5 columns expected, 3 found"},
      {"videos.csv", std::string(kVideos) + "2,50,spring,1,2\n", "videos.csv.xz: line 4: upload_dt: "},
      {"videos.csv", std::string(kVideos) + "2,50,2022-04-10,1,tea\n", "line 4: a whole number expected"},
      {"impressions.csv", kVideos, "impressions.csv.xz: line 1: a column user_id expected"},
      {"impressions.csv", std::string(kImpressions) + "7,0,3600000000,1,1",
       "impressions.csv.xz: line 5: 11 columns expected, 5 found"},
      {"impressions.csv", std::string(kImpressions) + "x,0,3600000000,1,1,0,0,0,0,1,1500\n",
       "impressions.csv.xz: line 5: user_id: a whole number expected"},
      {"histories.csv", "user_id,liked,long_watched\n", "histories.csv.xz: line 1: a column last_time_ms"},
      {"histories.csv", std::string(kHistories) + "8,3600000000,1,0 one\n",
       "histories.csv.xz: line 4: a whole number expected"},
  };
  for (const auto& one : cases) {
    const std::string good = files_[one.file];
    files_[one.file] = one.text;
    EXPECT_TRUE(absl::IsInvalidArgument(Read().status())) << one.complaint;
    ExpectRefused(absl::StatusCode::kInvalidArgument, one.complaint);
    files_[one.file] = good;
  }
}

TEST_F(KuairandDataTest, AMissingFolderOrFileAndACutFileAreNamed) {
  EXPECT_TRUE(absl::IsNotFound(ReadKuairand(folder_.Join("nowhere")).status()));
  files_.erase("histories.csv");
  EXPECT_TRUE(absl::IsNotFound(Read().status()));
  ExpectRefused(absl::StatusCode::kNotFound, "histories.csv.xz");
  files_["histories.csv"] = kHistories;
  ASSERT_TRUE(Read().ok());
  const std::string whole = folder_.Read("impressions.csv.xz");
  folder_.Write("impressions.csv.xz", whole.substr(0, whole.size() - 20));
  ExpectRefused(absl::StatusCode::kDataLoss, "impressions.csv.xz: xz could not decompress it");
}

}  // namespace
}  // namespace bauta::testing
