#include "bench/load/load_world.h"

#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "base/strings.h"
#include "bauta/v1/feed_service.pb.h"
#include "bench/made_up.h"
#include "featurestore/store/feature_store.h"
#include "privacy/consent.h"
#include "privacy/hash.h"
#include "privacy/key_ring.h"
#include "privacy/pseudonymizer.h"
#include "privacy/random_source.h"

namespace bauta::bench {
namespace {

constexpr size_t kPostsPerBatch = 1000;

class LoadWorldMaker {
 public:
  LoadWorldMaker(const LoadWorldOptions& options, std::string directory)
      : options_(options),
        directory_(std::move(directory)),
        files_(PosixFileSystem()),
        now_(absl::Now()),
        clock_(now_ - kHistoryAge - absl::Hours(48)),
        random_(options.seed) {}

  absl::Status WriteKeysAndConfig() {
    BAUTA_RETURN_IF_ERROR(files_.CreateDirectories(Path("data/models")));
    BAUTA_RETURN_IF_ERROR(InitKeys(files_, Path("data/keys"), SystemRandom(), clock_.Now()));
    uint8_t secret[32];
    BAUTA_RETURN_IF_ERROR(SystemRandom().Fill(secret));
    world_.token =
        absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(secret), sizeof(secret)));
    const Sha256Digest digest = Sha256(world_.token);
    BAUTA_RETURN_IF_ERROR(WriteFileAtomically(
        files_, Path("tokens"), absl::StrCat(absl::BytesToHexString(ToAbsl(View(digest))), " feed load\n")));
    world_.store_directory = Path("data");
    world_.config_path = Path("bautad.conf");
    world_.socket_path = Path("rank.sock");
    // No view cache: the bar is for a subject who was not seen in the last minute, and here every call is.
    return WriteFileAtomically(
        files_, world_.config_path,
        absl::StrCat("listen { address: '127.0.0.1:0' plaintext: true unix_socket: 'rank.sock' }\n",
                     "access { token_file: 'tokens' }\n", "store { directory: 'data' region: '", kRegion,
                     "' view_cache_mib: 0 }\n"));
  }

  absl::Status WriteModelAndPosts() {
    testing::World made = MakeCatalogue(options_.posts, options_.dimension, now_, options_.seed);
    world_.stride = RowStride(options_.dimension);
    {
      BAUTA_ASSIGN_OR_RETURN(const std::string bytes, EncodeSnapshot(made.parameters));
      BAUTA_RETURN_IF_ERROR(
          WriteFileAtomically(files_, Path(absl::StrCat("data/models/", kModelVersion)), bytes));
    }
    BAUTA_RETURN_IF_ERROR(
        WriteFileAtomically(files_, Path("data/models/active"), absl::StrCat(kModelVersion, "\n")));
    made.parameters = ModelParameters();
    for (size_t begin = 0; begin < made.posts.size(); begin += kPostsPerBatch) {
      const size_t count = std::min(kPostsPerBatch, made.posts.size() - begin);
      BAUTA_RETURN_IF_ERROR(store_->UpsertPosts(std::span(made.posts).subspan(begin, count)).status());
    }
    return absl::OkStatus();
  }

  absl::Status OpenStore() {
    BAUTA_ASSIGN_OR_RETURN(KeyRing keys, KeyRing::Open(files_, Path("data/keys")));
    keys_ = std::make_unique<KeyRing>(std::move(keys));
    BAUTA_ASSIGN_OR_RETURN(codes_, Pseudonymizer::Create(*keys_));
    FeatureStore::Options options;
    options.directory = Path("data");
    options.region = kRegion;
    options.create = true;
    BAUTA_ASSIGN_OR_RETURN(store_, FeatureStore::Open(options, *keys_, clock_, files_));
    return absl::OkStatus();
  }

  absl::Status WriteSubjects() {
    for (size_t subject = 0; subject < options_.subjects; ++subject) {
      BAUTA_RETURN_IF_ERROR(store_->UpdateInstructions(
          CodeOf(subject), {.what = "load-world"}, [&](HeadInstructions& instructions) {
            instructions = MakeInstructions(clock_.Now(), options_.posts, random_);
            return absl::OkStatus();
          }));
    }
    clock_.Set(now_);
    for (size_t subject = 0; subject < options_.subjects; ++subject) {
      const std::vector<SignalEvent> events =
          MakeEvents(now_, options_.posts, options_.interactions, random_);
      std::span<const SignalEvent> rest(events);
      for (size_t size : FrameSizes(events.size())) {
        BAUTA_RETURN_IF_ERROR(store_->Record(CodeOf(subject), rest.first(size), std::nullopt).status());
        rest = rest.subspan(size);
      }
    }
    for (size_t size : FrameSizes(options_.interactions)) {
      world_.sealed_values.push_back(SealedFrameBytes(size));
      world_.history_row_bytes += world_.sealed_values.back();
    }
    world_.sealed_values.push_back(SealedHeadBytes());
    return absl::OkStatus();
  }

  void MakeRequests() {
    for (size_t subject = 0; subject < options_.subjects; ++subject) {
      v1::RankPostsRequest request;
      request.mutable_visit()->mutable_subject()->set_account_id(AccountIdOf(subject));
      request.set_limit(static_cast<uint32_t>(options_.limit));
      for (uint64_t id : DrawPosts(options_.posts, options_.candidates, options_.popular_first, random_)) {
        request.add_post_ids(id);
      }
      world_.requests.push_back(request.SerializeAsString());
      v1::GetFeedRequest feed_request;
      *feed_request.mutable_visit() = request.visit();
      feed_request.set_page_size(request.limit());
      world_.feed_requests.push_back(feed_request.SerializeAsString());
    }
  }

  LoadWorld Finish() {
    store_.reset();
    return std::move(world_);
  }

 private:
  std::string Path(const std::string& name) const { return absl::StrCat(directory_, "/", name); }

  Pseudonym CodeOf(size_t subject) const {
    // Never too long.
    absl::StatusOr<RawSubject> raw = RawSubject::Create(SubjectNamespace::kAccount, AccountIdOf(subject));
    return codes_->ToPseudonym(*std::move(raw));
  }

  const LoadWorldOptions options_;
  const std::string directory_;
  FileSystem& files_;
  const absl::Time now_;
  SimulatedClock clock_;
  std::mt19937_64 random_;
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<Pseudonymizer> codes_;
  std::unique_ptr<FeatureStore> store_;
  LoadWorld world_;
};

}  // namespace

std::string AccountIdOf(size_t subject) { return absl::StrCat("load-", subject); }

absl::StatusOr<LoadWorld> MakeLoadWorld(const LoadWorldOptions& options, const std::string& directory,
                                        absl::FunctionRef<void(const std::string&)> progress) {
  LoadWorldMaker maker(options, directory);
  BAUTA_RETURN_IF_ERROR(maker.WriteKeysAndConfig());
  BAUTA_RETURN_IF_ERROR(maker.OpenStore());
  progress(absl::StrCat("a model and a catalogue of ", options.posts, " posts"));
  BAUTA_RETURN_IF_ERROR(maker.WriteModelAndPosts());
  progress(
      absl::StrCat(options.subjects, " subjects with ", options.interactions, " interactions each, sealed"));
  BAUTA_RETURN_IF_ERROR(maker.WriteSubjects());
  maker.MakeRequests();
  return maker.Finish();
}

}  // namespace bauta::bench
