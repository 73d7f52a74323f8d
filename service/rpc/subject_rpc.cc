#include "service/rpc/subject_rpc.h"

#include "service/rpc/unary_call.h"

namespace bauta {

grpc::Status SubjectRpc::UpdateRelations(grpc::ServerContext* context,
                                         const v1::UpdateRelationsRequest* request,
                                         v1::UpdateRelationsResponse* response) {
  return RunUnary(door_, *context, Method::kUpdateRelations, *request, *response,
                  [&](const Principal& principal) { return handler_.UpdateRelations(principal, *request); });
}

grpc::Status SubjectRpc::ListRelations(grpc::ServerContext* context, const v1::ListRelationsRequest* request,
                                       v1::ListRelationsResponse* response) {
  return RunUnary(door_, *context, Method::kListRelations, *request, *response,
                  [&](const Principal& principal) { return handler_.ListRelations(principal, *request); });
}

grpc::Status SubjectRpc::GetConsent(grpc::ServerContext* context, const v1::GetConsentRequest* request,
                                    v1::GetConsentResponse* response) {
  return RunUnary(door_, *context, Method::kGetConsent, *request, *response,
                  [&](const Principal& principal) { return handler_.GetConsent(principal, *request); });
}

grpc::Status SubjectRpc::UpdateConsent(grpc::ServerContext* context, const v1::UpdateConsentRequest* request,
                                       v1::UpdateConsentResponse* response) {
  return RunUnary(door_, *context, Method::kUpdateConsent, *request, *response,
                  [&](const Principal& principal) { return handler_.UpdateConsent(principal, *request); });
}

grpc::Status SubjectRpc::BatchUpdateConsents(grpc::ServerContext* context,
                                             const v1::BatchUpdateConsentsRequest* request,
                                             v1::BatchUpdateConsentsResponse* response) {
  return RunUnary(
      door_, *context, Method::kBatchUpdateConsents, *request, *response,
      [&](const Principal& principal) { return handler_.BatchUpdateConsents(principal, *request); });
}

grpc::Status SubjectRpc::GetPreferences(grpc::ServerContext* context,
                                        const v1::GetPreferencesRequest* request,
                                        v1::GetPreferencesResponse* response) {
  return RunUnary(door_, *context, Method::kGetPreferences, *request, *response,
                  [&](const Principal& principal) { return handler_.GetPreferences(principal, *request); });
}

grpc::Status SubjectRpc::UpdatePreferences(grpc::ServerContext* context,
                                           const v1::UpdatePreferencesRequest* request,
                                           v1::UpdatePreferencesResponse* response) {
  return RunUnary(
      door_, *context, Method::kUpdatePreferences, *request, *response,
      [&](const Principal& principal) { return handler_.UpdatePreferences(principal, *request); });
}

grpc::Status SubjectRpc::ListProfileTags(grpc::ServerContext* context,
                                         const v1::ListProfileTagsRequest* request,
                                         v1::ListProfileTagsResponse* response) {
  return RunUnary(door_, *context, Method::kListProfileTags, *request, *response,
                  [&](const Principal& principal) { return handler_.ListProfileTags(principal, *request); });
}

grpc::Status SubjectRpc::DeleteProfileTag(grpc::ServerContext* context,
                                          const v1::DeleteProfileTagRequest* request,
                                          v1::DeleteProfileTagResponse* response) {
  return RunUnary(door_, *context, Method::kDeleteProfileTag, *request, *response,
                  [&](const Principal& principal) { return handler_.DeleteProfileTag(principal, *request); });
}

grpc::Status SubjectRpc::DeleteInteractions(grpc::ServerContext* context,
                                            const v1::DeleteInteractionsRequest* request,
                                            v1::DeleteInteractionsResponse* response) {
  return RunUnary(
      door_, *context, Method::kDeleteInteractions, *request, *response,
      [&](const Principal& principal) { return handler_.DeleteInteractions(principal, *request); });
}

grpc::Status SubjectRpc::ExportSubject(grpc::ServerContext* context, const v1::ExportSubjectRequest* request,
                                       grpc::ServerWriter<v1::ExportSubjectResponse>* writer) {
  return RunServerStream(door_, *context, Method::kExportSubject, *request, *writer,
                         [&](const Principal& principal, StreamSink<v1::ExportSubjectResponse> sink) {
                           return handler_.ExportSubject(principal, *request, sink);
                         });
}

grpc::Status SubjectRpc::EraseSubject(grpc::ServerContext* context, const v1::EraseSubjectRequest* request,
                                      v1::EraseSubjectResponse* response) {
  return RunUnary(door_, *context, Method::kEraseSubject, *request, *response,
                  [&](const Principal& principal) { return handler_.EraseSubject(principal, *request); });
}

}  // namespace bauta
