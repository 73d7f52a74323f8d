// ImportTally: how many lines of a file were taken, and which not and why.
#ifndef BAUTA_TOOLS_CLI_IMPORT_TALLY_H_
#define BAUTA_TOOLS_CLI_IMPORT_TALLY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "bauta/v1/result.pb.h"

namespace bauta {

// Thread-safe.
class ImportTally {
 public:
  explicit ImportTally(size_t lines_shown) : lines_shown_(lines_shown) {}

  void Refuse(uint64_t line, const std::string& reason, const std::string& detail);
  void Count(uint64_t line, const v1::ItemResult& result);
  void Accept(uint64_t count);

  uint64_t accepted() const;
  uint64_t refused() const;
  // "1,000 accepted, 3 refused", then a line a reason.
  std::string Summary() const;

 private:
  mutable std::mutex mutex_;
  const size_t lines_shown_;
  size_t shown_ = 0;
  uint64_t accepted_ = 0;
  std::map<std::string, uint64_t> refused_;
};

}  // namespace bauta

#endif  // BAUTA_TOOLS_CLI_IMPORT_TALLY_H_
