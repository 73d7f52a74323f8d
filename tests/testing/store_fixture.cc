#include "tests/testing/store_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/file_system.h"
#include "privacy/consent.h"
#include "privacy/random_source.h"

namespace bauta::testing {
namespace {

void Check(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "StoreFixture: %s: %s\n", what, status.ToString().c_str());
  std::abort();
}

CodeBytes Bytes(uint32_t number, uint8_t kind) {
  CodeBytes bytes{};
  // Codes are spread evenly, and so are these.
  uint64_t mixed = (uint64_t{number} + 1) * 0x9E3779B97F4A7C15ULL;
  std::memcpy(bytes.data(), &mixed, sizeof(mixed));
  std::memcpy(bytes.data() + 8, &number, sizeof(number));
  bytes[15] = kind;
  return bytes;
}

}  // namespace

StoreFixture::StoreFixture() : clock_(StartTime()) {
  options_.directory = directory_.Join("store");
  options_.region = "test";
  options_.create = true;
  options_.view_cache_bytes = size_t{16} << 20;
  Check(InitKeys(PosixFileSystem(), keys_directory(), SystemRandom(), clock_.Now()), "make keys");
  absl::StatusOr<KeyRing> keys = KeyRing::Open(PosixFileSystem(), keys_directory());
  Check(keys.status(), "open keys");
  keys_.emplace(*std::move(keys));
}

StoreFixture::~StoreFixture() = default;

absl::Status StoreFixture::TryOpen() {
  absl::StatusOr<std::unique_ptr<FeatureStore>> store =
      FeatureStore::Open(options_, *keys_, clock_, PosixFileSystem());
  if (store.ok()) store_ = *std::move(store);
  return store.status();
}

void StoreFixture::Open() { Check(TryOpen(), "open"); }

Pseudonym StoreFixture::Subject(uint32_t number) { return CodeAccess::MakePseudonym(Bytes(number, 1)); }

AuthorCode StoreFixture::Author(uint32_t number) { return AuthorCode(Bytes(number, 2)); }

Post StoreFixture::MakePost(uint64_t id, uint32_t author, std::vector<uint64_t> topics, uint64_t version) {
  Post post;
  post.id = PostId(id);
  post.version = version;
  post.author = Author(author);
  for (uint64_t topic : topics) post.topics.push_back(TopicId(topic));
  post.kind = PostKind::kText;
  post.create_time = post.publish_time = StartTime() - absl::Hours(1);
  post.review = ReviewState::kApproved;
  return post;
}

void StoreFixture::TurnOn(uint32_t subject, PurposeSet purposes) {
  Edit(subject, [&](HeadInstructions& instructions) {
    ConsentChange change;
    change.turn_on = purposes;
    change.policy_version = 1;
    instructions.consent = Apply(instructions.consent, change, clock_.Now());
    return absl::OkStatus();
  });
}

void StoreFixture::TurnOff(uint32_t subject, PurposeSet purposes) {
  Edit(subject, [&](HeadInstructions& instructions) {
    ConsentChange change;
    change.turn_off = purposes;
    instructions.consent = Apply(instructions.consent, change, clock_.Now());
    return absl::OkStatus();
  });
}

SignalEvent StoreFixture::Event(uint64_t post, SignalKind kind) const {
  SignalEvent event;
  event.post = PostId(post);
  event.kind = kind;
  event.time = clock_.Now();
  return event;
}

RecordOutcome StoreFixture::Record(uint32_t subject, const SignalEvent& event) {
  const auto outcomes = store_->Record(Subject(subject), std::span(&event, 1), std::nullopt);
  Check(outcomes.status(), "record");
  return outcomes->front();
}

void StoreFixture::Edit(uint32_t subject, absl::FunctionRef<absl::Status(HeadInstructions&)> edit) {
  Check(store_->UpdateInstructions(Subject(subject), {.what = "test"}, edit), "update instructions");
}

SubjectView StoreFixture::View(uint32_t subject, std::optional<Place> place) const {
  const Visit visit = {.subject = Subject(subject), .place = place, .surface = SurfaceId(1)};
  absl::StatusOr<SubjectView> view = store_->ReadSubject(visit, [](City city) {
    Place at;
    at.city = city;
    return std::optional<Place>(at);
  });
  Check(view.status(), "read a subject");
  return *std::move(view);
}

}  // namespace bauta::testing
