#include "service/model_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "service/log.h"

namespace bauta {
namespace {

constexpr char kActiveName[] = "active";
constexpr size_t kRefusalSizeMax = 512;
constexpr size_t kActiveSizeMax = 2 * kModelVersionSizeMax + 8;

bool MayBeSnapshot(const std::string& name) {
  return name != kActiveName && !absl::StartsWith(name, ".") && !absl::EndsWith(name, ".tmp");
}

absl::Status SystemError(const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", std::strerror(errno)));
}

// An open file that closes itself.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  const int value_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ModelStore>> ModelStore::Open(const Options& options, FileSystem& files) {
  BAUTA_RETURN_IF_ERROR(files.CreateDirectories(options.directory));
  return std::unique_ptr<ModelStore>(new ModelStore(options, files));
}

std::optional<ModelStore::Stamp> ModelStore::StampOf(const std::string& path) {
  struct stat attributes;
  if (::lstat(path.c_str(), &attributes) != 0 || !S_ISREG(attributes.st_mode)) return std::nullopt;
  return Stamp{static_cast<uint64_t>(attributes.st_ino), static_cast<uint64_t>(attributes.st_size),
               int64_t{attributes.st_mtim.tv_sec} * 1'000'000'000 + attributes.st_mtim.tv_nsec};
}

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> ModelStore::Map(const std::string& path) const {
  const Descriptor file(path);
  struct stat attributes;
  if (file.value() < 0 || ::fstat(file.value(), &attributes) != 0) return SystemError(path);
  const auto size = static_cast<size_t>(attributes.st_size);
  if (size == 0) return absl::DataLossError("the file is empty");
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (memory == MAP_FAILED) return SystemError(path);
  ::madvise(memory, size, MADV_WILLNEED);
  const std::shared_ptr<const void> keeper(memory, [size](void* mapping) { ::munmap(mapping, size); });
  return ModelSnapshot::Parse(std::span(static_cast<const std::byte*>(memory), size), keeper);
}

absl::Status ModelStore::CheckPolicy(const ModelSnapshot::Manifest& manifest) const {
  if (manifest.region != options_.region) {
    return absl::FailedPreconditionError(
        absl::StrCat("region ", options_.region, " allowed, the model is of ", manifest.region));
  }
  if (manifest.crowd_min == 0) {
    return absl::FailedPreconditionError(
        "the model was trained without the gate (crowd_min 0): single readers may show in it");
  }
  if (manifest.crowd_min < options_.crowd_min) {
    return absl::FailedPreconditionError(absl::StrCat("crowd_min of at least ", options_.crowd_min,
                                                      " allowed, the model has ", manifest.crowd_min));
  }
  return absl::OkStatus();
}

ModelStore::Entry ModelStore::Examine(const std::string& name,
                                      std::shared_ptr<const ModelSnapshot>* model) const {
  Entry entry;
  entry.version = name;
  absl::StatusOr<std::shared_ptr<const ModelSnapshot>> mapped =
      Map(absl::StrCat(options_.directory, "/", name));
  absl::Status status = mapped.status();
  if (mapped.ok()) {
    entry.manifest = (*mapped)->manifest();
    entry.version = entry.manifest.version;
    entry.dimension = (*mapped)->dimension();
    entry.post_count = (*mapped)->posts().size();
    status = CheckPolicy(entry.manifest);
    if (model != nullptr) *model = *std::move(mapped);
  }
  if (!status.ok()) {
    entry.state = State::kRefused;
    entry.refusal = std::string(status.message().substr(0, kRefusalSizeMax));
  }
  return entry;
}

absl::Status ModelStore::Rescan() {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(options_.directory));
  std::map<std::string, Known> present;
  for (const std::string& name : names) {
    if (!MayBeSnapshot(name)) continue;
    const std::optional<Stamp> stamp = StampOf(absl::StrCat(options_.directory, "/", name));
    if (!stamp) continue;
    const auto found = known_.find(name);
    if (found != known_.end() && found->second.stamp == *stamp) {
      present.insert(*found);
    } else {
      present.emplace(name, Known{*stamp, Examine(name, nullptr)});
    }
  }
  known_ = std::move(present);
  return absl::OkStatus();
}

void ModelStore::MarkExpired(Entry& entry, absl::Time now) const {
  if (entry.state != State::kReady || now < entry.manifest.train_begin_time + options_.model_age_max) return;
  entry.state = State::kExpired;
  entry.refusal =
      absl::StrCat("its training began ", absl::FormatDuration(now - entry.manifest.train_begin_time),
                   " ago, model_age_max is ", absl::FormatDuration(options_.model_age_max));
}

absl::StatusOr<std::vector<ModelStore::Entry>> ModelStore::List(absl::Time now) {
  const std::lock_guard lock(mutex_);
  BAUTA_RETURN_IF_ERROR(Rescan());
  std::vector<Entry> entries;
  entries.reserve(known_.size());
  for (const auto& [name, known] : known_) {
    entries.push_back(known.entry);
    MarkExpired(entries.back(), now);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.manifest.train_begin_time > b.manifest.train_begin_time;
  });
  if (entries.size() > kModelsListedMax) entries.resize(kModelsListedMax);
  return entries;
}

absl::StatusOr<std::shared_ptr<const ModelSnapshot>> ModelStore::Load(const std::string& version,
                                                                      absl::Time now) {
  const std::lock_guard lock(mutex_);
  BAUTA_RETURN_IF_ERROR(Rescan());
  for (auto& [name, known] : known_) {
    if (known.entry.version != version) continue;
    // Examined anew: damage after the first look may change neither size nor time.
    std::shared_ptr<const ModelSnapshot> model;
    known.entry = Examine(name, &model);
    if (known.entry.state == State::kReady && known.entry.version != version) continue;
    Entry entry = known.entry;
    MarkExpired(entry, now);
    if (entry.state == State::kReady) return model;
    return absl::FailedPreconditionError(absl::StrCat("model ", version, " is refused: ", entry.refusal));
  }
  return absl::NotFoundError(absl::StrCat("model_version: a version that ListModels gives is allowed, \"",
                                          version, "\" is not there"));
}

absl::StatusOr<std::vector<std::string>> ModelStore::ReadActive() const {
  const absl::StatusOr<std::string> text =
      ReadFile(files_, absl::StrCat(options_.directory, "/", kActiveName), kActiveSizeMax);
  if (absl::IsNotFound(text.status())) return std::vector<std::string>();
  if (!text.ok()) return text.status();
  return std::vector<std::string>(absl::StrSplit(*text, '\n', absl::SkipEmpty()));
}

absl::StatusOr<std::string> ModelStore::Active() const {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadActive());
  return lines.empty() ? std::string() : lines[0];
}

absl::StatusOr<ModelStore::CanaryChoice> ModelStore::ActiveCanary() const {
  BAUTA_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadActive());
  CanaryChoice canary;
  if (lines.size() < 2) return canary;
  const std::pair<std::string, std::string> words = absl::StrSplit(lines[1], absl::MaxSplits(' ', 1));
  canary.version = words.first;
  if (!absl::SimpleAtoi(words.second, &canary.percent) || canary.percent < 1 || canary.percent > 99) {
    return absl::DataLossError("the second line of `active` is not VERSION PERCENT");
  }
  return canary;
}

absl::Status ModelStore::SetActive(const std::string& version, const CanaryChoice& canary) {
  std::string text = absl::StrCat(version, "\n");
  if (!canary.version.empty()) absl::StrAppend(&text, canary.version, " ", canary.percent, "\n");
  return WriteFileAtomically(files_, absl::StrCat(options_.directory, "/", kActiveName), text);
}

}  // namespace bauta
