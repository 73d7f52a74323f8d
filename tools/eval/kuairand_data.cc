#include "tools/eval/kuairand_data.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "base/strings.h"
#include "tools/eval/data_file.h"

namespace bauta {
namespace {

constexpr int64_t kMillisecondsInHour = 3'600'000;

// Columns are found by the names in the header.
class Columns {
 public:
  static absl::StatusOr<Columns> Find(std::string_view text, const std::vector<std::string>& names) {
    std::vector<std::string_view> header;
    std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    SplitFields(line, ',', header);
    Columns columns;
    columns.names_ = names;
    for (const std::string& name : names) {
      const auto found = std::find(header.begin(), header.end(), name);
      if (found == header.end())
        return absl::InvalidArgumentError(absl::StrCat("line 1: a column ", name, " expected"));
      columns.places_.push_back(static_cast<size_t>(found - header.begin()));
    }
    columns.width_ = header.size();
    return columns;
  }

  absl::Status Split(std::string_view line) {
    SplitFields(line, ',', fields_);
    if (fields_.size() == width_) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(width_, " columns expected, ", fields_.size(), " found"));
  }
  std::string_view operator[](size_t name) const { return fields_[places_[name]]; }
  bool Is(size_t name) const { return (*this)[name] == "1"; }
  absl::StatusOr<int64_t> Whole(size_t name) const {
    const absl::StatusOr<int64_t> number = ParseWhole((*this)[name]);
    if (number.ok()) return number;
    return absl::InvalidArgumentError(absl::StrCat(names_[name], ": ", number.status().message()));
  }

 private:
  std::vector<std::string> names_;
  std::vector<size_t> places_;
  size_t width_ = 0;
  std::vector<std::string_view> fields_;
};

absl::Status Of(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

AuthorCode AuthorOf(int64_t number) {
  CodeBytes bytes{};
  const uint64_t mixed = static_cast<uint64_t>(number + 1) * 0x9e3779b97f4a7c15ULL;
  std::memcpy(bytes.data(), &mixed, sizeof(mixed));
  std::memcpy(bytes.data() + sizeof(mixed), &number, sizeof(number));
  return AuthorCode(bytes);
}

class Reader {
 public:
  absl::Status ReadVideos(std::string_view text) {
    enum { kVideo, kAuthor, kUploaded, kTags };
    BAUTA_ASSIGN_OR_RETURN(Columns columns,
                           Columns::Find(text, {"video_id", "author_id", "upload_dt", "tag"}));
    return ForEachLine(text, 1, [&](std::string_view line) -> absl::Status {
      BAUTA_RETURN_IF_ERROR(columns.Split(line));
      Post post;
      BAUTA_ASSIGN_OR_RETURN(const int64_t video, columns.Whole(kVideo));
      BAUTA_ASSIGN_OR_RETURN(const int64_t author, columns.Whole(kAuthor));
      post.id = PostId(static_cast<uint64_t>(video) + 1);
      post.author = AuthorOf(author);
      for (const absl::string_view tag :
           absl::StrSplit(ToAbsl(columns[kTags]), ',', absl::SkipWhitespace())) {
        BAUTA_ASSIGN_OR_RETURN(const int64_t topic, ParseWhole(ToStd(tag)));
        post.topics.push_back(TopicId(static_cast<uint64_t>(topic) + 1));
      }
      std::string error;
      if (!absl::ParseTime("%Y-%m-%d", ToAbsl(columns[kUploaded]), &post.publish_time, &error)) {
        return absl::InvalidArgumentError(absl::StrCat("upload_dt: ", error));
      }
      post.create_time = post.publish_time;
      data_.posts.push_back(std::move(post));
      return absl::OkStatus();
    });
  }

  absl::Status ReadImpressions(std::string_view text) {
    enum { kUser, kVideo, kTime, kClick, kLike, kComment, kForward, kHate, kLongView, kPlayed };
    BAUTA_ASSIGN_OR_RETURN(Columns columns, Columns::Find(text, {"user_id", "video_id", "time_ms", "is_click",
                                                                 "is_like", "is_comment", "is_forward",
                                                                 "is_hate", "long_view", "play_time_ms"}));
    return ForEachLine(text, 1, [&](std::string_view line) -> absl::Status {
      BAUTA_RETURN_IF_ERROR(columns.Split(line));
      BAUTA_ASSIGN_OR_RETURN(const int64_t user, columns.Whole(kUser));
      BAUTA_ASSIGN_OR_RETURN(const int64_t video, columns.Whole(kVideo));
      BAUTA_ASSIGN_OR_RETURN(const int64_t time, columns.Whole(kTime));
      BAUTA_ASSIGN_OR_RETURN(const int64_t played, columns.Whole(kPlayed));
      LearnableRow& row = rows_[user];
      const PostId post(static_cast<uint64_t>(video) + 1);
      const Hour hour = HourOf(time);
      data_.last_hour = std::max(data_.last_hour, hour);
      row.impressions.push_back({PostFingerprint::Of(post), SurfaceId(), hour});
      if (columns.Is(kClick)) Add(row, post, SignalKind::kClick, hour);
      if (columns.Is(kLongView)) Add(row, post, SignalKind::kView, hour);
      if (columns.Is(kComment)) Add(row, post, SignalKind::kComment, hour);
      if (columns.Is(kForward)) Add(row, post, SignalKind::kShare, hour);
      if (played > 0) Add(row, post, SignalKind::kDwell, hour, played);
      if (columns.Is(kLike)) row.states.push_back({post, SignalKind::kLike, SurfaceId(), hour});
      if (columns.Is(kHate)) {
        Dismissal lesson;
        lesson.reason = DismissalReason::kNotInterested;
        lesson.post = post;
        lesson.hour = hour;
        row.lessons.push_back(lesson);
      }
      return absl::OkStatus();
    });
  }

  // Acts without times, the oldest first: laid an hour apart before the viewer's last one.
  absl::Status ReadHistories(std::string_view text) {
    enum { kUser, kLastTime, kLiked, kLongWatched };
    BAUTA_ASSIGN_OR_RETURN(Columns columns,
                           Columns::Find(text, {"user_id", "last_time_ms", "liked", "long_watched"}));
    return ForEachLine(text, 1, [&](std::string_view line) -> absl::Status {
      BAUTA_RETURN_IF_ERROR(columns.Split(line));
      BAUTA_ASSIGN_OR_RETURN(const int64_t user, columns.Whole(kUser));
      BAUTA_ASSIGN_OR_RETURN(const int64_t last, columns.Whole(kLastTime));
      LearnableRow& row = rows_[user];
      BAUTA_RETURN_IF_ERROR(ForEachPast(columns[kLongWatched], last, [&](PostId post, Hour hour) {
        Add(row, post, SignalKind::kView, hour);
      }));
      return ForEachPast(columns[kLiked], last, [&](PostId post, Hour hour) {
        row.states.push_back({post, SignalKind::kLike, SurfaceId(), hour});
      });
    });
  }

  KuairandData Finish() && {
    for (auto& [user, row] : rows_) data_.rows.push_back(std::move(row));
    return std::move(data_);
  }

 private:
  static Hour HourOf(int64_t milliseconds) {
    return Hour(static_cast<uint32_t>(std::max<int64_t>(0, milliseconds) / kMillisecondsInHour));
  }

  static void Add(LearnableRow& row, PostId post, SignalKind kind, Hour hour, int64_t strength = 0) {
    row.interactions.push_back({post, TopicId(), kind, SurfaceId(),
                                static_cast<uint32_t>(std::min<int64_t>(strength, kDwellMillisecondsMax)),
                                hour});
  }

  template <class Visit>
  static absl::Status ForEachPast(std::string_view list, int64_t last, Visit visit) {
    std::vector<std::string_view> videos;
    if (!list.empty()) SplitFields(list, ' ', videos);
    for (size_t i = 0; i < videos.size(); ++i) {
      BAUTA_ASSIGN_OR_RETURN(const int64_t video, ParseWhole(videos[i]));
      visit(PostId(static_cast<uint64_t>(video) + 1),
            HourOf(last - static_cast<int64_t>(videos.size() - 1 - i) * kMillisecondsInHour));
    }
    return absl::OkStatus();
  }

  std::map<int64_t, LearnableRow> rows_;
  KuairandData data_;
};

}  // namespace

absl::StatusOr<KuairandData> ReadKuairand(const std::string& directory) {
  const std::string impressions_path = directory + "/impressions.csv.xz",
                    histories_path = directory + "/histories.csv.xz",
                    videos_path = directory + "/videos.csv.xz";
  BAUTA_ASSIGN_OR_RETURN(const DataFile impressions, ReadDataFile(impressions_path));
  BAUTA_ASSIGN_OR_RETURN(const DataFile histories, ReadDataFile(histories_path));
  BAUTA_ASSIGN_OR_RETURN(const DataFile videos, ReadDataFile(videos_path));
  Reader reader;
  BAUTA_RETURN_IF_ERROR(Of(videos_path, reader.ReadVideos(videos.text)));
  BAUTA_RETURN_IF_ERROR(Of(impressions_path, reader.ReadImpressions(impressions.text)));
  BAUTA_RETURN_IF_ERROR(Of(histories_path, reader.ReadHistories(histories.text)));
  KuairandData data = std::move(reader).Finish();
  data.checksum = absl::StrCat(impressions.checksum, "+", histories.checksum, "+", videos.checksum);
  return data;
}

}  // namespace bauta
