// The commands of `bauta`. Each reads its flags, makes its call, and prints what came back.
#ifndef BAUTA_TOOLS_CLI_COMMANDS_H_
#define BAUTA_TOOLS_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace bauta {

using Arguments = std::vector<std::string>;  // What stands behind the command's name, without the flags.

// Whether anything may stand behind the name. Where nothing may, a word there is most often a flag's value
// that a space has cut off, and leaving it out would do less than was asked for.
enum class Operands { kNone, kSome };

struct Command {
  const char* name;
  const char* usage;    // Behind the name: its arguments and the flags that matter.
  const char* summary;  // One line.
  absl::Status (*run)(const Arguments& arguments);
  Operands operands = Operands::kNone;
};

// One list a file.
std::vector<Command> FeedCommands();
std::vector<Command> TapCommands();
std::vector<Command> RightsCommands();
std::vector<Command> ChoiceCommands();
std::vector<Command> PostCommands();
std::vector<Command> ModelCommands();
std::vector<Command> KeyCommands();
std::vector<Command> StoreCommands();
std::vector<Command> TownCommands();

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_COMMANDS_H_
