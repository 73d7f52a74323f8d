// Compiles: so the neighbours fail for the reason that they name, and not for a missing header.
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "privacy/codes.h"
#include "privacy/pseudonymizer.h"
#include "privacy/raw_ids.h"
#include "privacy/secret.h"

std::string Control(bauta::RawSubject subject, bauta::IpAddress address,
                    const bauta::Pseudonymizer& pseudonymizer) {
  bauta::RawSubject moved = std::move(subject);
  const bauta::IpAddress moved_address = std::move(address);
  const bauta::Pseudonym code = pseudonymizer.ToPseudonym(std::move(moved));
  const bauta::AuthorCode author;
  std::cout << author.ToHex();
  return absl::StrCat(author.ToHex(), absl::StrFormat("%d", code == code ? 1 : 0));
}
