#include "ranking/scratch.h"

#include "ranking/scratch_memory.h"

namespace bauta {

RankingScratch::RankingScratch() : memory_(std::make_unique<ScratchMemory>()) {}
RankingScratch::~RankingScratch() = default;
RankingScratch::RankingScratch(RankingScratch&&) noexcept = default;
RankingScratch& RankingScratch::operator=(RankingScratch&&) noexcept = default;

}  // namespace bauta
