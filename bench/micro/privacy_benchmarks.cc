// What privacy costs: RankPosts as the handler does it, the opening of a subject's sealed rows against the
// decoding of the same bytes in the clear, and whether a call tells if its subject was ever there.
#include <benchmark/benchmark.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "bauta/v1/subject_service.pb.h"
#include "bench/load/load_world.h"
#include "bench/made_up.h"
#include "bench/micro/catalogue.h"
#include "featurestore/store/head_codec.h"
#include "featurestore/store/history_codec.h"
#include "featurestore/store/subject_row_codec.h"
#include "privacy/random_source.h"
#include "privacy/subject_keys.h"
#include "service/backend.h"
#include "service/config/config.h"
#include "service/rpc/quiet_logs.h"
#include "service/server.h"
#include "tests/testing/temporary_directory.h"

ABSL_FLAG(uint32_t, existence_calls, 20'000, "interleaved calls by which existence_ratio is measured");

namespace bauta::bench {
namespace {

constexpr size_t kPosts = 20'000;
constexpr size_t kSubjects = 120;  // Of each sort, so that no subject is near in a cache.
constexpr size_t kInteractions = 200;
constexpr size_t kLimit = 50;

void Check(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "bauta_bench: %s: %s\n", what, status.ToString().c_str());
  std::exit(1);
}
template <class T>
T Taken(absl::StatusOr<T> result, const char* what) {
  Check(result.status(), what);
  return *std::move(result);
}

// Subjects in a row of files, sealed as the store seals them, and the same bytes in the clear.
struct SealedSubjects {
  struct Subject {
    StoredCode code;
    std::string head_row, history_row;
    std::string head;                 // In the clear,
    std::vector<std::string> frames;  // and these.
  };
  testing::TemporaryDirectory directory;
  std::unique_ptr<SubjectKeys> keys;
  std::unique_ptr<SubjectRowCodec> codec;
  std::vector<Subject> subjects;
  absl::Time now = absl::FromUnixSeconds(1'750'000'000);
  Retention retention;
  PolicyHistory policy = PolicyHistory::Default();
};

StoredCode CodeOf(size_t number) {
  CodeBytes bytes{};
  for (size_t i = 0; i < sizeof(number); ++i) bytes[i] = static_cast<uint8_t>(number >> (8 * i));
  return StoredCode(bytes);
}

History HistoryOf(std::span<const SignalEvent> events) {
  History history;
  for (const SignalEvent& event : events) {
    const Hour hour = Hour::Floor(event.time);
    if (IsState(event.kind)) {
      TurnOn(history, {event.post, event.kind, event.surface, hour});
    } else {
      AddInteraction(history, {event.post, event.topic, event.kind, event.surface, event.strength, hour});
    }
  }
  return history;
}

SealedSubjects::Subject MakeSubject(const SealedSubjects& made, size_t number, std::mt19937_64& random) {
  SealedSubjects::Subject subject;
  subject.code = CodeOf(number);
  HeadValue head;
  head.head.instructions = MakeInstructions(made.now - kHistoryAge - absl::Hours(48), kPosts, random);
  head.history_slot = Taken(made.keys->Create(), "make a key");
  const SlotRef head_slot = Taken(made.keys->Create(), "make a key");
  subject.head = EncodeHead(head);
  subject.head_row = SubjectRowCodec::HeadRow(
      head_slot, 1, Taken(made.codec->SealHeadValue(subject.code, head_slot, head), "seal a head"));
  const std::vector<SignalEvent> events = MakeEvents(made.now, kPosts, kInteractions, random);
  std::span<const SignalEvent> rest(events);
  for (const size_t size : FrameSizes(events.size())) {
    const History frame = HistoryOf(rest.first(size));
    rest = rest.subspan(size);
    subject.frames.push_back(EncodeHistory(frame));
    subject.history_row +=
        Taken(made.codec->SealFrame(subject.code, head.history_slot, frame), "seal a frame");
  }
  return subject;
}

const SealedSubjects& TheSealedSubjects() {
  static SealedSubjects made;
  if (!made.subjects.empty()) return made;
  Check(SubjectKeys::Init(PosixFileSystem(), made.directory.path(), 1, SystemRandom(), made.now),
        "make keys");
  made.keys =
      Taken(SubjectKeys::Open(PosixFileSystem(), SystemRandom(), {.directory = made.directory.path()}),
            "open keys");
  made.codec = std::make_unique<SubjectRowCodec>(SubjectRowCodec::Options(), *made.keys, SystemRandom());
  Check(made.codec->MakeDecoy(), "make a decoy");
  std::mt19937_64 random(1);
  for (size_t i = 0; i < kSubjects; ++i) made.subjects.push_back(MakeSubject(made, i, random));
  return made;
}

// Keys looked up, both rows unsealed and decoded, plain bytes wiped; then the gates: what the consent permits
// under the policy in force, and whether anything is too old or of an excluded kind.
void OpenSealed(benchmark::State& state) {
  const SealedSubjects& made = TheSealedSubjects();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const SealedSubjects::Subject& subject = made.subjects[random() % kSubjects];
    const std::string_view row = subject.head_row;
    const StoredHead head = Taken(made.codec->OpenHead(subject.code, &row), "open a head");
    const EffectiveConsent consent = Resolve(head.value.head.instructions.consent, made.policy, made.now);
    if (!consent.Holds(Purpose::kPersonalize)) Check(absl::InternalError("no consent"), "open a head");
    const StoredHistory history =
        Taken(made.codec->OpenHistory(subject.code, head.value.history_slot, subject.history_row),
              "open a history");
    const bool whole = Hour::Floor(made.now) < FirstExpiry(history.rows, made.retention) &&
                       !AnyOfKinds(history.rows, consent.excluded_kinds());
    if (!whole) Check(absl::InternalError("a history is not whole"), "open a history");
    benchmark::DoNotOptimize(history.rows.interactions.data());
  }
}

// The same values from the same bytes, never sealed, and no gate asked.
void DecodePlain(benchmark::State& state) {
  const SealedSubjects& made = TheSealedSubjects();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const SealedSubjects::Subject& subject = made.subjects[random() % kSubjects];
    const HeadValue head = Taken(DecodeHead(subject.head), "decode a head");
    History rows;
    for (const std::string& frame : subject.frames) {
      AddFrame(rows, Taken(DecodeHistory(frame), "decode a frame"));
    }
    Trim(rows, SubjectRowCodec::Options().interactions_max);
    benchmark::DoNotOptimize(head.head.instructions.relations.data());
    benchmark::DoNotOptimize(rows.interactions.data());
  }
}

enum Sort : size_t { kNever, kErased, kWithdrawn, kSortCount };
constexpr const char* kSortNames[kSortCount] = {"never", "erased", "withdrawn"};
std::string IdOf(Sort sort, size_t number) { return absl::StrCat(kSortNames[sort], "-", number); }

// A store with subjects of all sorts, and a configuration without a view cache, so that each call reads and
// unseals. Made when first asked for, and gone with the program.
struct RankWorld {
  testing::TemporaryDirectory directory;
  LoadWorld world;
  std::vector<v1::RankPostsRequest> requests;
};

std::unique_ptr<Backend> OpenBackend(const RankWorld& made, const Clock& clock) {
  const ServerConfig config =
      Taken(LoadConfig(PosixFileSystem(), made.world.config_path), "read the configuration");
  auto inputs = Taken(ServerInputs::Load(config, PosixFileSystem()), "read the keys");
  return Taken(
      Backend::Open(config, std::make_unique<ServerInputs>(std::move(inputs)), clock, PosixFileSystem()),
      "open the backend");
}

// Both sorts lived before they went.
void MakeFormerSubjects(Backend& backend, const Clock& clock) {
  for (size_t i = 0; i < kSubjects; ++i) {
    for (const Sort sort : {kErased, kWithdrawn}) {
      v1::UpdateConsentRequest consent;
      consent.mutable_subject()->set_account_id(IdOf(sort, i));
      consent.add_grant_purposes(v1::PURPOSE_PERSONALIZE);
      consent.set_policy_version(1);
      Check(backend.subject().UpdateConsent(Principal(), consent).status(), "agree");
      v1::RecordInteractionsRequest events;
      v1::Interaction& event = *events.add_interactions();
      *event.mutable_subject() = consent.subject();
      event.set_post_id(1 + i);
      event.set_kind(v1::SIGNAL_KIND_CLICK);
      event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(clock.Now()) + 1);
      Check(backend.interaction().RecordInteractions(Principal(), events).status(), "record");
      if (sort == kErased) {
        v1::EraseSubjectRequest erase;
        *erase.mutable_subject() = consent.subject();
        Check(backend.subject().EraseSubject(Principal(), erase).status(), "erase");
      } else {
        v1::UpdateConsentRequest withdraw;
        *withdraw.mutable_subject() = consent.subject();
        withdraw.add_withdraw_purposes(v1::PURPOSE_PERSONALIZE);
        Check(backend.subject().UpdateConsent(Principal(), withdraw).status(), "withdraw");
      }
    }
  }
}

RankWorld& TheRankWorld() {
  static RankWorld made;
  if (!made.requests.empty()) return made;
  made.world = Taken(
      MakeLoadWorld(
          {.posts = kPosts, .subjects = kSubjects, .interactions = kInteractions, .candidates = kCandidates},
          made.directory.path(), [](const std::string&) {}),
      "make a store");
  const SystemClock clock;
  MakeFormerSubjects(*OpenBackend(made, clock), clock);
  for (const std::string& bytes : made.world.requests) {
    made.requests.emplace_back();
    if (!made.requests.back().ParseFromString(bytes)) Check(absl::InternalError("a request"), "parse");
  }
  return made;
}

void CheckWhole(const absl::Status& status, const v1::RankPostsResponse& response) {
  Check(status, "rank");
  if (response.feed().post_ids_size() != static_cast<int>(kLimit) || response.feed().degraded_size() != 0) {
    Check(absl::InternalError("a reply is not whole"), "rank");
  }
}

void Rank(Backend& backend, const v1::RankPostsRequest& request) {
  v1::RankPostsResponse response;
  const absl::Status status = backend.feed().RankPosts(Principal(), request, response);
  CheckWhole(status, response);
}

void RankCold(benchmark::State& state) {
  const RankWorld& made = TheRankWorld();
  const SystemClock clock;
  const std::unique_ptr<Backend> backend = OpenBackend(made, clock);
  std::mt19937_64 random(1);
  for (const v1::RankPostsRequest& request : made.requests) Rank(*backend, request);
  for (auto _ : state) Rank(*backend, made.requests[random() % made.requests.size()]);
}

double Microseconds(clockid_t clock) {
  timespec time;
  ::clock_gettime(clock, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

// One iteration is one call, of the three sorts in turn. Processor time, which other programs are not in.
template <class Call>
void CompareSorts(benchmark::State& state, clockid_t clock, VisitNotes& visit_notes, Call call) {
  const RankWorld& made = TheRankWorld();
  std::vector<std::array<v1::RankPostsRequest, kSortCount>> requests(kSubjects);
  for (size_t i = 0; i < kSubjects; ++i) {
    for (const Sort sort : {kNever, kErased, kWithdrawn}) {
      requests[i][sort] = made.requests[i % made.requests.size()];
      requests[i][sort].mutable_visit()->mutable_subject()->set_account_id(IdOf(sort, i));
      call(requests[i][sort]);
    }
  }
  visit_notes.Flush();  // Today's visits are noted.
  std::mt19937_64 random(1);
  std::array<double, kSortCount> microseconds{}, calls{};
  size_t subject = 0, turn = 0;
  for (auto _ : state) {
    if (turn % kSortCount == 0) subject = random() % kSubjects;
    // Another sort is the first each time: it pays for the candidates' way into the caches.
    const size_t sort = (turn + turn / kSortCount) % kSortCount;
    ++turn;
    const double begin = Microseconds(clock);
    call(requests[subject][sort]);
    microseconds[sort] += Microseconds(clock) - begin;
    calls[sort] += 1;
  }
  double least = 1e300, most = 0;
  for (size_t sort = 0; sort < kSortCount; ++sort) {
    const double mean = microseconds[sort] / std::max(calls[sort], 1.0);
    state.counters[kSortNames[sort]] = mean;
    least = std::min(least, mean);
    most = std::max(most, mean);
  }
  state.counters["ratio"] = most / least;
}

void ExistenceInHandler(benchmark::State& state) {
  const SystemClock clock;
  const std::unique_ptr<Backend> backend = OpenBackend(TheRankWorld(), clock);
  CompareSorts(state, CLOCK_THREAD_CPUTIME_ID, backend->visit_notes(),
               [&](const v1::RankPostsRequest& request) { Rank(*backend, request); });
}

// All of the call over the Unix socket: the client's work and the server's, which share this process.
void ExistenceOverSocket(benchmark::State& state) {
  const RankWorld& made = TheRankWorld();
  const SystemClock clock;
  QuietGrpcLogs();
  const std::unique_ptr<Server> server = Taken(
      Server::Start(Taken(LoadConfig(PosixFileSystem(), made.world.config_path), "read the configuration"),
                    {.clock = clock, .files = PosixFileSystem(), .run_tasks = false}),
      "start a server");
  const auto stub = v1::FeedService::NewStub(
      grpc::CreateChannel("unix:" + made.world.socket_path, grpc::InsecureChannelCredentials()));
  CompareSorts(state, CLOCK_PROCESS_CPUTIME_ID, server->backend().visit_notes(),
               [&](const v1::RankPostsRequest& request) {
                 grpc::ClientContext context;
                 context.AddMetadata("authorization", "Bearer " + made.world.token);
                 v1::RankPostsResponse response;
                 const grpc::Status status = stub->RankPosts(&context, request, &response);
                 CheckWhole(
                     absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()),
                     response);
               });
}

}  // namespace

void RegisterPrivacyBenchmarks() {
  const auto add = [](const char* name, auto function) {
    return benchmark::RegisterBenchmark(name, function)->Unit(benchmark::kMicrosecond);
  };
  add("rank_cold", RankCold);
  add("open_sealed", OpenSealed);
  add("decode_plain", DecodePlain);
  const uint32_t calls = absl::GetFlag(FLAGS_existence_calls);
  add("existence_in_handler", ExistenceInHandler)->Iterations(calls);
  add("existence_over_socket", ExistenceOverSocket)->Iterations(calls);
}

}  // namespace bauta::bench
