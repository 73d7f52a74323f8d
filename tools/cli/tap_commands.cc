// x, reasons, follow, block, mute, relations: what a person does with a tap.
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "bauta/v1/interaction_service.grpc.pb.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"
#include "tools/cli/record_parser.h"

namespace bauta {
namespace {

using Interactions = v1::InteractionService::Stub;
using Subjects = v1::SubjectService::Stub;

std::string ReasonName(v1::DismissReason reason) {
  return ShortEnumName(v1::DismissReason_descriptor(), reason);
}

void PrintDismissals(const google::protobuf::RepeatedPtrField<v1::Dismissal>& dismissals) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Dismissal& dismissal : dismissals) {
    rows.push_back(
        {absl::StrCat(dismissal.post_id()), ReasonName(dismissal.reason()),
         dismissal.author_code().empty() ? "" : absl::StrCat("code:", Hex(dismissal.author_code())),
         absl::StrJoin(dismissal.topic_ids(), ";"),
         ShortTime(dismissal.dismiss_time(), dismissal.has_dismiss_time()),
         ShortTime(dismissal.expire_time(), dismissal.has_expire_time()),
         absl::StrCat(dismissal.repeat_count())});
  }
  PrintTable({"post", "reason", "author", "topics", "when", "until", "times"}, rows);
}

absl::Status ListX(const Connection& connection, Interactions& stub, const v1::Subject& subject) {
  v1::ListDismissalsRequest request;
  *request.mutable_subject() = subject;
  BAUTA_ASSIGN_OR_RETURN(const v1::ListDismissalsResponse response,
                         connection.Call(stub, &Interactions::ListDismissals, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else {
    PrintDismissals(response.dismissals());
  }
  return absl::OkStatus();
}

absl::Status UndoX(const Connection& connection, Interactions& stub, const v1::Subject& subject,
                   uint64_t post) {
  v1::UndoDismissalRequest request;
  *request.mutable_subject() = subject;
  request.set_post_id(post);
  BAUTA_ASSIGN_OR_RETURN(const v1::UndoDismissalResponse response,
                         connection.Call(stub, &Interactions::UndoDismissal, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else {
    std::printf("%u taken back\n", response.undone_count());
  }
  return absl::OkStatus();
}

absl::Status X(const Arguments& arguments) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::InteractionService::NewStub(connection->channel());
  BAUTA_ASSIGN_OR_RETURN(const v1::Subject subject, SomebodyByFlags());
  if (absl::GetFlag(FLAGS_list)) return ListX(*connection, *stub, subject);
  if (arguments.size() != 1) return absl::InvalidArgumentError("which post? Give one id, or --list");
  BAUTA_ASSIGN_OR_RETURN(const uint64_t post, ParseId("post", arguments[0]));
  if (absl::GetFlag(FLAGS_undo)) return UndoX(*connection, *stub, subject, post);

  v1::DismissPostRequest request;
  *request.mutable_subject() = subject;
  request.set_post_id(post);
  BAUTA_ASSIGN_OR_RETURN(
      const int reason, ParseEnumFlag("reason", v1::DismissReason_descriptor(), absl::GetFlag(FLAGS_reason)));
  request.set_reason(static_cast<v1::DismissReason>(reason));
  for (const auto& topic : absl::StrSplit(absl::GetFlag(FLAGS_topic), ',', absl::SkipWhitespace())) {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId("topic", std::string(topic)));
    request.add_topic_ids(id);
  }
  BAUTA_ASSIGN_OR_RETURN(const v1::DismissPostResponse response,
                         connection->Call(*stub, &Interactions::DismissPost, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else {
    google::protobuf::RepeatedPtrField<v1::Dismissal> one;
    *one.Add() = response.dismissal();
    PrintDismissals(one);
  }
  return absl::OkStatus();
}

std::string Days(const google::protobuf::Duration& duration, bool is_set) {
  return is_set && duration.seconds() > 0 ? absl::StrCat(duration.seconds() / 86400, " days") : "-";
}

absl::Status Reasons(const Arguments& arguments) {
  if (arguments.size() != 1) return absl::InvalidArgumentError("which post? Give one id");
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::InteractionService::NewStub(connection->channel());
  v1::ListReasonsRequest request;
  BAUTA_ASSIGN_OR_RETURN(const uint64_t post, ParseId("post", arguments[0]));
  request.set_post_id(post);
  BAUTA_ASSIGN_OR_RETURN(const v1::ListReasonsResponse response,
                         connection->Call(*stub, &Interactions::ListReasons, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::ReasonOption& option : response.options()) {
    rows.push_back({ReasonName(option.reason()), ShortEnumName(v1::DismissScope_descriptor(), option.scope()),
                    option.has_hidden_duration() ? Days(option.hidden_duration(), true) : "for good",
                    Days(option.rising_duration(), option.has_rising_duration()),
                    option.teaches_dislike() ? "yes" : "no"});
  }
  PrintTable({"reason", "about", "hidden", "then rising over", "teaches"}, rows);
  return absl::OkStatus();
}

absl::Status Relate(v1::RelationKind kind) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  const std::string author = absl::GetFlag(FLAGS_author);
  const std::string topic = absl::GetFlag(FLAGS_topic);
  if (author.empty() == topic.empty())
    return absl::InvalidArgumentError("whom or what? Give one of --author and --topic");
  v1::UpdateRelationsRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  v1::RelationChange& change = *request.add_changes();
  change.mutable_relation()->set_kind(kind);
  if (!author.empty()) {
    BAUTA_ASSIGN_OR_RETURN(*change.mutable_relation()->mutable_author(), ParseAuthor(author));
  } else {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId("topic", topic));
    change.mutable_relation()->set_topic_id(id);
  }
  change.set_taken_back(absl::GetFlag(FLAGS_undo));
  BAUTA_ASSIGN_OR_RETURN(const v1::UpdateRelationsResponse response,
                         connection->Call(*stub, &Subjects::UpdateRelations, request));
  const v1::ItemResult& result = response.results(0);
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else {
    std::printf("%s %s\n", ShortEnumName(v1::ItemStatus_descriptor(), result.status()).c_str(),
                result.message().c_str());
  }
  return absl::OkStatus();
}

absl::Status Follow(const Arguments&) { return Relate(v1::RELATION_KIND_FOLLOW); }
absl::Status Block(const Arguments&) { return Relate(v1::RELATION_KIND_BLOCK); }
absl::Status Mute(const Arguments&) { return Relate(v1::RELATION_KIND_MUTE); }

absl::Status Relations(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::ListRelationsRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  BAUTA_ASSIGN_OR_RETURN(const v1::ListRelationsResponse response,
                         connection->Call(*stub, &Subjects::ListRelations, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::Relation& relation : response.relations()) {
    rows.push_back({ShortEnumName(v1::RelationKind_descriptor(), relation.kind()),
                    relation.has_author() ? absl::StrCat("author code:", Hex(relation.author().author_code()))
                                          : absl::StrCat("topic ", relation.topic_id())});
  }
  PrintTable({"kind", "whom or what"}, rows);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> TapCommands() {
  return {
      {"x", "--account=ID POST [--reason=not_interested] [--topic=ID,…] [--undo], or --list",
       "the X on a post", X, Operands::kSome},
      {"reasons", "POST", "the reasons that an X on a post may have", Reasons, Operands::kSome},
      {"follow", "--account=ID --author=ID | --topic=ID [--undo]", "see more of an author or a topic",
       Follow},
      {"block", "--account=ID --author=ID | --topic=ID [--undo]", "never see an author or a topic", Block},
      {"mute", "--account=ID --author=ID | --topic=ID [--undo]",
       "see an author or a topic only where followed", Mute},
      {"relations", "--account=ID", "what is followed, blocked and muted", Relations},
  };
}

}  // namespace bauta
