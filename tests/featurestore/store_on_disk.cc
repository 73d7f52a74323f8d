#include "tests/featurestore/store_on_disk.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/status.h"
#include "privacy/random_source.h"

namespace bauta::testing {
namespace {

namespace fs = std::filesystem;

CodeBytes NumberedCode(uint8_t kind, uint32_t number) {
  // Spread over the ranges of codes, as true ones are.
  CodeBytes bytes{};
  uint64_t state = (uint64_t{kind} << 32 | number) * 0x9e3779b97f4a7c15;
  for (uint8_t& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<uint8_t>(state >> 56);
  }
  return bytes;
}

}  // namespace

TemporaryFolder::TemporaryFolder() : path_((fs::temp_directory_path() / "bauta-test-XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

Pseudonym SubjectNumber(uint32_t number) { return CodeAccess::MakePseudonym(NumberedCode(1, number)); }
AuthorCode AuthorNumber(uint32_t number) { return AuthorCode(NumberedCode(2, number)); }

StoreOnDisk::StoreOnDisk(std::string directory) : directory_(std::move(directory)) {
  if (!PosixFileSystem().CreateDirectories(directory_).ok()) std::abort();
  const absl::Status made = InitKeys(PosixFileSystem(), keys(), SystemRandom(), clock_.Now());
  if (!made.ok() && !absl::IsAlreadyExists(made)) std::abort();
}

FeatureStore::Options StoreOnDisk::Options() const {
  FeatureStore::Options options;
  options.directory = directory_;
  options.region = "eu-test";
  options.create = true;
  options.view_cache_bytes = size_t{1} << 20;
  return options;
}

absl::Status StoreOnDisk::Open(const FeatureStore::Options& options, FileSystem& files) {
  Close();
  BAUTA_ASSIGN_OR_RETURN(KeyRing ring, KeyRing::Open(files, keys()));
  ring_ = std::make_unique<KeyRing>(std::move(ring));
  BAUTA_ASSIGN_OR_RETURN(store_, FeatureStore::Open(options, *ring_, clock_, files));
  return absl::OkStatus();
}

void StoreOnDisk::Close() {
  store_ = nullptr;
  ring_ = nullptr;
}

absl::Status DismissPost(FeatureStore& store, uint32_t subject, uint64_t post) {
  return store.UpdateInstructions(SubjectNumber(subject), {"dismiss-post"},
                                  [&](HeadInstructions& instructions) {
                                    Dismissal dismissal;
                                    dismissal.reason = DismissalReason::kNotInterested;
                                    dismissal.post = PostId(post);
                                    dismissal.hour = Hour(400'000);
                                    return AddDismissal(instructions, dismissal);
                                  });
}

bool HasDismissed(const FeatureStore& store, uint32_t subject, uint64_t post) {
  const auto instructions = store.ReadInstructions(SubjectNumber(subject));
  return instructions.ok() &&
         std::any_of(instructions->dismissals.begin(), instructions->dismissals.end(),
                     [&](const Dismissal& dismissal) { return dismissal.post == PostId(post); });
}

absl::Status FollowTopic(FeatureStore& store, uint32_t subject, uint64_t topic) {
  return store.UpdateInstructions(SubjectNumber(subject), {"follow"}, [&](HeadInstructions& instructions) {
    return AddRelation(instructions,
                       {.kind = RelationKind::kFollowTopic, .author = {}, .topic = TopicId(topic)});
  });
}

bool Follows(const FeatureStore& store, uint32_t subject, uint64_t topic) {
  const auto instructions = store.ReadInstructions(SubjectNumber(subject));
  return instructions.ok() &&
         std::any_of(instructions->relations.begin(), instructions->relations.end(),
                     [&](const Relation& relation) { return relation.topic == TopicId(topic); });
}

absl::Status SetPersonalize(FeatureStore& store, const Clock& clock, uint32_t subject, bool on) {
  return store.UpdateInstructions(SubjectNumber(subject), {"update-consent"},
                                  [&](HeadInstructions& instructions) {
                                    ConsentChange change;
                                    (on ? change.turn_on : change.turn_off).Add(Purpose::kPersonalize);
                                    change.policy_version = 1;
                                    instructions.consent = Apply(instructions.consent, change, clock.Now());
                                    return absl::OkStatus();
                                  });
}

bool Personalizes(const FeatureStore& store, uint32_t subject) {
  const auto instructions = store.ReadInstructions(SubjectNumber(subject));
  return instructions.ok() && instructions->consent.IsOn(Purpose::kPersonalize);
}

absl::Status Click(FeatureStore& store, const Clock& clock, uint32_t subject, uint64_t post) {
  SignalEvent event;
  event.post = PostId(post);
  event.kind = SignalKind::kClick;
  event.time = clock.Now();
  BAUTA_ASSIGN_OR_RETURN(const std::vector<RecordOutcome> outcomes,
                         store.Record(SubjectNumber(subject), {&event, 1}, std::nullopt));
  if (outcomes.size() == 1 &&
      (outcomes[0] == RecordOutcome::kRecorded || outcomes[0] == RecordOutcome::kAlreadyRecorded)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError("the click was not recorded");
}

std::vector<uint64_t> ClickedPosts(const FeatureStore& store, uint32_t subject) {
  std::vector<uint64_t> posts;
  const auto record = store.Export(SubjectNumber(subject));
  if (!record.ok()) return posts;
  for (const Interaction& interaction : record->interactions) posts.push_back(interaction.post.value());
  return posts;
}

absl::Status UpsertPost(FeatureStore& store, uint64_t post, uint64_t version) {
  Post value;
  value.id = PostId(post);
  value.version = version;
  value.author = AuthorNumber(1);
  value.review = ReviewState::kApproved;
  BAUTA_ASSIGN_OR_RETURN(const std::vector<UpsertOutcome> outcomes, store.UpsertPosts({&value, 1}));
  if (outcomes.size() == 1 && outcomes[0] == UpsertOutcome::kStored) return absl::OkStatus();
  return absl::FailedPreconditionError("stale");
}

bool PostIsLive(const FeatureStore& store, uint64_t post) {
  const auto found = store.ReadPost(PostId(post));
  return found.ok() && found->has_value();
}

bool IsUnknown(const FeatureStore& store, uint32_t subject) {
  const auto record = store.Export(SubjectNumber(subject));
  return record.ok() && record->head == Head() && record->interactions.empty() && record->states.empty() &&
         record->impressions.empty();
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void WriteAll(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void FlipBit(const std::string& path, uint64_t bit) {
  std::string bytes = ReadAll(path);
  bytes.at(bit / 8) = static_cast<char>(bytes.at(bit / 8) ^ (1 << (bit % 8)));
  WriteAll(path, bytes);
}

void CopyFolder(const std::string& from, const std::string& to) {
  fs::copy(from, to, fs::copy_options::recursive);
}

void ReplaceFolder(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  CopyFolder(from, to);
}

std::vector<std::string> FilesUnder(const std::string& directory, std::string_view suffix) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && entry.path().string().ends_with(suffix))
      paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> FilesThatHold(const std::string& directory, std::string_view needle) {
  std::vector<std::string> paths;
  for (const std::string& path : FilesUnder(directory)) {
    if (ReadAll(path).find(needle) != std::string::npos) paths.push_back(path);
  }
  return paths;
}

}  // namespace bauta::testing
