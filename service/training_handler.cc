#include "service/training_handler.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "privacy/codes.h"
#include "service/convert_enum.h"
#include "service/convert_time.h"

namespace bauta {
namespace {

using Sink = absl::FunctionRef<absl::Status(const v1::StreamRowsResponse&)>;

v1::TrainingPost* AddTo(v1::StreamRowsResponse& part, const v1::TrainingPost*) {
  return part.mutable_posts()->add_posts();
}
v1::TrainingRow* AddTo(v1::StreamRowsResponse& part, const v1::TrainingRow*) {
  return part.mutable_rows()->add_rows();
}

// Gathers elements into messages that stay within both limits.
template <class Element>
class Parts {
 public:
  explicit Parts(Sink sink) : sink_(sink) {}

  absl::Status Add(Element& element) {
    const size_t bytes = element.ByteSizeLong() + kFramingBytesMax;
    if (size_ == kTrainingPartMax || bytes_ + bytes > kTrainingPartBytesMax) BAUTA_RETURN_IF_ERROR(Flush());
    AddTo(part_, &element)->Swap(&element);
    ++size_;
    bytes_ += bytes;
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (size_ == 0) return absl::OkStatus();
    const absl::Status status = sink_(part_);
    part_.Clear();
    size_ = 0;
    bytes_ = kFramingBytesMax;
    return status;
  }

 private:
  static constexpr size_t kFramingBytesMax = 8;  // Tag and length around an element or the list.

  Sink sink_;
  v1::StreamRowsResponse part_;
  int size_ = 0;
  size_t bytes_ = kFramingBytesMax;
};

bool IsEmpty(const v1::TrainingRow& row) {
  return row.post_ids().empty() && row.searched_topic_ids().empty() && row.dismissals().empty() &&
         row.impression_fingerprints().empty();
}

}  // namespace

absl::Status TrainingHandler::StreamRows(const Principal& principal, const v1::StreamRowsRequest&,
                                         Sink sink) {
  const AdministrativeAct act = {.what = absl::StrCat("stream-rows to ", principal.name)};
  BAUTA_RETURN_IF_ERROR(dependencies_.store.CheckCollecting());
  const absl::Time now = dependencies_.clock.Now();
  // The rows have an entry of their own, which the store writes before it reads the first.
  BAUTA_RETURN_IF_ERROR(
      dependencies_.store.RecordAct({.what = absl::StrCat("stream-posts to ", principal.name)}));
  const auto send = [&](const v1::StreamRowsResponse& part) {
    if (dependencies_.clock.Now() > principal.deadline) {
      return absl::DeadlineExceededError("the deadline passed before the trailer");
    }
    return sink(part);
  };
  LearningBan ban;
  ban.topics.insert(options_.sensitive_topics.begin(), options_.sensitive_topics.end());
  v1::StreamRowsResponse last;
  v1::TrainingTrailer& trailer = *last.mutable_trailer();
  BAUTA_RETURN_IF_ERROR(StreamHeader(now, send));
  BAUTA_RETURN_IF_ERROR(StreamPosts(now, ban, trailer, send));
  BAUTA_RETURN_IF_ERROR(StreamHistories(act, ban, trailer, send));
  return send(last);
}

absl::Status TrainingHandler::StreamHeader(absl::Time now, Sink sink) const {
  v1::StreamRowsResponse first;
  v1::TrainingHeader& header = *first.mutable_header();
  header.set_schema_version(kTrainingSchemaVersion);
  header.set_region(options_.region);
  *header.mutable_start_time() = ToProto(now);
  for (size_t i = 0; i < kSignalKindCount; ++i) header.add_signal_kinds(ToProto(static_cast<SignalKind>(i)));
  header.set_content_dimension(static_cast<uint32_t>(options_.content_dimension));
  return sink(first);
}

absl::Status TrainingHandler::StreamPosts(absl::Time now, LearningBan& ban, v1::TrainingTrailer& trailer,
                                          Sink sink) const {
  absl::flat_hash_set<AuthorCode> suspended;
  for (const AuthorSuspension& suspension : dependencies_.store.Suspensions()) {
    if (suspension.until > now) suspended.insert(suspension.author);
  }
  Parts<v1::TrainingPost> parts(sink);
  BAUTA_RETURN_IF_ERROR(dependencies_.store.ForEachPost([&](const Post& post) -> absl::Status {
    if (ban.Carries(post)) {
      ban.posts.insert(post.id);
      return absl::OkStatus();
    }
    if (suspended.contains(post.author)) return absl::OkStatus();
    v1::TrainingPost message;
    WriteTrainingPost(post, message);
    trailer.set_post_count(trailer.post_count() + 1);
    return parts.Add(message);
  }));
  return parts.Flush();
}

absl::Status TrainingHandler::StreamHistories(const AdministrativeAct& act, const LearningBan& ban,
                                              v1::TrainingTrailer& trailer, Sink sink) {
  Parts<v1::TrainingRow> parts(sink);
  const auto send = [&](const LearnableRow& row) -> absl::Status {
    v1::TrainingRow message;
    WriteTrainingRow(row, ban, message);
    if (IsEmpty(message)) return absl::OkStatus();
    message.set_row_number(static_cast<uint32_t>(trailer.row_count()));
    trailer.set_row_count(trailer.row_count() + 1);
    trailer.set_interaction_count(trailer.interaction_count() +
                                  static_cast<uint64_t>(message.post_ids_size()) +
                                  static_cast<uint64_t>(message.searched_topic_ids_size()));
    trailer.set_dismissal_count(trailer.dismissal_count() + static_cast<uint64_t>(message.dismissals_size()));
    trailer.set_impression_count(trailer.impression_count() +
                                 static_cast<uint64_t>(message.impression_fingerprints_size()));
    return parts.Add(message);
  };
  BAUTA_RETURN_IF_ERROR(dependencies_.store.ForEachLearnableRow(act, send));
  return parts.Flush();
}

}  // namespace bauta
