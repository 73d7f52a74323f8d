#include "service/page_token.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "service/validation.h"

namespace bauta {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kMinuteAt = 1;
constexpr size_t kSeedAt = kMinuteAt + 4;
constexpr size_t kCountAt = kSeedAt + 8;
constexpr size_t kShownAt = kCountAt + 2;
constexpr size_t kPlaintextSize = kShownAt + 4 * kFeedPostsMax;
static_assert(kPlaintextSize + kSivOverhead == kPageTokenSize);

using Plaintext = std::array<uint8_t, kPlaintextSize>;

void PutLittleEndian(uint64_t value, size_t size, uint8_t* out) {
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint64_t GetLittleEndian(const uint8_t* in, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= uint64_t{in[i]} << (8 * i);
  return value;
}

std::string_view View(const Plaintext& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The binding as bytes: the three associated data of the seal. On the stack: RankPosts asks for a seed in
// each call.
class BoundBytes {
 public:
  explicit BoundBytes(const FeedBinding& binding)
      : surface_(static_cast<char>(binding.surface.value())), request_(bauta::View(binding.request_hash)) {
    if (binding.subject) {
      Append(binding.subject_namespace.substr(0, subject_.size() - kCodeSize));
      Append(CodeAccess::View(*binding.subject));
    } else {
      Append("anonymous");
    }
  }
  std::string_view subject() const { return {subject_.data(), subject_size_}; }
  std::string_view surface() const { return {&surface_, 1}; }
  std::string_view request() const { return request_; }

 private:
  void Append(std::string_view bytes) {
    std::memcpy(subject_.data() + subject_size_, bytes.data(), bytes.size());
    subject_size_ += bytes.size();
  }

  std::array<char, 16 + kCodeSize> subject_;
  size_t subject_size_ = 0;
  char surface_;
  std::string_view request_;
};

absl::Status NotThisFeeds(const std::string& what) {
  return FieldError(
      "page_token",
      "empty, or next_page_token of the page before, for the same subject, surface and request,", what);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PageTokens>> PageTokens::Create(const KeyRing& keys, const Options& options) {
  if (options.age_max <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("age_max of page tokens: above 0 allowed, ",
                                                   absl::FormatDuration(options.age_max), " given"));
  }
  BAUTA_ASSIGN_OR_RETURN(std::unique_ptr<AesSiv> sealer,
                         AesSiv::Create(keys.DeriveSiv(KeyPurpose::kPageToken)));
  return std::unique_ptr<PageTokens>(new PageTokens(keys, options, std::move(sealer)));
}

PageTokens::PageTokens(const KeyRing& keys, const Options& options, std::unique_ptr<AesSiv> sealer)
    : options_(options), sealer_(std::move(sealer)), seed_(keys.Derive(KeyPurpose::kSeed)) {}

FeedPosition PageTokens::Start(const FeedBinding& binding, absl::Time now) const {
  FeedPosition position;
  position.start_minute = static_cast<uint32_t>(std::max<int64_t>(absl::ToUnixSeconds(now), 0) / 60);
  uint8_t minute[4];
  PutLittleEndian(position.start_minute, sizeof(minute), minute);
  const BoundBytes bound(binding);
  const Sha256Digest digest = seed_.Compute({bound.subject(),
                                             bound.surface(),
                                             bound.request(),
                                             {reinterpret_cast<const char*>(minute), sizeof(minute)}});
  position.seed = GetLittleEndian(digest.data(), 8);
  return position;
}

uint32_t PageTokens::PercentileOf(const FeedBinding& binding, uint64_t seed,
                                  std::string_view experiment) const {
  const BoundBytes bound(binding);
  uint8_t seed_bytes[8] = {};
  if (!binding.subject) PutLittleEndian(seed, sizeof(seed_bytes), seed_bytes);
  // No namespace begins like this: it is no seed of any feed.
  const Sha256Digest digest =
      seed_.Compute({"arm/",
                     experiment,
                     "/",
                     bound.subject(),
                     {reinterpret_cast<const char*>(seed_bytes), sizeof(seed_bytes)}});
  return static_cast<uint32_t>(GetLittleEndian(digest.data(), 8) % 100);
}

absl::Status PageTokens::Seal(const FeedBinding& binding, const FeedPosition& position,
                              std::string& token) const {
  if (position.shown.size() > kFeedPostsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a feed has at most ", kFeedPostsMax, " posts, ", position.shown.size(), " were shown"));
  }
  Plaintext plaintext{};
  plaintext[0] = kFormat;
  PutLittleEndian(position.start_minute, 4, &plaintext[kMinuteAt]);
  PutLittleEndian(position.seed, 8, &plaintext[kSeedAt]);
  PutLittleEndian(position.shown.size(), 2, &plaintext[kCountAt]);
  for (size_t i = 0; i < position.shown.size(); ++i) {
    PutLittleEndian(position.shown[i].value(), 4, &plaintext[kShownAt + 4 * i]);
  }
  token.resize(kPageTokenSize);
  const BoundBytes bound(binding);
  return sealer_->Seal({bound.subject(), bound.surface(), bound.request()}, View(plaintext),
                       {reinterpret_cast<uint8_t*>(token.data()), token.size()});
}

absl::StatusOr<FeedPosition> PageTokens::Open(const FeedBinding& binding, std::string_view token,
                                              absl::Time now) const {
  if (token.size() != kPageTokenSize) return NotThisFeeds(absl::StrCat(token.size(), " bytes"));
  Plaintext plaintext;
  const BoundBytes bound(binding);
  if (!sealer_->Open({bound.subject(), bound.surface(), bound.request()}, token, plaintext).ok()) {
    return NotThisFeeds("one made for another, or by nobody");
  }
  const size_t count = GetLittleEndian(&plaintext[kCountAt], 2);
  if (plaintext[0] != kFormat || count > kFeedPostsMax) return NotThisFeeds("one of another format");

  FeedPosition position;
  position.start_minute = static_cast<uint32_t>(GetLittleEndian(&plaintext[kMinuteAt], 4));
  if (now - absl::FromUnixSeconds(int64_t{position.start_minute} * 60) > options_.age_max) {
    return absl::FailedPreconditionError(absl::StrCat(
        "page_token: expired after ", absl::FormatDuration(options_.age_max), ", start again without it"));
  }
  position.seed = GetLittleEndian(&plaintext[kSeedAt], 8);
  position.shown.reserve(kFeedPostsMax);
  for (size_t i = 0; i < count; ++i) {
    position.shown.emplace_back(static_cast<uint32_t>(GetLittleEndian(&plaintext[kShownAt + 4 * i], 4)));
  }
  return position;
}

}  // namespace bauta
