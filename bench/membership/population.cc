#include "bench/membership/population.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "tools/eval/data_file.h"
#include "tools/eval/interaction_split.h"
#include "tools/eval/kuairand_data.h"
#include "training/training_set.h"

namespace bauta::bench {
namespace {

Population OfPairs(std::string name, std::string checksum, ItemLists lists) {
  SortLists(lists);
  std::erase_if(lists, [](const std::vector<uint32_t>& list) { return list.empty(); });
  Population population{std::move(name), std::move(checksum), {}, {}, {}};
  population.posts.resize(CountItems(lists, {}));
  for (size_t post = 0; post < population.posts.size(); ++post) {
    population.posts[post].id = PostId(post + 1);
    population.ids.push_back(PostId(post + 1));
  }
  population.matrices.acts = ToMatrix(lists, population.posts.size());
  population.matrices.exposures = population.matrices.acts;
  for (uint32_t row = 0; row < lists.size(); ++row) population.matrices.rows.push_back(row);
  return population;
}

void CopyRow(const CsrMatrix& from, size_t row, CsrMatrix& to) {
  to.entries.insert(to.entries.end(), from.row(row).begin(), from.row(row).end());
  to.offsets.push_back(to.entries.size());
}

}  // namespace

absl::StatusOr<Population> ReadKuairandPopulation(const std::string& data) {
  BAUTA_ASSIGN_OR_RETURN(KuairandData read, ReadKuairand(data + "/kuairand"));
  const TrainingSet set(std::move(read.posts), std::move(read.rows));
  MatrixOptions options;
  options.signals = DefaultSignalModel();
  options.until = read.last_hour.Plus(1);
  return Population{"kuairand", read.checksum, set.posts(), set.ids(), BuildMatrices(set, options)};
}

absl::StatusOr<Population> ReadMovieLensPopulation(const std::string& data) {
  BAUTA_ASSIGN_OR_RETURN(const DataFile file, ReadDataFile(data + "/ncf-ml-1m/ml-1m.train.DERIVED.tsv.xz"));
  ItemLists lists;
  BAUTA_RETURN_IF_ERROR(ReadPairs(file.text, lists));
  return OfPairs("ml-1m", file.checksum, std::move(lists));
}

absl::StatusOr<Population> ReadGowallaPopulation(const std::string& data) {
  ItemLists lists;
  std::string checksum;
  for (const char* name : {"/gowalla/train.txt.xz", "/gowalla/valid.txt.xz"}) {
    BAUTA_ASSIGN_OR_RETURN(const DataFile file, ReadDataFile(data + name));
    BAUTA_RETURN_IF_ERROR(ReadItemLines(file.text, lists));
    absl::StrAppend(&checksum, checksum.empty() ? "" : "+", file.checksum);
  }
  return OfPairs("gowalla", checksum, std::move(lists));
}

Population MakeUpPopulation(const MadeUpOptions& options) {
  constexpr size_t kTastes = 6;
  std::mt19937_64 random(options.seed);
  std::normal_distribution<double> normal;
  const auto draw = [&] {
    std::vector<double> vector(kTastes);
    for (double& value : vector) value = normal(random);
    return vector;
  };
  std::vector<std::vector<double>> posts(options.posts);
  for (auto& post : posts) post = draw();
  ItemLists lists(options.subjects);
  for (std::vector<uint32_t>& list : lists) {
    const std::vector<double> taste = draw();
    std::vector<std::pair<double, uint32_t>> keys;  // The largest of log-probability plus Gumbel noise.
    for (uint32_t post = 0; post < options.posts; ++post) {
      double key = -0.5 * std::log(1.0 + post);
      for (size_t i = 0; i < kTastes; ++i) key += 0.6 * taste[i] * posts[post][i];
      key -= std::log(std::exponential_distribution<double>()(random));
      keys.push_back({-key, post});
    }
    std::sort(keys.begin(), keys.end());
    for (size_t i = 0; i < std::min(options.acts, keys.size()); ++i) list.push_back(keys[i].second);
  }
  return OfPairs("made-up", absl::StrCat("seed-", options.seed), std::move(lists));
}

InteractionMatrices SelectRows(const InteractionMatrices& all, const std::vector<bool>& in) {
  InteractionMatrices selected;
  selected.acts.columns = selected.exposures.columns = all.exposures.columns;
  for (size_t row = 0; row < in.size(); ++row) {
    if (!in[row]) continue;
    CopyRow(all.acts, row, selected.acts);
    CopyRow(all.exposures, row, selected.exposures);
    selected.rows.push_back(all.rows[row]);
  }
  return selected;
}

}  // namespace bauta::bench
