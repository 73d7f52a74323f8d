// ExportLedger: what a subject was told to be remembered by, from the calls alone; the oracle of its export.
#ifndef BAUTA_TESTS_SERVICE_EXPORT_LEDGER_H_
#define BAUTA_TESTS_SERVICE_EXPORT_LEDGER_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "featurestore/records/ids.h"
#include "tests/service/calls.h"

namespace bauta::testing {

// Short ages, each its own: kinds in the order of their numbers, from so many days on.
inline constexpr int64_t kLedgerFirstAgeDays = 2;
inline constexpr char kLedgerAges[] = R"(retention {
  impression_days: 2 click_days: 3 view_days: 4 dwell_days: 5 share_days: 6 comment_days: 7 reply_days: 8
  search_days: 9 popup_days: 10 report_days: 11 like_days: 12 favorite_days: 13 })";

inline constexpr int kLedgerAuthors = 8;
inline std::string LedgerAuthor(uint64_t post) { return absl::StrCat("author-", post % kLedgerAuthors); }

class ExportLedger {
 public:
  using Act = std::tuple<uint64_t, int, uint32_t>;  // Post or topic, kind, hour.

  void Record(const v1::Interaction& event) {
    const auto kind = event.kind();
    if (!personalize_ || excluded_.contains(kind)) return;
    const auto hour = static_cast<uint32_t>(event.event_time().seconds() / 3600);
    const uint64_t target = event.has_topic_id() ? event.topic_id() : event.post_id();
    if (kind == v1::SIGNAL_KIND_IMPRESSION) {
      impressions_.emplace(target, hour);
    } else if (kind == v1::SIGNAL_KIND_LIKE || kind == v1::SIGNAL_KIND_FAVORITE) {
      if (event.taken_back()) {
        states_.erase({target, kind});
      } else {
        states_.try_emplace({target, kind}, hour);
      }
    } else {
      uint32_t& strength = acts_[{target, kind, hour}];
      strength = std::max(strength, event.strength());
    }
  }
  void Grant(v1::Purpose purpose, int64_t now) {
    // Rounded up to the hour where an event's hour alone must tell on which side of it the event lies.
    const bool by_hour = purpose == v1::PURPOSE_LEARN || purpose == v1::PURPOSE_CROWD;
    purposes_.try_emplace(purpose, by_hour ? (now + 3599) / 3600 * 3600 : now);
    policy_version_ = 1;
    if (purpose == v1::PURPOSE_PERSONALIZE) personalize_ = true;
  }
  void Withdraw(v1::Purpose purpose, int64_t now) {
    if (purposes_.erase(purpose) > 0) last_withdrawal_ = now;
    if (purpose != v1::PURPOSE_PERSONALIZE) return;
    personalize_ = false;
    acts_.clear();
    states_.clear();
    impressions_.clear();
  }
  void WithdrawAll(int64_t now) {
    for (int purpose = 1; purpose <= 5; ++purpose) Withdraw(static_cast<v1::Purpose>(purpose), now);
  }
  // Drops what is too old.
  void Expire(int64_t now) {
    const auto expired = [&](int kind, uint32_t hour) {
      return now / 3600 - int64_t{hour} > 24 * (int64_t{kind} + kLedgerFirstAgeDays - 1);
    };
    std::erase_if(acts_, [&](const auto& entry) {
      return expired(std::get<1>(entry.first), std::get<2>(entry.first));
    });
    std::erase_if(states_, [&](const auto& entry) { return expired(entry.first.second, entry.second); });
    std::erase_if(impressions_,
                  [&](const auto& entry) { return expired(v1::SIGNAL_KIND_IMPRESSION, entry.second); });
  }
  void Exclude(v1::SignalKind kind) {
    excluded_.insert(kind);
    std::erase_if(acts_, [&](const auto& entry) { return std::get<1>(entry.first) == kind; });
    std::erase_if(states_, [&](const auto& entry) { return entry.first.second == kind; });
    if (kind == v1::SIGNAL_KIND_IMPRESSION) impressions_.clear();
  }
  void Readmit(v1::SignalKind kind) { excluded_.erase(kind); }

  void Dismiss(uint64_t post, v1::DismissReason reason, uint32_t hour) {
    const std::string target =
        reason == v1::DISMISS_REASON_BLOCK_AUTHOR ? LedgerAuthor(post) : absl::StrCat(post);
    const auto [found, added] = dismissals_.try_emplace({reason, target}, X{post, hour, 1});
    X& x = found->second;
    if (added || (x.post == post && x.hour == hour)) return;
    x = {post, hour, x.repeats + 1};
  }
  // UNSPECIFIED: whatever the reason.
  void Undo(uint64_t post, v1::DismissReason reason) {
    std::erase_if(dismissals_, [&](const auto& entry) {
      return entry.second.post == post &&
             (reason == v1::DISMISS_REASON_UNSPECIFIED || entry.first.first == reason);
    });
  }
  void Relate(v1::RelationKind kind, const std::string& author, bool taken_back) {
    if (taken_back) {
      relations_.erase({kind, author});
      return;
    }
    if (kind == v1::RELATION_KIND_FOLLOW) {
      relations_.erase({v1::RELATION_KIND_BLOCK, author});
      relations_.erase({v1::RELATION_KIND_MUTE, author});
    } else {
      relations_.erase({v1::RELATION_KIND_FOLLOW, author});
    }
    relations_.insert({kind, author});
  }

  void Prefer(const std::vector<uint64_t>& topics, const std::string& language) {
    for (uint64_t topic : topics) {
      if (!declared_.contains(topic)) deleted_tags_.erase(topic);
    }
    declared_ = std::set<uint64_t>(topics.begin(), topics.end());
    language_ = language;
  }
  void DeleteTag(uint64_t topic) { deleted_tags_.insert(topic); }
  // Returns how many go.
  uint32_t Delete(uint64_t post) {
    const size_t before = acts_.size() + states_.size() + impressions_.size();
    std::erase_if(acts_, [&](const auto& entry) {
      return std::get<0>(entry.first) == post && std::get<1>(entry.first) != v1::SIGNAL_KIND_SEARCH;
    });
    std::erase_if(states_, [&](const auto& entry) { return entry.first.first == post; });
    std::erase_if(impressions_, [&](const auto& entry) { return entry.first == post; });
    return static_cast<uint32_t>(before - acts_.size() - states_.size() - impressions_.size());
  }

  // One line a fact, sorted.
  std::vector<std::string> Lines(Calls& calls) const {
    std::vector<std::string> lines;
    for (const auto& [act, strength] : acts_) {
      lines.push_back(absl::StrCat("act ", std::get<0>(act), " ", std::get<1>(act), " ", std::get<2>(act),
                                   " ", strength));
    }
    for (const auto& [state, hour] : states_) {
      lines.push_back(absl::StrCat("act ", state.first, " ", state.second, " ", hour, " 0"));
    }
    for (const auto& [post, hour] : impressions_) {
      lines.push_back(absl::StrCat("impression ", PostFingerprint::Of(PostId(post)).value(), " ", hour));
    }
    for (const auto& [key, x] : dismissals_) {
      lines.push_back(absl::StrCat("x ", key.first, " ", x.post, " ", x.hour, " ", x.repeats));
    }
    for (const auto& [kind, author] : relations_) {
      const bool is_topic = author.find("author-") == std::string::npos;
      lines.push_back(absl::StrCat("relation ", kind, " ", is_topic ? author : calls.AuthorCodeOf(author)));
    }
    for (const auto& [purpose, since] : purposes_) {
      lines.push_back(absl::StrCat("purpose ", purpose, " since ", since));
    }
    lines.push_back(absl::StrCat("policy ", policy_version_));
    if (last_withdrawal_ != 0) lines.push_back(absl::StrCat("withdrew ", last_withdrawal_));
    for (int kind : excluded_) lines.push_back(absl::StrCat("excluded ", kind));
    for (uint64_t topic : declared_) lines.push_back(absl::StrCat("declared ", topic));
    for (uint64_t topic : deleted_tags_) lines.push_back(absl::StrCat("deleted tag ", topic));
    if (!language_.empty()) lines.push_back("reads " + language_);
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  struct X {
    uint64_t post;
    uint32_t hour;
    uint32_t repeats;
  };
  bool personalize_ = false;
  std::map<int, int64_t> purposes_;
  int policy_version_ = 0;
  int64_t last_withdrawal_ = 0;  // 0: never.
  std::set<int> excluded_;
  std::map<Act, uint32_t> acts_;
  std::map<std::pair<uint64_t, int>, uint32_t> states_;
  std::set<std::pair<uint64_t, uint32_t>> impressions_;
  std::map<std::pair<int, std::string>, X> dismissals_;
  std::set<std::pair<int, std::string>> relations_;
  std::set<uint64_t> declared_;
  std::set<uint64_t> deleted_tags_;
  std::string language_;
};

inline std::vector<std::string> LinesOf(const Exported& exported) {
  const auto hour = [](const google::protobuf::Timestamp& time) {
    EXPECT_EQ(time.seconds() % 3600, 0);
    return time.seconds() / 3600;
  };
  std::vector<std::string> lines;
  for (const v1::StoredInteraction& act : exported.interactions) {
    const uint64_t target = act.has_topic_id() ? act.topic_id() : act.post_id();
    lines.push_back(
        absl::StrCat("act ", target, " ", act.kind(), " ", hour(act.event_time()), " ", act.strength()));
    EXPECT_EQ(act.surface(), "local");
  }
  for (const v1::StoredImpression& impression : exported.impressions) {
    lines.push_back(
        absl::StrCat("impression ", impression.post_fingerprint(), " ", hour(impression.event_time())));
  }
  for (const v1::Dismissal& x : exported.dismissals) {
    lines.push_back(
        absl::StrCat("x ", x.reason(), " ", x.post_id(), " ", hour(x.dismiss_time()), " ", x.repeat_count()));
  }
  for (const v1::Relation& relation : exported.relations) {
    lines.push_back(absl::StrCat("relation ", relation.kind(), " ", relation.author().author_code(),
                                 relation.topic_id() != 0 ? absl::StrCat(relation.topic_id()) : ""));
  }
  for (const v1::PurposeConsent& consent : exported.consent.purposes()) {
    lines.push_back(absl::StrCat("purpose ", consent.purpose(), " since ", consent.since_time().seconds()));
  }
  lines.push_back(absl::StrCat("policy ", exported.consent.policy_version()));
  if (exported.consent.has_last_withdrawal_time()) {
    lines.push_back(absl::StrCat("withdrew ", exported.consent.last_withdrawal_time().seconds()));
  }
  for (int kind : exported.consent.excluded_kinds()) lines.push_back(absl::StrCat("excluded ", kind));
  const v1::Preferences& preferences = exported.choices.preferences();
  for (uint64_t topic : preferences.declared_topic_ids()) lines.push_back(absl::StrCat("declared ", topic));
  for (const std::string& language : preferences.languages()) lines.push_back("reads " + language);
  for (uint64_t topic : exported.choices.deleted_topic_ids()) {
    lines.push_back(absl::StrCat("deleted tag ", topic));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_SERVICE_EXPORT_LEDGER_H_
