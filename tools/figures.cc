#include "tools/figures.h"

#include <cmath>
#include <cstdio>

namespace bauta {

void FigureSheet::Add(const std::string& name, double value, const std::string& unit) {
  figures_.push_back({name, value, unit});
  if (json_) return;
  std::printf("figure %s %.6g %s\n", name.c_str(), value, unit.c_str());
  std::fflush(stdout);
}

void FigureSheet::Finish() {
  if (!json_) return;
  std::printf("{\"figures\":[");
  for (size_t i = 0; i < figures_.size(); ++i) {
    const Figure& figure = figures_[i];
    std::printf("%s{\"name\":\"%s\",\"value\":", i == 0 ? "" : ",", figure.name.c_str());
    if (std::isfinite(figure.value)) {
      std::printf("%.9g", figure.value);
    } else {
      std::printf("null");
    }
    std::printf(",\"unit\":\"%s\"}", figure.unit.c_str());
  }
  std::printf("]}\n");
  std::fflush(stdout);
}

}  // namespace bauta
