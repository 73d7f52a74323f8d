#include "privacy/raw_ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include "privacy/codes.h"

namespace bauta {

// The tests' own key to the bytes, as RawIdAccess's friends name it.
class RawIdTestPeer {
 public:
  static RawIdAccess Access() { return RawIdAccess(); }
};

namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept EqualToText = requires(const T& value, const std::string& text) {
  value == text;
};
template <class T>
concept ConvertibleToText = std::is_convertible_v<T, std::string> ||
    std::is_convertible_v<T, std::string_view> || std::is_constructible_v<std::string, const T&>;

template <class T>
constexpr bool kStaysSecret = !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
                              std::is_nothrow_move_constructible_v<T> && !Streamable<T> && !EqualToText<T> &&
                              !ConvertibleToText<T> && !std::is_default_constructible_v<T>;
static_assert(kStaysSecret<RawSubject>);
static_assert(kStaysSecret<RawAuthor>);
static_assert(kStaysSecret<IpAddress>);
static_assert(!std::is_default_constructible_v<RawIdAccess>);
static_assert(!std::is_aggregate_v<RawIdAccess>);
static_assert(!Streamable<Pseudonym> && !ConvertibleToText<Pseudonym> && !EqualToText<Pseudonym>);
static_assert(!Streamable<StoredCode> && !ConvertibleToText<StoredCode>);
static_assert(!Streamable<SecretKey> && !std::is_copy_constructible_v<SecretKey> &&
              !ConvertibleToText<SecretKey>);

RawIdAccess Access() { return RawIdTestPeer::Access(); }

TEST(RawSubjectTest, HoldsUpTo256BytesOfAnyKind) {
  for (const std::string& id : {std::string("a"), std::string("\0\xff", 2), std::string(256, 'x')}) {
    const auto subject = RawSubject::Create(SubjectNamespace::kDevice, id);
    ASSERT_TRUE(subject.ok());
    EXPECT_EQ(subject->bytes(Access()), id);
    EXPECT_EQ(subject->name(), SubjectNamespace::kDevice);
    const auto author = RawAuthor::Create(id);
    ASSERT_TRUE(author.ok());
    EXPECT_EQ(author->bytes(Access()), id);
  }
}

TEST(RawSubjectTest, RefusesEmptyAndLongOnesByLengthAlone) {
  for (const std::string& id : {std::string(), std::string(257, 'q'), std::string(300, 'q')}) {
    for (const absl::Status& status :
         {RawSubject::Create(SubjectNamespace::kAccount, id).status(), RawAuthor::Create(id).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      const std::string message(status.message());
      EXPECT_NE(message.find(std::to_string(id.size()) + " bytes"), std::string::npos) << message;
      EXPECT_EQ(message.find("qq"), std::string::npos) << "the id itself is in the message";
    }
  }
}

TEST(RawSubjectTest, RefusesANamespaceThatThereIsNot) {
  EXPECT_EQ(RawSubject::Create(static_cast<SubjectNamespace>(9), "id").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(RawSubjectTest, LeavesNothingWhereItWas) {
  constexpr size_t kSize = sizeof(RawSubject);
  alignas(RawSubject) char memory[kSize] = {};
  const std::string id = "canary-canary-canary";
  auto* const subject = new (memory) RawSubject(*RawSubject::Create(SubjectNamespace::kAccount, id));
  const auto holds_canary = [&memory] {
    return std::search(memory, memory + kSize, "canary", "canary" + 6) != memory + kSize;
  };
  ASSERT_TRUE(holds_canary());
  RawSubject moved = std::move(*subject);
  EXPECT_FALSE(holds_canary());
  EXPECT_EQ(moved.bytes(Access()), id);
  *subject = std::move(moved);
  ASSERT_TRUE(holds_canary());
  subject->~RawSubject();
  EXPECT_FALSE(holds_canary());
}

struct AddressCase {
  const char* text;
  bool is_v4;
  const char* same_as;  // Another text of the same address.
};

TEST(IpAddressTest, ParsesBothFamilies) {
  for (const AddressCase& c :
       {AddressCase{"192.0.2.1", true, "192.0.2.1"}, AddressCase{"::ffff:192.0.2.1", true, "192.0.2.1"},
        AddressCase{"2001:db8::1", false, "2001:0DB8:0:0:0:0:0:1"},
        AddressCase{"::", false, "0:0:0:0:0:0:0:0"}}) {
    const auto address = IpAddress::Parse(c.text);
    const auto same = IpAddress::Parse(c.same_as);
    ASSERT_TRUE(address.ok() && same.ok()) << c.text;
    EXPECT_EQ(address->is_v4(Access()), c.is_v4) << c.text;
    EXPECT_EQ(address->bytes(Access()), same->bytes(Access())) << c.text;
  }
}

TEST(IpAddressTest, RefusesAllElseWithoutRepeatingIt) {
  for (const std::string& text :
       {std::string(), std::string("192.0.2"), std::string("192.0.2.256"), std::string("192.0.2.1 "),
        std::string("fe80::1%eth0"), std::string("192.0.2.1\0", 10), std::string(200, '1'),
        std::string("host.example")}) {
    const absl::Status status = IpAddress::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_TRUE(text.empty() || status.message().find(text) == absl::string_view::npos) << text;
  }
}

TEST(IpAddressTest, LeavesNothingWhereItWas) {
  IpAddress from = *IpAddress::Parse("2001:db8::1");
  const IpAddress to = std::move(from);
  EXPECT_EQ(from.bytes(Access()), (std::array<uint8_t, 16>{}));  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(to.bytes(Access())[0], 0x20);
}

}  // namespace
}  // namespace bauta
