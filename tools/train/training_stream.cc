#include "tools/train/training_stream.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "bauta/v1/model_service.grpc.pb.h"
#include "bauta/v1/training_service.grpc.pb.h"
#include "service/convert_enum.h"

namespace bauta {
namespace {

constexpr uint32_t kSchemaVersion = 1;

absl::Status Malformed(const char* field) {
  return absl::DataLossError(
      absl::StrCat("the stream's ", field, " is malformed: it was damaged, or is not ours"));
}

// Empty: none.
absl::StatusOr<AuthorCode> ReadAuthor(const std::string& bytes) {
  if (bytes.empty()) return AuthorCode();
  absl::StatusOr<AuthorCode> author = AuthorCode::FromView(bytes);
  if (!author.ok()) return Malformed("author_code");
  return author;
}

absl::StatusOr<Post> ReadPost(const v1::TrainingPost& message) {
  Post post;
  post.id = PostId(message.post_id());
  if (message.post_id() == 0 || message.post_id() > kIdMax) return Malformed("post_id");
  BAUTA_ASSIGN_OR_RETURN(post.author, ReadAuthor(message.author_code()));
  for (const uint64_t topic : message.topic_ids()) post.topics.push_back(TopicId(topic));
  if (!message.language().empty()) {
    const std::optional<Language> language = Language::Parse(message.language());
    if (!language) return Malformed("language");
    post.language = *language;
  }
  if (!message.country().empty()) {
    post.country = CountryCode::Parse(message.country());
    if (!post.country) return Malformed("country");
  }
  if (message.city_id() != 0) post.city = City(message.city_id());
  post.create_time = post.publish_time = Hour(message.create_hour()).start();
  post.content.assign(message.content_vector().begin(), message.content_vector().end());
  post.advertisement = message.advertisement();
  return post;
}

absl::StatusOr<Dismissal> ReadLesson(const v1::TrainingDismissal& message) {
  if (!v1::DismissReason_IsValid(message.reason()) || message.reason() == 0) return Malformed("reason");
  Dismissal lesson;
  lesson.reason = FromProto(message.reason());
  lesson.post = PostId(message.post_id());
  BAUTA_ASSIGN_OR_RETURN(lesson.author, ReadAuthor(message.author_code()));
  for (const uint64_t topic : message.topic_ids()) lesson.topics.push_back(TopicId(topic));
  lesson.hour = Hour(message.hour());
  lesson.repeats = message.repeat_count();
  return lesson;
}

absl::StatusOr<LearnableRow> ReadRow(const v1::TrainingRow& message) {
  const int events = message.post_ids_size();
  if (message.kinds_size() != events || message.strengths_size() != events ||
      message.hours_size() != events || message.searched_hours_size() != message.searched_topic_ids_size() ||
      message.impression_hours_size() != message.impression_fingerprints_size()) {
    return Malformed("row");
  }
  LearnableRow row;
  for (int i = 0; i < events; ++i) {
    const v1::SignalKind wire_kind = message.kinds(i);
    // A kind that a newer server knows tells this trainer nothing.
    if (!v1::SignalKind_IsValid(wire_kind) || wire_kind == v1::SIGNAL_KIND_UNSPECIFIED) continue;
    const SignalKind kind = FromProto(wire_kind);
    const PostId post(message.post_ids(i));
    const Hour hour(message.hours(i));
    if (IsState(kind)) {
      row.states.push_back({post, kind, SurfaceId(), hour});
    } else {
      row.interactions.push_back({post, TopicId(), kind, SurfaceId(), message.strengths(i), hour});
    }
  }
  for (int i = 0; i < message.searched_topic_ids_size(); ++i) {
    row.interactions.push_back({PostId(), TopicId(message.searched_topic_ids(i)), SignalKind::kSearch,
                                SurfaceId(), 0, Hour(message.searched_hours(i))});
  }
  for (const v1::TrainingDismissal& dismissal : message.dismissals()) {
    BAUTA_ASSIGN_OR_RETURN(Dismissal lesson, ReadLesson(dismissal));
    row.lessons.push_back(std::move(lesson));
  }
  for (int i = 0; i < message.impression_fingerprints_size(); ++i) {
    row.impressions.push_back({PostFingerprint(message.impression_fingerprints(i)), SurfaceId(),
                               Hour(message.impression_hours(i))});
  }
  return row;
}

class StreamReader {
 public:
  absl::Status Read(const v1::StreamRowsResponse& part) {
    if (has_trailer_ || (!has_header_ && !part.has_header())) return Malformed("order of parts");
    switch (part.part_case()) {
      case v1::StreamRowsResponse::kHeader:
        return ReadHeader(part.header());
      case v1::StreamRowsResponse::kPosts:
        for (const v1::TrainingPost& message : part.posts().posts()) {
          BAUTA_ASSIGN_OR_RETURN(Post post, ReadPost(message));
          rows_.posts.push_back(std::move(post));
        }
        return absl::OkStatus();
      case v1::StreamRowsResponse::kRows:
        for (const v1::TrainingRow& message : part.rows().rows()) {
          BAUTA_ASSIGN_OR_RETURN(LearnableRow row, ReadRow(message));
          rows_.rows.push_back(std::move(row));
        }
        return absl::OkStatus();
      case v1::StreamRowsResponse::kTrailer:
        has_trailer_ = true;
        return HoldAgainst(part.trailer());
      case v1::StreamRowsResponse::PART_NOT_SET:
        break;
    }
    return Malformed("part");
  }

  uint64_t rows_read() const { return rows_.rows.size(); }

  absl::StatusOr<StreamedRows> Finish() && {
    if (!has_trailer_) return absl::DataLossError("the stream of rows ended without its trailer: not whole");
    return std::move(rows_);
  }

 private:
  absl::Status ReadHeader(const v1::TrainingHeader& header) {
    if (has_header_) return Malformed("header");
    has_header_ = true;
    if (header.schema_version() != kSchemaVersion) {
      return absl::FailedPreconditionError(absl::StrCat("schema_version: this trainer knows ", kSchemaVersion,
                                                        ", the server sent ", header.schema_version()));
    }
    rows_.region = header.region();
    rows_.start_time =
        absl::FromUnixSeconds(header.start_time().seconds()) + absl::Nanoseconds(header.start_time().nanos());
    return absl::OkStatus();
  }

  absl::Status HoldAgainst(const v1::TrainingTrailer& trailer) const {
    if (trailer.post_count() != rows_.posts.size() || trailer.row_count() != rows_.rows.size()) {
      return absl::DataLossError(absl::StrCat(
          "the stream is not whole: its trailer counts ", trailer.row_count(), " rows and ",
          trailer.post_count(), " posts, ", rows_.rows.size(), " and ", rows_.posts.size(), " came"));
    }
    return absl::OkStatus();
  }

  StreamedRows rows_;
  bool has_header_ = false, has_trailer_ = false;
};

}  // namespace

absl::StatusOr<StreamedRows> ReadTrainingStream(const Connection& connection,
                                                absl::FunctionRef<void(uint64_t rows)> on_rows) {
  const auto stub = v1::TrainingService::NewStub(connection.channel());
  grpc::ClientContext context;
  connection.PrepareStream(context);
  const auto stream = stub->StreamRows(&context, v1::StreamRowsRequest());
  StreamReader reader;
  v1::StreamRowsResponse part;
  while (stream->Read(&part)) {
    if (absl::Status status = reader.Read(part); !status.ok()) {
      context.TryCancel();
      while (stream->Read(&part)) {
      }
      static_cast<void>(stream->Finish());
      return status;
    }
    on_rows(reader.rows_read());
  }
  BAUTA_RETURN_IF_ERROR(FromGrpcStatus(stream->Finish()));
  return std::move(reader).Finish();
}

absl::Status ActivateModel(const Connection& connection, const std::string& version) {
  const auto stub = v1::ModelService::NewStub(connection.channel());
  v1::ActivateModelRequest request;
  request.set_model_version(version);
  return connection.Call(*stub, &v1::ModelService::Stub::ActivateModel, request).status();
}

}  // namespace bauta
