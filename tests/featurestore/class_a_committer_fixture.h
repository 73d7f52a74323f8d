// A committer over real key files and a real log, in files that crash when told to, and a database that fails
// when told to.
#ifndef BAUTA_TESTS_FEATURESTORE_CLASS_A_COMMITTER_FIXTURE_H_
#define BAUTA_TESTS_FEATURESTORE_CLASS_A_COMMITTER_FIXTURE_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "featurestore/store/class_a_committer.h"
#include "rocksdb/write_batch.h"
#include "tests/featurestore/rights_log_fixture.h"

namespace bauta::testing {

// A database of one map, that fails when told to and can be held up.
class MapDatabase {
 public:
  ClassACommitter::Database Interface() {
    return {
        .put_last_sequence = [](uint64_t sequence,
                                rocksdb::WriteBatch& batch) { batch.Put("last", absl::StrCat(sequence)); },
        .write = [this](rocksdb::WriteBatch& batch) { return Write(batch); }};
  }

  void SetFull(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  void Hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void Release() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  void AwaitHeldWrite() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }
  std::map<std::string, std::string> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  int writes() const {
    const std::lock_guard lock(mutex_);
    return writes_;
  }

 private:
  class Copier : public rocksdb::WriteBatch::Handler {
   public:
    explicit Copier(std::map<std::string, std::string>& rows) : rows_(rows) {}
    void Put(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
      rows_[key.ToString()] = value.ToString();
    }

   private:
    std::map<std::string, std::string>& rows_;
  };

  absl::Status Write(rocksdb::WriteBatch& batch) {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    waiting_ = false;
    if (full_) return absl::ResourceExhaustedError("no space left on device");
    Copier copier(rows_);
    EXPECT_TRUE(batch.Iterate(&copier).ok());
    ++writes_;
    return absl::OkStatus();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool full_ = false;
  bool held_ = false;
  bool waiting_ = false;
  int writes_ = 0;
  std::map<std::string, std::string> rows_;
};

class ClassACommitterFixture : public RightsLogFixture {
 protected:
  ClassACommitterFixture() { Start(); }

  // A whole new process over whatever the files hold.
  void Start() {
    committer_ = nullptr;
    OpenHead();
    absl::Status opened = OpenLog();
    if (absl::IsNotFound(opened)) {
      CreateLog();
    } else {
      ASSERT_TRUE(opened.ok()) << opened;
    }
    auto keys = SubjectKeys::Open(files_, random_,
                                  {.directory = kKeys, .file_number = head_->values().subjects_file});
    ASSERT_TRUE(keys.ok()) << keys.status();
    keys_ = *std::move(keys);
    auto ring = KeyRing::Open(files_, kKeys);
    ASSERT_TRUE(ring.ok()) << ring.status();
    sealer_ = std::make_unique<RightsLogSealer>(*ring, *keys_, random_);
    ClassACommitter::Options options;
    options.stop_process = [this](const absl::Status& reason) {
      const std::lock_guard lock(stop_mutex_);
      stopped_ = reason;
    };
    committer_ =
        std::make_unique<ClassACommitter>(options, database_.Interface(), *log_, *sealer_, *keys_, *head_);
  }

  // Not known to the test while the committer runs: asked after it answered.
  absl::Status stopped() {
    const std::lock_guard lock(stop_mutex_);
    return stopped_;
  }

  ClassAChange Act(std::string what) {
    ClassAChange change;
    change.type = RightsEntryType::kAdministrativeAct;
    change.payload = what;
    change.write_rows = [what](uint64_t sequence, rocksdb::WriteBatch& batch) {
      batch.Put(what, absl::StrCat(sequence));
      return absl::OkStatus();
    };
    return change;
  }

  // Gives a subject a head slot, or, where it has one, a new one in place of the old.
  ClassAChange State(const std::string& subject, std::optional<SlotRef> old = std::nullopt) {
    ClassAChange change = Act(subject);
    change.type = RightsEntryType::kSubjectState;
    const auto slot = keys_->Create();
    EXPECT_TRUE(slot.ok()) << slot.status();
    change.slot = slot.value_or(SlotRef{});
    change.created = {change.slot};
    if (old.has_value()) change.destroyed = {*old};
    return change;
  }

  void AwaitWaiting(uint64_t calls) {
    while (committer_->statistics().waiting < calls) std::this_thread::yield();
  }

  std::vector<std::string> Payloads() {
    std::vector<std::string> payloads;
    EXPECT_TRUE(log_->ForEachAfter(0,
                                   [&](const RightsEntry& entry) {
                                     const auto payload = sealer_->Unseal(entry);
                                     EXPECT_TRUE(payload.ok()) << payload.status();
                                     payloads.push_back(payload.ok() && *payload ? **payload : "dead");
                                     return absl::OkStatus();
                                   })
                    .ok());
    return payloads;
  }

  MapDatabase database_;
  std::unique_ptr<SubjectKeys> keys_;
  std::unique_ptr<RightsLogSealer> sealer_;
  std::mutex stop_mutex_;
  absl::Status stopped_;
  std::unique_ptr<ClassACommitter> committer_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_CLASS_A_COMMITTER_FIXTURE_H_
