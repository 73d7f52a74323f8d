// KuaiRand (Gao et al., CIKM 2022; CC BY-SA 4.0): a short-video feed's impressions, as learnable rows. The
// same mapping of columns to signals as scripts/kuairand-to-csv: what the demo imports is what is evaluated.
#ifndef BAUTA_TOOLS_EVAL_KUAIRAND_DATA_H_
#define BAUTA_TOOLS_EVAL_KUAIRAND_DATA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hour.h"
#include "featurestore/records/learnable_row.h"
#include "featurestore/records/post.h"

namespace bauta {

struct KuairandData {
  std::vector<Post> posts;
  std::vector<LearnableRow> rows;  // One a viewer.
  Hour last_hour;
  std::string checksum;  // Of impressions, histories and videos together.
};

// From DIRECTORY/impressions.csv.xz, histories.csv.xz and videos.csv.xz. NOT_FOUND where one is not there,
// DATA_LOSS where one cannot be decompressed, INVALID_ARGUMENT, with file and line, where one is malformed.
absl::StatusOr<KuairandData> ReadKuairand(const std::string& directory);

}  // namespace bauta

#endif  // BAUTA_TOOLS_EVAL_KUAIRAND_DATA_H_
