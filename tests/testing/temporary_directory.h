// TemporaryDirectory: a folder of the real file system, permissions 0700, that is gone when the test is.
#ifndef BAUTA_TESTS_TESTING_TEMPORARY_DIRECTORY_H_
#define BAUTA_TESTS_TESTING_TEMPORARY_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace bauta::testing {

// Its path is short enough for a Unix socket in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bauta.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string Join(const std::string& name) const { return path_ + "/" + name; }

  void Write(const std::string& name, const std::string& bytes) const {
    // By a new file and a rename, as every writer of a mapped file must.
    std::ofstream(Join(name + ".tmp"), std::ios::binary) << bytes;
    std::filesystem::rename(Join(name + ".tmp"), Join(name));
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(Join(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

 private:
  std::string path_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_TEMPORARY_DIRECTORY_H_
