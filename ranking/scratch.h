// RankingScratch: the memory that ranking works in, kept by a caller from call to call so that scoring
// allocates nothing once it has grown.
#ifndef BAUTA_RANKING_SCRATCH_H_
#define BAUTA_RANKING_SCRATCH_H_

#include <memory>

namespace bauta {

struct ScratchMemory;  // ranking/scratch_memory.h; only ranking looks inside.

// One call at a time. Holds nothing that outlives a call's meaning: every call begins by clearing it. A
// thread's scratch grows to the largest call it has seen (10,000 candidates: about 2 MB).
class RankingScratch {
 public:
  RankingScratch();
  ~RankingScratch();
  RankingScratch(RankingScratch&&) noexcept;
  RankingScratch& operator=(RankingScratch&&) noexcept;

  ScratchMemory& memory() { return *memory_; }

 private:
  std::unique_ptr<ScratchMemory> memory_;
};

}  // namespace bauta

#endif  // BAUTA_RANKING_SCRATCH_H_
