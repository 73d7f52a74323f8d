// ByteScanner: looks for planted strings in everything that a program leaves behind, in each form in which
// they could have got there.
#ifndef BAUTA_TESTS_TESTING_BYTE_SCANNER_H_
#define BAUTA_TESTS_TESTING_BYTE_SCANNER_H_

#include <string>
#include <string_view>
#include <vector>

namespace bauta::testing {

class ByteScanner {
 public:
  // Plants `bytes` under `name`. At least 8 bytes: fewer would be found by chance.
  void Plant(const std::string& name, const std::string& bytes);

  // What stands in `text`, as "NAME as FORM".
  std::vector<std::string> Find(std::string_view text) const;
  // What stands in the files below `directory`, as "NAME as FORM in FILE".
  std::vector<std::string> FindInFiles(const std::string& directory) const;

  // Every planted string in every form, one after another: a positive control.
  std::string AllForms() const;
  size_t forms() const { return needles_.size(); }

 private:
  struct Needle {
    std::string description;
    std::string bytes;
  };
  std::vector<Needle> needles_;
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_TESTING_BYTE_SCANNER_H_
