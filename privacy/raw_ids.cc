#include "privacy/raw_ids.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace bauta {
namespace {

absl::Status CheckSize(const char* what, std::string_view id) {
  if (!id.empty() && id.size() <= kRawIdSizeMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": 1 to ", kRawIdSizeMax, " bytes allowed, got ", id.size(), " bytes"));
}

}  // namespace

absl::StatusOr<RawSubject> RawSubject::Create(SubjectNamespace name, std::string_view id) {
  if (SubjectNamespaceName(name).empty()) {
    return absl::InvalidArgumentError(
        "subject namespace: account, device or external allowed, got none of them");
  }
  if (absl::Status status = CheckSize("subject id", id); !status.ok()) return status;
  return RawSubject(name, id);
}

absl::StatusOr<RawAuthor> RawAuthor::Create(std::string_view id) {
  if (absl::Status status = CheckSize("author id", id); !status.ok()) return status;
  return RawAuthor(id);
}

absl::StatusOr<IpAddress> IpAddress::Parse(std::string_view text) {
  const auto refused = [&text] {
    return absl::InvalidArgumentError(absl::StrCat("IP address: an IPv4 or IPv6 address allowed, got ",
                                                   text.size(), " characters that are none"));
  };
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof(terminated) || text.find('\0') != std::string_view::npos) return refused();
  std::copy(text.begin(), text.end(), terminated);
  IpAddress address;
  bool parsed = true;
  if (::inet_pton(AF_INET, terminated, address.bytes_.data()) == 1) {
    address.is_v4_ = true;
  } else if (::inet_pton(AF_INET6, terminated, address.bytes_.data()) == 1) {
    constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin())) {
      std::copy(address.bytes_.begin() + 12, address.bytes_.end(), address.bytes_.begin());
      std::fill(address.bytes_.begin() + 4, address.bytes_.end(), uint8_t{0});
      address.is_v4_ = true;
    }
  } else {
    parsed = false;
  }
  WipeMemory(terminated, sizeof(terminated));
  if (!parsed) return refused();
  return address;
}

}  // namespace bauta
