// Holds the house's one direction: which room may include which, read from the include lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace bauta::testing {
namespace {

using ::testing::IsEmpty;

struct Room {
  std::string folder;
  std::vector<std::string> may_include;       // Prefixes of our own headers.
  std::vector<std::string> must_not_include;  // Prefixes of anything else.
};

const std::vector<std::string> kGrpc = {"grpc", "bauta/v1/"};
const std::vector<std::string> kRocksDb = {"rocksdb/"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// In the order of the layers; the longest folder that matches a file counts.
const std::vector<Room>& Rooms() {
  static const auto& rooms = *new std::vector<Room>{
      {"base/",
       {"base/"},
       kGrpc + kRocksDb + std::vector<std::string>{"google/protobuf", "openssl/", "Eigen/"}},
      {"privacy/",
       {"base/", "privacy/"},
       kGrpc + kRocksDb + std::vector<std::string>{"google/protobuf", "Eigen/"}},
      {"featurestore/records/",
       {"base/", "privacy/", "featurestore/records/"},
       kGrpc + kRocksDb +
           std::vector<std::string>{"google/protobuf", "openssl/", "bauta/storage/", "Eigen/"}},
      {"featurestore/store/",
       {"base/", "privacy/", "featurestore/", "bauta/storage/"},
       kGrpc + std::vector<std::string>{"openssl/", "Eigen/"}},
      // Pure: no clock, file, thread, lock, proto or database.
      {"ranking/",
       {"base/", "privacy/", "featurestore/records/", "ranking/"},
       kGrpc + kRocksDb +
           std::vector<std::string>{"google/protobuf",
                                    "openssl/",
                                    "bauta/",
                                    "base/clock.h",
                                    "base/file_system.h",
                                    "fstream",
                                    "iostream",
                                    "cstdio",
                                    "chrono",
                                    "thread",
                                    "mutex",
                                    "shared_mutex",
                                    "atomic",
                                    "random",
                                    "absl/time/clock.h",
                                    "absl/synchronization",
                                    "sys/",
                                    "unistd.h",
                                    "fcntl.h",
                                    "privacy/key",
                                    "privacy/pseudonymizer",
                                    "privacy/subject_keys",
                                    "privacy/sealing",
                                    "privacy/raw_ids"}},
      {"training/",
       {"base/", "privacy/", "featurestore/records/", "ranking/", "training/"},
       kGrpc + kRocksDb +
           std::vector<std::string>{"openssl/", "bauta/", "privacy/key", "privacy/pseudonymizer",
                                    "privacy/subject_keys", "privacy/raw_ids"}},
      {"service/", {"base/", "privacy/", "featurestore/", "ranking/", "service/", "bauta/"}, kRocksDb},
      {"tools/",
       {"base/", "privacy/", "featurestore/", "ranking/", "training/", "service/", "tools/", "bauta/"},
       kRocksDb},
  };
  return rooms;
}

const Room* RoomOf(const std::string& path) {
  for (const Room& room : Rooms()) {
    if (path.starts_with(room.folder)) return &room;
  }
  return nullptr;
}

bool IsOwnHeader(const std::string& header) {
  return StartsWithAny(header, {"base/", "privacy/", "featurestore/", "ranking/", "training/", "service/",
                                "tools/", "bench/", "tests/", "bauta/"});
}

std::vector<std::string> Violations(const SourceFile& file) {
  std::vector<std::string> found;
  const Room* room = RoomOf(file.path);
  if (room == nullptr) return found;
  for (const std::string& line : file.lines) {
    const std::string header = IncludedHeader(line);
    if (header.empty()) continue;
    const bool above = IsOwnHeader(header) && !StartsWithAny(header, room->may_include);
    if (above || StartsWithAny(header, room->must_not_include))
      found.push_back(file.path + " includes " + header);
  }
  return found;
}

TEST(LayeringTest, EveryRoomIncludesOnlyWhatLiesBelowIt) {
  std::vector<std::string> violations;
  for (const SourceFile& file : ReadSourceTree()) {
    for (std::string& violation : Violations(file)) violations.push_back(std::move(violation));
  }
  EXPECT_THAT(violations, IsEmpty());
}

TEST(LayeringTest, FindsAPlantedViolation) {
  EXPECT_THAT(Violations({"ranking/planted.cc", {"#include \"featurestore/store/feature_store.h\""}}),
              ::testing::SizeIs(1));
  EXPECT_THAT(Violations({"ranking/planted.cc", {"#include <chrono>"}}), ::testing::SizeIs(1));
  EXPECT_THAT(Violations({"featurestore/store/planted.cc", {"#include \"ranking/ranker.h\""}}),
              ::testing::SizeIs(1));
  EXPECT_THAT(Violations({"service/planted.cc", {"#include <rocksdb/db.h>"}}), ::testing::SizeIs(1));
}

TEST(LayeringTest, TheStoresHeaderHidesItsEngine) {
  for (const SourceFile& file : ReadSourceTree()) {
    if (file.path != "featurestore/store/feature_store.h") continue;
    for (const std::string& line : file.lines) {
      EXPECT_FALSE(StartsWithAny(IncludedHeader(line), {"rocksdb/", "google/", "bauta/", "openssl/"}))
          << line;
    }
    return;
  }
  FAIL() << "featurestore/store/feature_store.h is gone";
}

// The headers of gRPC cost seconds a file, and what knows gRPC must only adapt.
TEST(LayeringTest, GrpcStaysInTheAdapters) {
  const std::vector<std::string> allowed = {"service/rpc/", "service/server", "tools/", "bench/", "tests/"};
  for (const SourceFile& file : ReadSourceTree()) {
    if (StartsWithAny(file.path, allowed)) continue;
    for (const std::string& line : file.lines) {
      const std::string header = IncludedHeader(line);
      EXPECT_FALSE(header.starts_with("grpc") || header.find(".grpc.pb.h") != std::string::npos)
          << file.path << ": " << line;
    }
  }
}

// Whoever can make a SubjectView can put into it what consent forbids.
TEST(LayeringTest, OnlyTheStoreAndTheReplayMakeSubjectViews) {
  const std::vector<std::string> allowed = {"featurestore/", "training/", "bench/", "tests/"};
  for (const SourceFile& file : ReadSourceTree()) {
    if (StartsWithAny(file.path, allowed)) continue;
    for (const std::string& line : file.lines) {
      EXPECT_NE(IncludedHeader(line), "featurestore/records/subject_view_builder.h") << file.path;
    }
  }
}

TEST(LayeringTest, AFileIsOneRoom) {
  for (const SourceFile& file : ReadSourceTree())
    EXPECT_LE(file.lines.size(), 400u) << file.path << " is probably two";
}

}  // namespace
}  // namespace bauta::testing
