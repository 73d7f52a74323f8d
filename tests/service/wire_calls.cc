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

}  // namespace bauta::testing
