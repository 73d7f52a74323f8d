#include "tests/service/raw_call.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdlib>

#include "google/protobuf/descriptor.h"

namespace bauta::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// True where the operation succeeded.
bool Wait(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

RawReply CallRaw(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                 const std::string& path, const std::string& request) {
  RawReply reply;
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const auto stream = stub.PrepareCall(&context, path, &queue);
  stream->StartCall(nullptr);
  Wait(queue);
  const grpc::Slice slice(request);
  stream->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  Wait(queue);
  while (true) {
    grpc::ByteBuffer buffer;
    stream->Read(&buffer, nullptr);
    if (!Wait(queue)) break;
    reply.messages.push_back(BytesOf(buffer));
  }
  stream->Finish(&reply.status, nullptr);
  Wait(queue);
  return reply;
}

std::string PathOf(const MethodAccess& access) {
  return "/" + std::string(access.service) + "/" + std::string(access.name);
}

std::unique_ptr<Message> NewRequest(const MethodAccess& access) {
  const google::protobuf::MethodDescriptor* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(std::string(access.service) + "." +
                                                                           std::string(access.name));
  if (method == nullptr) std::abort();
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type())->New());
}

bool SetSubject(Message& request, const std::string& account_id) {
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  const Descriptor& type = *request.GetDescriptor();
  if (const FieldDescriptor* history = type.FindFieldByName("name_history")) {
    reflection.SetBool(&request, history, true);
  }
  if (const FieldDescriptor* visit = type.FindFieldByName("visit")) {
    return SetSubject(*reflection.MutableMessage(&request, visit), account_id);
  }
  const FieldDescriptor* subject = type.FindFieldByName("subject");
  if (subject == nullptr) return false;
  Message& message = *reflection.MutableMessage(&request, subject);
  message.GetReflection()->SetString(&message, message.GetDescriptor()->FindFieldByName("account_id"),
                                     account_id);
  return true;
}

}  // namespace bauta::testing
