// What lies sealed in the database of a closed store, and whether any key that is still to be had opens it.
#ifndef BAUTA_TESTS_FEATURESTORE_SEALED_ROWS_H_
#define BAUTA_TESTS_FEATURESTORE_SEALED_ROWS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "featurestore/store/engine.h"
#include "featurestore/store/row_format.h"
#include "privacy/key_head.h"
#include "privacy/random_source.h"
#include "privacy/sealing.h"
#include "privacy/subject_keys.h"

namespace bauta::testing {

// A sealed value, and what it was sealed with.
struct SealedRow {
  std::string name;  // "head" or "frame".
  SlotRef slot;
  std::string associated_data;
  std::string sealed;
};

// Every sealed value of the subject in the database.
inline std::vector<SealedRow> SealedRowsIn(const std::string& database, const StoredCode& code) {
  std::vector<SealedRow> rows;
  const auto engine = Engine::OpenReadOnly(database);
  EXPECT_TRUE(engine.ok()) << engine.status();
  if (!engine.ok()) return rows;
  const auto head = (*engine)->Get(Engine::Family::kSubject, SubjectKey(code, RowKind::kHead).view());
  if (head.ok()) {
    std::string_view sealed;
    const auto header = DecodeHeadRow(*head, &sealed);
    EXPECT_TRUE(header.ok()) << header.status();
    rows.push_back(
        {"head", header->slot, RowAssociatedData(RowKind::kHead, code, header->slot), std::string(sealed)});
  }
  const auto history = (*engine)->Get(Engine::Family::kSubject, SubjectKey(code, RowKind::kHistory).view());
  if (history.ok()) {
    const auto frames = DecodeHistoryRow(*history);
    EXPECT_TRUE(frames.ok()) << frames.status();
    for (const Frame& frame : *frames) {
      rows.push_back({"frame", frame.slot, RowAssociatedData(RowKind::kHistory, code, frame.slot),
                      std::string(frame.sealed)});
    }
  }
  return rows;
}

// The keys of subjects that the folder has, of a store that is closed.
inline absl::StatusOr<std::unique_ptr<SubjectKeys>> OpenSubjectKeys(const std::string& keys) {
  const auto head = KeyHead::Read(PosixFileSystem(), keys);
  if (!head.ok()) return head.status();
  return SubjectKeys::Open(PosixFileSystem(), SystemRandom(),
                           {.directory = keys, .file_number = head->subjects_file});
}

// How many of the values any of the keys opens.
inline size_t Decryptable(const std::vector<SealedRow>& rows, const SubjectKeys& keys) {
  size_t opened = 0;
  for (const SealedRow& row : rows) {
    for (const SlotRef& slot : keys.LiveSlots()) {
      const auto key = keys.DataKey(slot);
      EXPECT_TRUE(key.ok()) << key.status();
      std::string value;
      if (key.ok() && Unseal(*key, row.associated_data, row.sealed, value).ok()) ++opened;
    }
  }
  return opened;
}

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_SEALED_ROWS_H_
