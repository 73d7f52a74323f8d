#include "tests/service/wire_calls.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "tests/service/raw_call.h"

namespace bauta::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Role RoleFor(const MethodAccess& access) {
  for (Role role : kAllRoles) {
    if (access.roles.Contains(role)) return role;
  }
  return Role::kOperator;
}

// `subject`, or `visit.subject`.
std::optional<v1::Subject> SubjectOf(const Message& request) {
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  if (const FieldDescriptor* visit = request.GetDescriptor()->FindFieldByName("visit")) {
    return SubjectOf(reflection.GetMessage(request, visit));
  }
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("subject");
  if (field == nullptr) return std::nullopt;
  v1::Subject subject;
  subject.CopyFrom(reflection.GetMessage(request, field));
  return subject;
}

bool AsksForRights(const MethodAccess& access, const Message& request) {
  if (!access.rights) return false;
  const FieldDescriptor* history = request.GetDescriptor()->FindFieldByName("name_history");
  return history == nullptr || request.GetReflection()->GetBool(request, history);
}

std::string SeenOfPages(const WireCalls& calls, v1::GetFeedRequest request) {
  constexpr int kPages = 3;
  request.set_page_size(25);
  std::string seen;
  for (int page = 0; page < kPages; ++page) {
    const WireReply reply = calls.Call(Method::kGetFeed, request);
    seen += reply.Seen();
    v1::GetFeedResponse response;
    if (reply.messages.size() != 1 || !response.ParseFromString(reply.messages[0])) break;
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  return seen;
}

}  // namespace

std::string WireReply::Seen() const {
  std::string seen = absl::StrCat("status ", status.error_code(), " ", status.error_message(), " ",
                                  status.error_details(), "\n");
  for (const auto& [key, value] : metadata) absl::StrAppend(&seen, key, ": ", value, "\n");
  for (const std::string& message : messages) absl::StrAppend(&seen, message.size(), " ", message, "\n");
  return seen;
}

WireReply WireCalls::Call(Method method, const Message& request) const {
  const MethodAccess& access = AccessOf(method);
  std::string rights_token;
  if (AsksForRights(access, request)) {
    rights_token = server_.RightsToken(SubjectOf(request).value(), *access.rights);
  }
  return CallWith(method, request, rights_token);
}

WireReply WireCalls::CallWith(Method method, const Message& request, const std::string& rights_token) const {
  const MethodAccess& access = AccessOf(method);
  const auto context = server_.ContextOf(RoleFor(access), rights_token);
  RawReply raw = CallRaw(server_.channel(), *context, PathOf(access), request.SerializeAsString());
  WireReply reply{std::move(raw.status), std::move(raw.messages), {}};
  for (const auto* received : {&context->GetServerInitialMetadata(), &context->GetServerTrailingMetadata()}) {
    for (const auto& [key, value] : *received) {
      reply.metadata.emplace_back(std::string(key.data(), key.size()),
                                  std::string(value.data(), value.size()));
    }
  }
  std::sort(reply.metadata.begin(), reply.metadata.end());
  return reply;
}

v1::RankPostsRequest RankRequest(const v1::Subject& subject, const std::string& surface,
                                 const std::vector<uint64_t>& posts) {
  v1::RankPostsRequest request;
  *request.mutable_visit()->mutable_subject() = subject;
  request.mutable_visit()->set_surface(surface);
  request.mutable_post_ids()->Add(posts.begin(), posts.end());
  request.set_limit(500);
  request.set_include_score_terms(true);
  return request;
}

std::string EveryReply(const WireCalls& calls, const v1::Subject& subject, const std::string& surface,
                       const std::vector<uint64_t>& posts) {
  std::string seen = calls.Call(Method::kRankPosts, RankRequest(subject, surface, posts)).Seen();
  v1::GetFeedRequest feed;
  *feed.mutable_visit()->mutable_subject() = subject;
  feed.mutable_visit()->set_surface(surface);
  seen += SeenOfPages(calls, feed);
  feed.mutable_filter()->add_none_topic_ids(2);
  feed.add_exclude_post_ids(posts.back());
  seen += SeenOfPages(calls, feed);
  feed.add_seed_post_ids(posts[posts.size() / 3]);  // Find related ones.
  seen += SeenOfPages(calls, feed);
  if (!subject.has_anonymous()) {
    v1::ListProfileTagsRequest tags;
    *tags.mutable_subject() = subject;
    seen += calls.Call(Method::kListProfileTags, tags).Seen();
  }
  for (const bool name_history : {false, true}) {
    if (name_history && subject.has_anonymous()) continue;  // Nobody has rights tokens.
    for (const uint64_t post : {posts.front(), posts[posts.size() / 2], uint64_t{500'000}}) {
      v1::ExplainPostRequest request;
      *request.mutable_visit()->mutable_subject() = subject;
      request.mutable_visit()->set_surface(surface);
      request.set_post_id(post);
      request.set_name_history(name_history);
      seen += calls.Call(Method::kExplainPost, request).Seen();
    }
  }
  return seen;
}

}  // namespace bauta::testing
