// feed, rank, why: what a subject sees, and why.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "bauta/v1/feed_service.grpc.pb.h"
#include "tools/cli/commands.h"
#include "tools/cli/feed_flags.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"
#include "tools/cli/record_parser.h"

namespace bauta {
namespace {

using Stub = v1::FeedService::Stub;

struct TermColumn {
  const char* name;
  const google::protobuf::RepeatedField<float>& (v1::ScoreTermColumns::*values)() const;
};

const std::vector<TermColumn>& TermColumns() {
  static const auto& columns =
      *new std::vector<TermColumn>{{"taste", &v1::ScoreTermColumns::taste},
                                   {"locality", &v1::ScoreTermColumns::locality},
                                   {"freshness", &v1::ScoreTermColumns::freshness},
                                   {"popularity", &v1::ScoreTermColumns::popularity},
                                   {"follow", &v1::ScoreTermColumns::follow},
                                   {"caller", &v1::ScoreTermColumns::caller},
                                   {"fatigue", &v1::ScoreTermColumns::fatigue},
                                   {"dismissal", &v1::ScoreTermColumns::dismissal},
                                   {"exploration", &v1::ScoreTermColumns::exploration}};
  return columns;
}

// Those in which some post has a term.
std::vector<TermColumn> TermColumnsOf(const v1::RankedFeed& feed) {
  std::vector<TermColumn> used;
  for (const TermColumn& column : TermColumns()) {
    const auto& values = (feed.score_terms().*column.values)();
    if (std::any_of(values.begin(), values.end(), [](float value) { return value != 0; }))
      used.push_back(column);
  }
  return used;
}

// "-" where no one reason stands out.
std::string ReasonText(int reason) {
  return reason == v1::FEED_REASON_UNSPECIFIED ? "-" : ShortEnumName(v1::FeedReason_descriptor(), reason);
}

void PrintFeed(const v1::RankedFeed& feed, size_t first_rank) {
  std::vector<std::string> header = {"#", "post", "score", "because"};
  const std::vector<TermColumn> terms = TermColumnsOf(feed);
  for (const TermColumn& column : terms) header.emplace_back(column.name);
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < feed.post_ids_size(); ++i) {
    rows.push_back({absl::StrCat(first_rank + static_cast<size_t>(i)), absl::StrCat(feed.post_ids(i)),
                    i < feed.scores_size() ? absl::StrFormat("%.3f", feed.scores(i)) : "",
                    i < feed.reasons_size() ? ReasonText(feed.reasons(i)) : ""});
    for (const TermColumn& column : terms) {
      const auto& values = (feed.score_terms().*column.values)();
      rows.back().push_back(i < values.size() ? ShortTerm(values.Get(i)) : "");
    }
  }
  PrintTable(header, rows);

  std::string trace =
      absl::StrCat(feed.trace().candidate_count(), " candidates, ", feed.trace().kept_count(), " kept");
  for (const v1::RemovedCount& removed : feed.trace().removed()) {
    absl::StrAppend(&trace, ", ", removed.count(), " ",
                    ShortEnumName(v1::RemovalReason_descriptor(), removed.reason()));
  }
  std::printf("%s\nmodel %s%s", trace.c_str(),
              feed.model_version().empty() ? "none" : feed.model_version().c_str(),
              feed.end_of_feed() ? ", end of the feed" : "");
  if (!feed.experiment_arm().empty()) std::printf(", arm %s", feed.experiment_arm().c_str());
  for (const int reason : feed.degraded()) {
    std::printf(", degraded: %s", ShortEnumName(v1::DegradedReason_descriptor(), reason).c_str());
  }
  std::printf("\n");
}

absl::Status Feed(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::FeedService::NewStub(connection->channel());
  v1::GetFeedRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_visit(), VisitByFlags());
  request.set_page_size(absl::GetFlag(FLAGS_limit));
  BAUTA_RETURN_IF_ERROR(SetPostsByFlags(request));
  request.set_include_score_terms(absl::GetFlag(FLAGS_terms));
  size_t rank = 1;
  for (uint32_t page = 0; page < absl::GetFlag(FLAGS_pages); ++page) {
    BAUTA_ASSIGN_OR_RETURN(const v1::GetFeedResponse response,
                           connection->Call(*stub, &Stub::GetFeed, request));
    if (absl::GetFlag(FLAGS_json)) {
      PrintJson(response);
    } else {
      PrintFeed(response.feed(), rank);
    }
    rank += static_cast<size_t>(response.feed().post_ids_size());
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  return absl::OkStatus();
}

absl::Status Rank(const Arguments& posts) {
  if (posts.empty()) return absl::InvalidArgumentError("which posts? Give their ids");
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::FeedService::NewStub(connection->channel());
  v1::RankPostsRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_visit(), VisitByFlags());
  for (const std::string& post : posts) {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId("post", post));
    request.add_post_ids(id);
  }
  request.set_limit(absl::GetFlag(FLAGS_limit));
  request.set_include_score_terms(absl::GetFlag(FLAGS_terms));
  BAUTA_ASSIGN_OR_RETURN(const v1::RankPostsResponse response,
                         connection->Call(*stub, &Stub::RankPosts, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else {
    PrintFeed(response.feed(), 1);
  }
  return absl::OkStatus();
}

std::string Describe(const v1::TasteShare& share) {
  if (share.has_dismissal()) {
    return absl::StrCat("X on post ", share.dismissal().post_id(), ", ",
                        ShortEnumName(v1::DismissReason_descriptor(), share.dismissal().reason()));
  }
  const v1::StoredInteraction& act = share.interaction();
  return absl::StrCat(
      ShortEnumName(v1::SignalKind_descriptor(), act.kind()), " of ",
      act.has_topic_id() ? absl::StrCat("topic ", act.topic_id()) : absl::StrCat("post ", act.post_id()),
      ", ", ShortTime(act.event_time(), act.has_event_time()));
}

void PrintExplanation(const v1::ExplainPostResponse& response) {
  const bool has_reason = response.reason() != v1::FEED_REASON_UNSPECIFIED;
  std::printf("score %.3f%s%s\n", response.score(), has_reason ? ", because " : "",
              has_reason ? ReasonText(response.reason()).c_str() : "");
  if (response.removal_reason() != v1::REMOVAL_REASON_UNSPECIFIED) {
    std::printf("not shown: %s\n",
                ShortEnumName(v1::RemovalReason_descriptor(), response.removal_reason()).c_str());
  }
  std::vector<std::vector<std::string>> rows;
  const auto* descriptor = v1::ScoreTerms::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const float value =
        response.score_terms().GetReflection()->GetFloat(response.score_terms(), descriptor->field(i));
    if (value != 0) rows.push_back({descriptor->field(i)->name(), ShortTerm(value)});
  }
  PrintTable({"term", "value"}, rows);
  rows.clear();
  for (const v1::TasteShare& share : response.taste_shares())
    rows.push_back({Describe(share), ShortTerm(share.share())});
  if (response.other_share() != 0)
    rows.push_back({"what the subject did, not named", ShortTerm(response.other_share())});
  if (rows.empty() && response.prior_share() == 0) return;  // Without a model there is no taste.
  rows.push_back({"nothing that the subject did", ShortTerm(response.prior_share())});
  std::printf("\n");
  PrintTable({"taste comes from", "share"}, rows);
}

absl::Status Why(const Arguments& arguments) {
  if (arguments.size() != 1) return absl::InvalidArgumentError("which post? Give one id");
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::FeedService::NewStub(connection->channel());
  v1::ExplainPostRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_visit(), VisitByFlags());
  BAUTA_ASSIGN_OR_RETURN(const uint64_t post, ParseId("post", arguments[0]));
  request.set_post_id(post);
  request.set_name_history(absl::GetFlag(FLAGS_history));
  absl::StatusOr<v1::ExplainPostResponse> response =
      request.name_history() ? connection->RightsCall(*stub, &Stub::ExplainPost, request,
                                                      request.visit().subject(), RightsGroup::kExplain)
                             : connection->Call(*stub, &Stub::ExplainPost, request);
  if (!response.ok()) return response.status();
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(*response);
  } else {
    PrintExplanation(*response);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> FeedCommands() {
  return {
      {"feed",
       "--account=ID [--surface=home] [--ip=ADDRESS] [--limit=20] [--pages=1] [--terms] [--like=POST,…] "
       "[--without=POST,…] [--topics=ID,…] [--not_topics=ID,…] [--languages=TAG,…] [--not_languages=TAG,…] "
       "[--authors=ID,…] [--not_authors=ID,…] [--followed] [--hours=N]",
       "a feed, page by page; or posts like given ones", Feed},
      {"rank", "--account=ID POST… [--limit=20] [--terms]", "given posts, in order", Rank, Operands::kSome},
      {"why", "--account=ID POST [--history]", "why a subject would see a post, or not", Why,
       Operands::kSome},
  };
}

}  // namespace bauta
