// models, activate: which model serves.
#include <cstdio>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "bauta/v1/model_service.grpc.pb.h"
#include "tools/cli/commands.h"
#include "tools/cli/flags.h"
#include "tools/cli/output.h"
#include "tools/cli/record_parser.h"

ABSL_FLAG(uint32_t, canary_percent, 0, "activate: let it serve so many in a hundred subjects; default: all");

namespace bauta {
namespace {

using Stub = v1::ModelService::Stub;

absl::Status Models(const Arguments&) {
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::ModelService::NewStub(connection->channel());
  BAUTA_ASSIGN_OR_RETURN(const v1::ListModelsResponse response,
                         connection->Call(*stub, &Stub::ListModels, v1::ListModelsRequest()));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::ModelInfo& model : response.models()) {
    rows.push_back({model.model_version(), ShortEnumName(v1::ModelState_descriptor(), model.state()),
                    ShortTime(model.train_begin_time(), model.has_train_begin_time()),
                    absl::StrCat(model.post_count()), absl::StrCat(model.dimension()),
                    absl::StrFormat("%.4f", model.held_out_quality()),
                    absl::StrFormat("%.4f", model.held_out_popularity()), model.refusal()});
  }
  PrintTable({"model", "state", "trained", "posts", "d", "ndcg@10", "popularity's", "why not"}, rows);
  return absl::OkStatus();
}

absl::Status Activate(const Arguments& arguments) {
  if (arguments.size() != 1)
    return absl::InvalidArgumentError("which model? Give one name, see `bauta models`");
  BAUTA_ASSIGN_OR_RETURN(const auto connection, ConnectByFlags());
  const auto stub = v1::ModelService::NewStub(connection->channel());
  v1::ActivateModelRequest request;
  request.set_model_version(arguments[0]);
  const uint32_t percent = absl::GetFlag(FLAGS_canary_percent);
  if (percent > 0) request.set_canary_percent(percent);
  BAUTA_ASSIGN_OR_RETURN(const v1::ActivateModelResponse response,
                         connection->Call(*stub, &Stub::ActivateModel, request));
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson(response);
  } else if (percent > 0) {
    std::printf("%s serves %u in a hundred subjects, %s the others\n",
                response.model().model_version().c_str(), percent, response.previous_model_version().c_str());
  } else {
    std::printf(
        "%s serves; before it, %s\n", response.model().model_version().c_str(),
        response.previous_model_version().empty() ? "none" : response.previous_model_version().c_str());
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ModelCommands() {
  return {
      {"models", "", "the models there are, and which one serves", Models},
      {"activate", "MODEL [--canary_percent=N]",
       "make a model serve, all or so many in a hundred subjects; an older one is a rollback", Activate,
       Operands::kSome},
  };
}

}  // namespace bauta
