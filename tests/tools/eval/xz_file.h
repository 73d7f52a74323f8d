// Small .xz files, made by the program that the readers read them with.
#ifndef BAUTA_TESTS_TOOLS_EVAL_XZ_FILE_H_
#define BAUTA_TESTS_TOOLS_EVAL_XZ_FILE_H_

#include <cstdlib>
#include <string>

#include "tests/testing/temporary_directory.h"

namespace bauta::testing {

// NAME.xz in the folder, of `text`. Ends the test program where there is no xz.
inline void WriteXz(const TemporaryDirectory& folder, const std::string& name, const std::string& text) {
  folder.Write(name, text);
  if (std::system(("xz --force " + folder.Join(name)).c_str()) != 0) std::abort();
}

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TOOLS_EVAL_XZ_FILE_H_
