// A flag's value, else an environment variable's: where the programs find out which server to call, and as
// whom.
#ifndef BAUTA_TOOLS_CLIENT_FLAG_OR_ENVIRONMENT_H_
#define BAUTA_TOOLS_CLIENT_FLAG_OR_ENVIRONMENT_H_

#include <cstdlib>
#include <string>

namespace bauta {

// `otherwise` where the flag is empty and the variable not set.
inline std::string FlagOrEnvironment(const std::string& flag, const char* variable,
                                     const std::string& otherwise = "") {
  if (!flag.empty()) return flag;
  const char* value = std::getenv(variable);
  return value != nullptr ? value : otherwise;
}

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLIENT_FLAG_OR_ENVIRONMENT_H_
