// SubjectService on the wire; what it does is in service/subject_handler.h.
#ifndef BAUTA_SERVICE_RPC_SUBJECT_RPC_H_
#define BAUTA_SERVICE_RPC_SUBJECT_RPC_H_

#include "bauta/v1/subject_service.grpc.pb.h"
#include "service/rpc/door.h"
#include "service/subject_handler.h"

namespace bauta {

// Thread-safe. Both outlive it.
class SubjectRpc final : public v1::SubjectService::Service {
 public:
  SubjectRpc(Door& door, SubjectHandler& handler) : door_(door), handler_(handler) {}

  grpc::Status UpdateRelations(grpc::ServerContext* context, const v1::UpdateRelationsRequest* request,
                               v1::UpdateRelationsResponse* response) override;
  grpc::Status ListRelations(grpc::ServerContext* context, const v1::ListRelationsRequest* request,
                             v1::ListRelationsResponse* response) override;
  grpc::Status GetConsent(grpc::ServerContext* context, const v1::GetConsentRequest* request,
                          v1::GetConsentResponse* response) override;
  grpc::Status UpdateConsent(grpc::ServerContext* context, const v1::UpdateConsentRequest* request,
                             v1::UpdateConsentResponse* response) override;
  grpc::Status BatchUpdateConsents(grpc::ServerContext* context,
                                   const v1::BatchUpdateConsentsRequest* request,
                                   v1::BatchUpdateConsentsResponse* response) override;
  grpc::Status GetPreferences(grpc::ServerContext* context, const v1::GetPreferencesRequest* request,
                              v1::GetPreferencesResponse* response) override;
  grpc::Status UpdatePreferences(grpc::ServerContext* context, const v1::UpdatePreferencesRequest* request,
                                 v1::UpdatePreferencesResponse* response) override;
  grpc::Status ListProfileTags(grpc::ServerContext* context, const v1::ListProfileTagsRequest* request,
                               v1::ListProfileTagsResponse* response) override;
  grpc::Status DeleteProfileTag(grpc::ServerContext* context, const v1::DeleteProfileTagRequest* request,
                                v1::DeleteProfileTagResponse* response) override;
  grpc::Status DeleteInteractions(grpc::ServerContext* context, const v1::DeleteInteractionsRequest* request,
                                  v1::DeleteInteractionsResponse* response) override;
  grpc::Status ExportSubject(grpc::ServerContext* context, const v1::ExportSubjectRequest* request,
                             grpc::ServerWriter<v1::ExportSubjectResponse>* writer) override;
  grpc::Status EraseSubject(grpc::ServerContext* context, const v1::EraseSubjectRequest* request,
                            v1::EraseSubjectResponse* response) override;

 private:
  Door& door_;
  SubjectHandler& handler_;
};

}  // namespace bauta

#endif  // BAUTA_SERVICE_RPC_SUBJECT_RPC_H_
