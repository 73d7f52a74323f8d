#include "featurestore/store/subject_scan.h"

#include <memory>
#include <optional>
#include <string>

#include "base/status.h"
#include "featurestore/store/row_format.h"

namespace bauta {

absl::Status ScanSubjects(const Engine& engine, uint32_t begin, uint32_t end,
                          absl::FunctionRef<absl::StatusOr<bool>(const ScannedSubject&)> visit) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::string upper = RangeStart(end);
  const rocksdb::Slice upper_bound = ToSlice(upper);
  if (!upper.empty()) options.iterate_upper_bound = &upper_bound;
  const std::unique_ptr<rocksdb::Iterator> rows(
      engine.db().NewIterator(options, engine.family(Engine::Family::kSubject)));

  rows->Seek(ToSlice(RangeStart(begin)));
  while (rows->Valid()) {
    ScannedSubject subject;
    std::string head_row;
    std::string_view head;
    BAUTA_ASSIGN_OR_RETURN(RowKind kind, ParseSubjectKey(ToView(rows->key()), &subject.code));
    if (kind == RowKind::kHead) {
      head_row.assign(rows->value().data(), rows->value().size());
      head = head_row;
      subject.head = &head;
      rows->Next();
    }
    // The history follows its head.
    StoredCode next;
    if (rows->Valid()) {
      BAUTA_ASSIGN_OR_RETURN(kind, ParseSubjectKey(ToView(rows->key()), &next));
    }
    const bool has_history = rows->Valid() && kind == RowKind::kHistory && next == subject.code;
    if (has_history) subject.history = ToView(rows->value());
    std::string_view sealed;
    bool being_moved = false;
    if (subject.head != nullptr) {
      const absl::StatusOr<HeadHeader> header = DecodeHeadRow(*subject.head, &sealed);
      being_moved = header.ok() && header->sequence == kNotLoggedYet;
    }
    if (!being_moved) {
      BAUTA_ASSIGN_OR_RETURN(const bool more, visit(subject));
      if (!more) return absl::OkStatus();
    }
    if (has_history) rows->Next();
  }
  return ToStatus(rows->status(), "scan the subjects");
}

}  // namespace bauta
