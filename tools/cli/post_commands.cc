// import, remove, suspend, erase-author, authors: the catalogue, and what comes in by files.
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/status.h"
#include "bauta/v1/post_service.grpc.pb.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/import.h"
#include "tools/cli/output.h"
#include "tools/cli/record_parser.h"

namespace bauta {
namespace {

using Stub = v1::PostService::Stub;

absl::Status Import(const Arguments&) {
  if (absl::GetFlag(FLAGS_posts).empty() && absl::GetFlag(FLAGS_events).empty() &&
      absl::GetFlag(FLAGS_visits).empty() && absl::GetFlag(FLAGS_assume_consent_from).empty()) {
    return absl::InvalidArgumentError(
        "which file? Give --posts, --events, --visits or --assume_consent_from");
  }
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  ImportOptions options{.posts = absl::GetFlag(FLAGS_posts),
                        .events = absl::GetFlag(FLAGS_events),
                        .visits = absl::GetFlag(FLAGS_visits),
                        .assume_consent_from = absl::GetFlag(FLAGS_assume_consent_from),
                        .assume_purposes = {},
                        .policy_version = absl::GetFlag(FLAGS_policy_version),
                        .shift_times = absl::GetFlag(FLAGS_shift_times),
                        .json = absl::GetFlag(FLAGS_json)};
  BAUTA_ASSIGN_OR_RETURN(options.assume_purposes,
                         ParsePurposes("assume_purposes", absl::GetFlag(FLAGS_assume_purposes)));
  const SystemClock clock;
  return RunImport(*connection, options, clock);
}

template <class Response>
absl::Status PrintResults(const Response& response, const Arguments& names) {
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < response.results_size(); ++i) {
    const v1::ItemResult& result = response.results(i);
    rows.push_back({names[static_cast<size_t>(i)],
                    ShortEnumName(v1::ItemStatus_descriptor(), result.status()),
                    result.reason() == v1::ITEM_REASON_UNSPECIFIED
                        ? ""
                        : ShortEnumName(v1::ItemReason_descriptor(), result.reason()),
                    result.message()});
  }
  PrintTable({"which", "result", "reason", ""}, rows);
  return absl::OkStatus();
}

absl::Status Remove(const Arguments& posts) {
  if (posts.empty()) return absl::InvalidArgumentError("which posts? Give their ids");
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::PostService::NewStub(connection->channel());
  constexpr uint64_t kEveryVersion = (uint64_t{1} << 63) - 1;
  const uint64_t version = absl::GetFlag(FLAGS_version);
  v1::RemovePostsRequest request;
  for (const std::string& post : posts) {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId("post", post));
    v1::PostRemoval& removal = *request.add_removals();
    removal.set_post_id(id);
    removal.set_version(version == 0 ? kEveryVersion : version);
  }
  BAUTA_ASSIGN_OR_RETURN(const v1::RemovePostsResponse response,
                         connection->Call(*stub, &Stub::RemovePosts, request));
  return PrintResults(response, posts);
}

absl::Status Suspend(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::PostService::NewStub(connection->channel());
  v1::SuspendAuthorsRequest request;
  if (absl::GetFlag(FLAGS_author).empty()) return absl::InvalidArgumentError("whom? Give --author");
  v1::AuthorSuspension& suspension = *request.add_suspensions();
  BAUTA_ASSIGN_OR_RETURN(*suspension.mutable_author(), ParseAuthor(absl::GetFlag(FLAGS_author)));
  const auto* until_time = v1::AuthorSuspension::descriptor()->FindFieldByName("until_time");
  if (const std::string until = absl::GetFlag(FLAGS_undo) ? "0" : absl::GetFlag(FLAGS_until);
      !until.empty()) {
    if (const absl::Status set = SetFieldFromText(suspension, until_time, until); !set.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("until: ", set.message()));
    }
  }
  BAUTA_ASSIGN_OR_RETURN(const v1::SuspendAuthorsResponse response,
                         connection->Call(*stub, &Stub::SuspendAuthors, request));
  return PrintResults(response, {"author"});
}

absl::Status EraseAuthor(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::PostService::NewStub(connection->channel());
  v1::EraseAuthorRequest request;
  if (absl::GetFlag(FLAGS_author).empty()) return absl::InvalidArgumentError("whom? Give --author");
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_author(), ParseAuthor(absl::GetFlag(FLAGS_author)));
  BAUTA_ASSIGN_OR_RETURN(const v1::EraseAuthorResponse response,
                         connection->Call(*stub, &Stub::EraseAuthor, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  PrintTable({"erased", "posts gone", "entry of the rights log"},
             {{ShortTime(response.erase_time(), response.has_erase_time()),
               absl::StrCat(response.removed_post_count()), absl::StrCat(response.log_sequence())}});
  return absl::OkStatus();
}

absl::Status Authors(const Arguments& authors) {
  if (authors.empty()) return absl::InvalidArgumentError("which authors? Give their ids");
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::PostService::NewStub(connection->channel());
  v1::GetAuthorCodesRequest request;
  for (const std::string& author : authors) request.add_author_ids(author);
  BAUTA_ASSIGN_OR_RETURN(const v1::GetAuthorCodesResponse response,
                         connection->Call(*stub, &Stub::GetAuthorCodes, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < response.author_codes_size(); ++i) {
    rows.push_back({authors[static_cast<size_t>(i)], absl::StrCat("code:", Hex(response.author_codes(i)))});
  }
  PrintTable({"author", "code"}, rows);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> PostCommands() {
  return {
      {"import",
       "[--posts=FILE] [--events=FILE] [--visits=FILE] [--shift_times] [--assume_consent_from=FILE "
       "[--assume_purposes=…]]",
       "posts, interactions and visits from CSV or NDJSON", Import},
      {"remove", "POST… [--version=N]", "take posts down; a replay brings nothing back", Remove,
       Operands::kSome},
      {"suspend", "--author=ID [--until=TIME] [--undo]", "keep an author's posts out of every feed", Suspend},
      {"erase-author", "--author=ID", "remove every post of an author; a replay brings none back",
       EraseAuthor},
      {"authors", "ID…", "the codes of authors", Authors, Operands::kSome},
  };
}

}  // namespace bauta
