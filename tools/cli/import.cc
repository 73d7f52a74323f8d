#include "tools/cli/import.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/post_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "tools/cli/batch_sender.h"
#include "tools/cli/import_tally.h"
#include "tools/cli/record_file.h"
#include "tools/figures.h"
#include "tools/progress.h"

namespace bauta {
namespace {

constexpr size_t kThreads = 4;
constexpr size_t kBatchSize = 500;
constexpr int kAttemptsMax = 8;
constexpr absl::Duration kFirstRetryDelay = absl::Milliseconds(50);

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

void SetTime(google::protobuf::Timestamp& timestamp, absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

size_t KeyOf(const v1::Subject& subject) { return std::hash<std::string>{}(subject.SerializeAsString()); }

bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) || absl::IsDeadlineExceeded(status);
}

// Sends `batch` as one request, and what comes back retryable again, with growing pauses.
template <class Line, class Request, class Response>
absl::Status SendWithRetries(std::vector<Line>& batch, ImportTally& tally,
                             const std::function<void(Line&, Request&)>& add,
                             const std::function<absl::StatusOr<Response>(const Request&)>& call) {
  absl::Duration delay = kFirstRetryDelay;
  for (int attempt = 1;; ++attempt) {
    Request request;
    for (Line& line : batch) add(line, request);
    const absl::StatusOr<Response> response = call(request);
    const bool last = attempt == kAttemptsMax;
    if (!response.ok() && (last || !IsTransient(response.status()))) return response.status();
    if (response.ok()) {
      if (static_cast<size_t>(response->results_size()) != batch.size()) {
        return absl::InternalError(
            absl::StrCat(response->results_size(), " results for ", batch.size(), " items"));
      }
      std::vector<Line> again;
      for (size_t i = 0; i < batch.size(); ++i) {
        const v1::ItemResult& result = response->results(static_cast<int>(i));
        if (result.status() == v1::ITEM_STATUS_RETRYABLE && !last) {
          again.push_back(std::move(batch[i]));
        } else {
          tally.Count(batch[i].number, result);
        }
      }
      batch = std::move(again);
      if (batch.empty()) return absl::OkStatus();
    }
    absl::SleepFor(delay);
    delay *= 2;
  }
}

class Importer {
 public:
  Importer(const Connection& connection, const ImportOptions& options, const Clock& clock)
      : connection_(connection),
        options_(options),
        clock_(clock),
        figures_(options.json),
        feed_(v1::FeedService::NewStub(connection.channel())),
        interactions_(v1::InteractionService::NewStub(connection.channel())),
        posts_(v1::PostService::NewStub(connection.channel())),
        subjects_(v1::SubjectService::NewStub(connection.channel())) {}

  absl::Status Run() {
    if (options_.shift_times) BAUTA_RETURN_IF_ERROR(FindShift());
    if (!options_.assume_consent_from.empty()) BAUTA_RETURN_IF_ERROR(AssumeConsents());
    if (!options_.posts.empty()) BAUTA_RETURN_IF_ERROR(ImportPosts());
    if (!options_.events.empty()) BAUTA_RETURN_IF_ERROR(ImportEvents());
    if (!options_.visits.empty()) BAUTA_RETURN_IF_ERROR(ImportVisits());
    figures_.Finish();
    return absl::OkStatus();
  }

 private:
  template <class Record>
  absl::Status ImportFile(const std::string& path, const std::string& name, size_t batch_size,
                          const std::function<size_t(const Record&)>& key,
                          const std::function<void(Record&)>& adjust,
                          const std::function<absl::Status(std::vector<typename BatchSender<Record>::Line>&,
                                                           ImportTally&)>& send);
  absl::Status FindShift();
  absl::Status AssumeConsents();
  absl::Status ImportPosts();
  absl::Status ImportEvents();
  absl::Status ImportVisits();
  void Report(const std::string& name, const ImportTally& tally, absl::Time start);

  absl::Time Shifted(const google::protobuf::Timestamp& timestamp) const {
    return ToTime(timestamp) + shift_;
  }
  void Shift(google::protobuf::Timestamp& timestamp) const { SetTime(timestamp, Shifted(timestamp)); }

  const Connection& connection_;
  const ImportOptions& options_;
  const Clock& clock_;
  FigureSheet figures_;
  absl::Duration shift_ = absl::ZeroDuration();
  std::unique_ptr<v1::FeedService::Stub> feed_;
  std::unique_ptr<v1::InteractionService::Stub> interactions_;
  std::unique_ptr<v1::PostService::Stub> posts_;
  std::unique_ptr<v1::SubjectService::Stub> subjects_;
};

void Importer::Report(const std::string& name, const ImportTally& tally, absl::Time start) {
  const double seconds = std::max(1e-9, absl::ToDoubleSeconds(clock_.Now() - start));
  if (!options_.json) std::printf("%s: %s\n", name.c_str(), tally.Summary().c_str());
  figures_.Add(absl::StrCat("import_", name, "_accepted"), static_cast<double>(tally.accepted()), "lines");
  figures_.Add(absl::StrCat("import_", name, "_refused"), static_cast<double>(tally.refused()), "lines");
  figures_.Add(absl::StrCat("import_", name, "_per_second"), static_cast<double>(tally.accepted()) / seconds,
               "lines/s");
}

template <class Record>
absl::Status Importer::ImportFile(
    const std::string& path, const std::string& name, size_t batch_size,
    const std::function<size_t(const Record&)>& key, const std::function<void(Record&)>& adjust,
    const std::function<absl::Status(std::vector<typename BatchSender<Record>::Line>&, ImportTally&)>& send) {
  BAUTA_ASSIGN_OR_RETURN(RecordFile file, RecordFile::Open(path, Record::descriptor()));
  ImportTally tally(options_.refused_lines_shown);
  const absl::Time start = clock_.Now();
  {
    ProgressBar bar(name, file.size(), clock_);
    BatchSender<Record> sender(kThreads, batch_size, [&](auto& batch) { return send(batch, tally); });
    Record record;
    for (absl::Status parsed; file.Next(record, parsed);) {
      bar.Update(file.bytes_read(),
                 absl::StrCat(tally.accepted(), " accepted, ", tally.refused(), " refused"));
      if (!parsed.ok()) {
        tally.Refuse(file.line_number(), "malformed", std::string(parsed.message()));
        continue;
      }
      adjust(record);
      BAUTA_RETURN_IF_ERROR(sender.Add(key(record), {.number = file.line_number(), .record = record}));
    }
    BAUTA_RETURN_IF_ERROR(sender.Finish());
    bar.Update(file.size(), absl::StrCat(tally.accepted(), " accepted, ", tally.refused(), " refused"));
  }
  Report(name, tally, start);
  return absl::OkStatus();
}

absl::Status Importer::FindShift() {
  if (options_.events.empty())
    return absl::InvalidArgumentError("shift_times: needs a file of events, whose newest one becomes now");
  BAUTA_ASSIGN_OR_RETURN(RecordFile file, RecordFile::Open(options_.events, v1::Interaction::descriptor()));
  absl::Time newest = absl::InfinitePast();
  v1::Interaction record;
  for (absl::Status parsed; file.Next(record, parsed);) {
    if (parsed.ok()) newest = std::max(newest, ToTime(record.event_time()));
  }
  if (newest == absl::InfinitePast())
    return absl::InvalidArgumentError(absl::StrCat(options_.events, ": no event"));
  shift_ = clock_.Now() - newest;
  std::fprintf(stderr, "All times are moved by %s, so that the newest event (%s) is now.\n",
               absl::FormatDuration(absl::Trunc(shift_, absl::Seconds(1))).c_str(),
               absl::FormatTime(absl::RFC3339_sec, newest, absl::UTCTimeZone()).c_str());
  return absl::OkStatus();
}

absl::Status Importer::AssumeConsents() {
  BAUTA_ASSIGN_OR_RETURN(RecordFile file,
                         RecordFile::Open(options_.assume_consent_from, v1::Interaction::descriptor()));
  std::map<std::string, std::pair<v1::Subject, absl::Time>> oldest_by_subject;
  v1::Interaction record;
  for (absl::Status parsed; file.Next(record, parsed);) {
    if (!parsed.ok()) continue;
    auto [entry, added] = oldest_by_subject.try_emplace(record.subject().SerializeAsString(),
                                                        record.subject(), Shifted(record.event_time()));
    entry->second.second = std::min(entry->second.second, Shifted(record.event_time()));
  }

  using Sender = BatchSender<v1::PastConsent>;
  ImportTally tally(options_.refused_lines_shown);
  const absl::Time start = clock_.Now();
  Sender sender(kThreads, kBatchSize, [&](auto& batch) {
    return SendWithRetries<Sender::Line, v1::BatchUpdateConsentsRequest, v1::BatchUpdateConsentsResponse>(
        batch, tally, [](Sender::Line& line, auto& request) { *request.add_consents() = line.record; },
        [&](const auto& request) {
          return connection_.Call(*subjects_, &v1::SubjectService::Stub::BatchUpdateConsents, request);
        });
  });
  ProgressBar bar("consents", oldest_by_subject.size(), clock_);
  uint64_t number = 0;
  for (const auto& [serialized, subject] : oldest_by_subject) {
    v1::PastConsent consent;
    *consent.mutable_subject() = subject.first;
    for (const v1::Purpose purpose : options_.assume_purposes) consent.add_grant_purposes(purpose);
    consent.set_policy_version(options_.policy_version);
    SetTime(*consent.mutable_since_time(), subject.second - absl::Hours(1));
    BAUTA_RETURN_IF_ERROR(sender.Add(number, {.number = number, .record = std::move(consent)}));
    bar.Update(++number, "");
  }
  BAUTA_RETURN_IF_ERROR(sender.Finish());
  Report("consents", tally, start);
  return absl::OkStatus();
}

absl::Status Importer::ImportPosts() {
  using Line = BatchSender<v1::Post>::Line;
  return ImportFile<v1::Post>(
      options_.posts, "posts", kBatchSize,
      [](const v1::Post& post) { return static_cast<size_t>(post.post_id()); },
      [this](v1::Post& post) {
        if (post.has_create_time()) Shift(*post.mutable_create_time());
        if (post.has_publish_time()) Shift(*post.mutable_publish_time());
        if (post.has_expire_time()) Shift(*post.mutable_expire_time());
      },
      [this](std::vector<Line>& batch, ImportTally& tally) {
        return SendWithRetries<Line, v1::UpsertPostsRequest, v1::UpsertPostsResponse>(
            batch, tally, [](Line& line, auto& request) { *request.add_posts() = line.record; },
            [this](const auto& request) {
              return connection_.Call(*posts_, &v1::PostService::Stub::UpsertPosts, request);
            });
      });
}

absl::Status Importer::ImportEvents() {
  using Line = BatchSender<v1::Interaction>::Line;
  return ImportFile<v1::Interaction>(
      options_.events, "events", kBatchSize,
      [](const v1::Interaction& event) { return KeyOf(event.subject()); },
      [this](v1::Interaction& event) {
        if (event.has_event_time()) Shift(*event.mutable_event_time());
      },
      [this](std::vector<Line>& batch, ImportTally& tally) {
        return SendWithRetries<Line, v1::RecordInteractionsRequest, v1::RecordInteractionsResponse>(
            batch, tally, [](Line& line, auto& request) { *request.add_interactions() = line.record; },
            [this](const auto& request) {
              return connection_.Call(*interactions_, &v1::InteractionService::Stub::RecordInteractions,
                                      request);
            });
      });
}

// A visit is a page that is asked for and thrown away: the server keeps of it what it keeps of any.
absl::Status Importer::ImportVisits() {
  using Line = BatchSender<v1::Visit>::Line;
  return ImportFile<v1::Visit>(
      options_.visits, "visits", 1, [](const v1::Visit& visit) { return KeyOf(visit.subject()); },
      [](v1::Visit&) {},
      [this](std::vector<Line>& batch, ImportTally& tally) {
        for (Line& line : batch) {
          v1::GetFeedRequest request;
          *request.mutable_visit() = std::move(line.record);
          request.set_page_size(1);
          const auto page = connection_.Call(*feed_, &v1::FeedService::Stub::GetFeed, request);
          if (page.ok()) {
            tally.Accept(1);
          } else if (absl::IsInvalidArgument(page.status())) {
            tally.Refuse(line.number, "invalid", std::string(page.status().message()));
          } else {
            return page.status();
          }
        }
        return absl::OkStatus();
      });
}

}  // namespace

absl::Status RunImport(const Connection& connection, const ImportOptions& options, const Clock& clock) {
  return Importer(connection, options, clock).Run();
}

}  // namespace bauta
