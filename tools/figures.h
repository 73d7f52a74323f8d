// FigureSheet: what a measurement found, printed so that a script can hold it against a bar.
#ifndef BAUTA_TOOLS_FIGURES_H_
#define BAUTA_TOOLS_FIGURES_H_

#include <string>
#include <vector>

namespace bauta {

// Not thread-safe.
class FigureSheet {
 public:
  // `json`: Finish prints all of it as one JSON object; else each figure is printed, and flushed, at once as
  // `figure NAME VALUE UNIT`.
  explicit FigureSheet(bool json) : json_(json) {}

  // `name` and `unit` without spaces; a unit of "1" for a ratio.
  void Add(const std::string& name, double value, const std::string& unit);
  void Finish();

 private:
  struct Figure {
    std::string name;
    double value;
    std::string unit;
  };
  const bool json_;
  std::vector<Figure> figures_;
};

}  // namespace bauta

#endif  // BAUTA_TOOLS_FIGURES_H_
