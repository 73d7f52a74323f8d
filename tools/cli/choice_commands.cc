// preferences, tags, delete-interactions: what a person chooses, and corrects of what is inferred.
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "bauta/v1/subject_service.grpc.pb.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"

namespace bauta {
namespace {

using Stub = v1::SubjectService::Stub;

constexpr char kNone[] = "none";  // A flag that is not given leaves what is there.

absl::StatusOr<std::vector<uint64_t>> ParseIds(const std::string& what, const std::string& list) {
  std::vector<uint64_t> ids;
  if (list == kNone) return ids;
  for (const auto& text : absl::StrSplit(list, ',', absl::SkipWhitespace())) {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId(what, std::string(text)));
    ids.push_back(id);
  }
  return ids;
}

absl::StatusOr<v1::Preferences> ReadPreferences(const Connection& connection, Stub& stub,
                                                const v1::Subject& subject) {
  v1::GetPreferencesRequest request;
  *request.mutable_subject() = subject;
  BAUTA_ASSIGN_OR_RETURN(v1::GetPreferencesResponse response,
                         connection.Call(stub, &Stub::GetPreferences, request));
  return std::move(*response.mutable_preferences());
}

// Whether a flag asks for a change.
absl::StatusOr<bool> ApplyFlags(v1::Preferences& preferences) {
  const std::string languages = absl::GetFlag(FLAGS_read_languages);
  const std::string city = absl::GetFlag(FLAGS_chosen_city);
  const std::string topics = absl::GetFlag(FLAGS_like_topics);
  if (!languages.empty()) {
    preferences.clear_languages();
    for (const auto& language : absl::StrSplit(languages, ',', absl::SkipWhitespace())) {
      if (languages != kNone) preferences.add_languages(std::string(language));
    }
  }
  if (!city.empty()) {
    uint32_t id = 0;
    if (city != kNone && (!absl::SimpleAtoi(city, &id) || id == 0)) {
      return absl::InvalidArgumentError("chosen_city: a city's id in the gazetteer, or none, expected");
    }
    preferences.set_chosen_city_id(id);
  }
  if (!topics.empty()) {
    BAUTA_ASSIGN_OR_RETURN(const std::vector<uint64_t> ids, ParseIds("like_topics", topics));
    preferences.mutable_declared_topic_ids()->Assign(ids.begin(), ids.end());
  }
  return !languages.empty() || !city.empty() || !topics.empty();
}

absl::Status Choose(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::UpdatePreferencesRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_preferences(),
                         ReadPreferences(*connection, *stub, request.subject()));
  BAUTA_ASSIGN_OR_RETURN(const bool changes, ApplyFlags(*request.mutable_preferences()));
  if (changes) {
    BAUTA_ASSIGN_OR_RETURN(v1::UpdatePreferencesResponse response,
                           connection->Call(*stub, &Stub::UpdatePreferences, request));
    request.mutable_preferences()->Swap(response.mutable_preferences());
  }
  const v1::Preferences& preferences = request.preferences();
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(preferences);
    return absl::OkStatus();
  }
  PrintTable({"languages", "city", "topics"},
             {{absl::StrJoin(preferences.languages(), ", "),
               preferences.chosen_city_id() == 0 ? "-" : absl::StrCat(preferences.chosen_city_id()),
               absl::StrJoin(preferences.declared_topic_ids(), ", ")}});
  return absl::OkStatus();
}

absl::Status DeleteTag(const Connection& connection, Stub& stub, const v1::Subject& subject,
                       const std::string& topic) {
  v1::DeleteProfileTagRequest request;
  *request.mutable_subject() = subject;
  BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId("delete_tag", topic));
  request.set_topic_id(id);
  return connection.RightsCall(stub, &Stub::DeleteProfileTag, request, subject, RightsGroup::kCorrect)
      .status();
}

absl::Status Tags(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::ListProfileTagsRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  if (const std::string topic = absl::GetFlag(FLAGS_delete_tag); !topic.empty()) {
    BAUTA_RETURN_IF_ERROR(DeleteTag(*connection, *stub, request.subject(), topic));
  }
  BAUTA_ASSIGN_OR_RETURN(const v1::ListProfileTagsResponse response,
                         connection->RightsCall(*stub, &Stub::ListProfileTags, request, request.subject(),
                                                RightsGroup::kCorrect));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::ProfileTag& tag : response.profile_tags()) {
    rows.push_back({absl::StrCat(tag.topic_id()), absl::StrFormat("%.1f%%", 100 * tag.share()),
                    absl::StrCat(tag.act_count())});
  }
  for (const uint64_t topic : response.deleted_topic_ids()) {
    rows.push_back({absl::StrCat(topic), "deleted", "-"});
  }
  PrintTable({"topic", "share", "acts"}, rows);
  return absl::OkStatus();
}

absl::Status DeleteInteractions(const Arguments& posts) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::SubjectService::NewStub(connection->channel());
  v1::DeleteInteractionsRequest request;
  BAUTA_ASSIGN_OR_RETURN(*request.mutable_subject(), SomebodyByFlags());
  BAUTA_ASSIGN_OR_RETURN(const auto kinds, ParseSignalKinds("kinds", absl::GetFlag(FLAGS_kinds)));
  BAUTA_ASSIGN_OR_RETURN(const std::vector<uint64_t> topics, ParseIds("topic", absl::GetFlag(FLAGS_topic)));
  for (const std::string& post : posts) {
    BAUTA_ASSIGN_OR_RETURN(const uint64_t id, ParseId("post", post));
    request.add_deletions()->set_post_id(id);
  }
  for (const uint64_t topic : topics) request.add_deletions()->set_topic_id(topic);
  if (request.deletions().empty()) {
    return absl::InvalidArgumentError("what? Give ids of posts, or --topic for searches");
  }
  for (v1::InteractionDeletion& deletion : *request.mutable_deletions()) {
    for (const auto kind : kinds) deletion.add_kinds(kind);
  }
  BAUTA_ASSIGN_OR_RETURN(const v1::DeleteInteractionsResponse response,
                         connection->RightsCall(*stub, &Stub::DeleteInteractions, request, request.subject(),
                                                RightsGroup::kCorrect));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else {
    std::printf("%u deleted\n", response.deleted_count());
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ChoiceCommands() {
  return {
      {"preferences",
       "--account=ID [--read_languages=LANGUAGE,…] [--chosen_city=ID] [--like_topics=ID,…], each or none",
       "what is chosen, read or changed; what is not given stays", Choose},
      {"tags", "--account=ID [--delete_tag=TOPIC]", "which topics are inferred to be liked", Tags},
      {"delete-interactions", "--account=ID POST… [--topic=ID,…] [--kinds=KIND,…]",
       "delete what was done with posts, and searches of topics", DeleteInteractions, Operands::kSome},
  };
}

}  // namespace bauta
