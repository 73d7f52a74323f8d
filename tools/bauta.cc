// bauta: every call of the service by hand, imports from files, and the work beside the server's files.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/auth/rights_verifier.h"
#include "tools/cli/commands.h"

namespace bauta {
namespace {

std::vector<Command> AllCommands() {
  std::vector<Command> all;
  for (auto* commands : {FeedCommands, TapCommands, RightsCommands, ChoiceCommands, PostCommands,
                         ModelCommands, KeyCommands, StoreCommands, TownCommands}) {
    for (const Command& command : commands()) all.push_back(command);
  }
  return all;
}

std::string Usage() {
  std::string text = "bauta COMMAND [FLAGS]\n\n";
  for (const Command& command : AllCommands()) {
    absl::StrAppend(&text, "  ", command.name, " ", command.usage, "\n        ", command.summary, "\n");
  }
  absl::StrAppend(
      &text,
      "\nA subject is given by --account, --device or --external_code; without one, the feed is nobody's.\n"
      "Where the server is and who calls: --server, --token_file, --ca_file, --issuer_dir, or the "
      "environment's\n"
      "BAUTA_SERVER, BAUTA_TOKEN_FILE, BAUTA_CA_FILE, BAUTA_ISSUER_DIR. --json prints JSON. All flags: "
      "--helpfull.\n");
  return text;
}

absl::Status RunCommand(const Command& command, const Arguments& arguments) {
  if (!arguments.empty() && command.operands == Operands::kNone) {
    return absl::InvalidArgumentError(
        absl::StrCat("nothing but flags may follow, got ", arguments[0], "; lists are without spaces"));
  }
  return command.run(arguments);
}

// What the server's answer leaves a person at the command line to find out.
const char* HintAt(const absl::Status& status) {
  if (absl::IsPermissionDenied(status) && absl::StrContains(status.message(), kRightsTokenMetadata)) {
    return "\nSuch a call is the person's own. For trying out, name an issuer's keys by --issuer_dir or "
           "BAUTA_ISSUER_DIR.";
  }
  return "";
}

int Main(int argc, char** argv) {
  absl::SetProgramUsageMessage(Usage());
  const std::vector<char*> positional = absl::ParseCommandLine(argc, argv);
  if (positional.size() < 2) {
    std::fputs(Usage().c_str(), stderr);
    return 2;
  }
  const std::string name = positional[1];
  const Arguments arguments(positional.begin() + 2, positional.end());
  for (const Command& command : AllCommands()) {
    if (name != command.name) continue;
    const absl::Status done = RunCommand(command, arguments);
    if (done.ok()) return 0;
    std::fprintf(stderr, "bauta %s: %s: %s%s\n", command.name, absl::StatusCodeToString(done.code()).c_str(),
                 std::string(done.message()).c_str(), HintAt(done));
    return absl::IsInvalidArgument(done) ? 2 : 1;
  }
  std::fprintf(stderr, "bauta: no command of the name %s; bauta alone lists them\n", name.c_str());
  return 2;
}

}  // namespace
}  // namespace bauta

int main(int argc, char** argv) { return bauta::Main(argc, argv); }
