#include "featurestore/store/rights_log_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "base/strings.h"

namespace bauta {
namespace {

std::string Hex(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }

RightsEntryHeader SomeHeader() {
  return {.sequence = 0x0102,
          .type = RightsEntryType::kSubjectState,
          .slot = {.index = 5, .generation = 0x1122334455667788},
          .destroyed = {{.index = 6, .generation = 0xaabbccddeeff0011}}};
}

// The bytes of this version stay readable for ever: this test changes only together with the format's number.
TEST(RightsLogFormat, FileHeaderBytesAreFixed) {
  Sha256Digest hash{};
  hash.fill(0xee);
  const std::string header = EncodeFileHeader({.file_number = 3, .base_sequence = 9, .base_hash = hash});
  std::string before_checksum = Hex("bautalog") + "01000000" + "03000000" + "0900000000000000";
  for (int i = 0; i < 32; ++i) before_checksum += "ee";
  before_checksum += "00000000";
  EXPECT_EQ(Hex(header.substr(0, 60)), before_checksum);
  EXPECT_EQ(header.size(), kRightsLogFileHeaderSize);
}

TEST(RightsLogFormat, EntryBytesAreFixed) {
  Sha256Digest previous{};
  previous.fill(0x77);
  std::string bytes;
  const Sha256Digest hash = AppendEntry(SomeHeader(), previous, "sealed", bytes);
  std::string expected =
      "72000000"
      "01"
      "00"
      "0100"
      "0201000000000000"
      "05000000"
      "8877665544332211";
  for (int i = 0; i < 32; ++i) expected += "77";
  EXPECT_EQ(Hex(bytes.substr(0, 60)), expected);
  EXPECT_EQ(Hex(bytes.substr(64, 18)),
            "06000000"
            "1100ffeeddccbbaa" +
                Hex("sealed"));
  EXPECT_EQ(Hex(bytes.substr(82)), Hex(View(hash)));
  EXPECT_EQ(View(Sha256(std::string_view(bytes).substr(0, 82))), View(hash));
}

TEST(RightsLogFormat, EntryComesBackAsItWasWritten) {
  Sha256Digest previous{};
  previous.fill(0x77);
  std::string bytes;
  const Sha256Digest hash = AppendEntry(SomeHeader(), previous, "sealed", bytes);
  const auto entry = DecodeEntry(bytes);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->header.sequence, 0x0102u);
  EXPECT_EQ(entry->header.type, RightsEntryType::kSubjectState);
  EXPECT_EQ(entry->header.slot, SomeHeader().slot);
  EXPECT_EQ(entry->header.destroyed, SomeHeader().destroyed);
  EXPECT_EQ(entry->previous, previous);
  EXPECT_EQ(entry->payload, "sealed");
  EXPECT_EQ(entry->hash, hash);
}

TEST(RightsLogFormat, NoFlippedBitOfAnEntryPasses) {
  std::string bytes;
  AppendEntry(SomeHeader(), {}, "sealed", bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(DecodeEntry(damaged).status().code(), absl::StatusCode::kDataLoss) << "bit " << bit;
  }
}

TEST(RightsLogFormat, NoFlippedBitOfTheFileHeaderPasses) {
  const std::string bytes = EncodeFileHeader({});
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(DecodeFileHeader(damaged).status().code(), absl::StatusCode::kDataLoss) << "bit " << bit;
  }
}

TEST(RightsLogFormat, SealIsBoundToAllButTheChaining) {
  const std::string bound = PayloadAssociatedData(SomeHeader());
  for (int field = 0; field < 5; ++field) {
    RightsEntryHeader other = SomeHeader();
    if (field == 0) other.sequence += 1;
    if (field == 1) other.type = RightsEntryType::kErasure;
    if (field == 2) other.slot.index += 1;
    if (field == 3) other.slot.generation += 1;
    if (field == 4) other.destroyed[0].generation += 1;
    EXPECT_NE(PayloadAssociatedData(other), bound) << "field " << field;
  }
}

TEST(RightsLogFormat, LimitsAreNamed) {
  RightsEntryHeader header = SomeHeader();
  EXPECT_TRUE(CheckEntryLimits(header, kRightsEntryPayloadMax).ok());
  EXPECT_THAT(std::string(CheckEntryLimits(header, kRightsEntryPayloadMax + 1).message()),
              ::testing::HasSubstr("payload: at most"));
  header.destroyed.resize(kRightsEntryDestroyedMax + 1);
  EXPECT_THAT(std::string(CheckEntryLimits(header, 0).message()),
              ::testing::HasSubstr("destroyed: at most 64 slots an entry, not 65"));
}

TEST(RightsLogFormat, CheckpointComesBackAsItWasWritten) {
  const auto checkpoint = DecodeCheckpoint(
      EncodeCheckpoint({.kept_entries = 3, .dropped_entries = 8, .compaction_hour = 470'000}));
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->kept_entries, 3u);
  EXPECT_EQ(checkpoint->dropped_entries, 8u);
  EXPECT_EQ(checkpoint->compaction_hour, 470'000u);
  EXPECT_EQ(DecodeCheckpoint("short").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace bauta
