// consent in all its forms, export, erase, erase-author, suspend: the rights of people at the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/tools/command_fixture.h"

namespace bauta::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class RightsCommandsTest : public CommandTest {
 protected:
  std::string Consent(const std::string& flags = "") const {
    return Printed(absl::StrCat("consent --account=reader ", flags));
  }
  std::string Export() const { return Printed("export --account=reader"); }
};

TEST_F(RightsCommandsTest, PurposesAreGrantedAndWithdrawnAndTheHistoryGoesWithPersonalize) {
  EXPECT_THAT(Consent(),
              AllOf(HasSubstr("personalize 20"), HasSubstr("ads - no"), HasSubstr("policy version 1")));
  EXPECT_THAT(Consent("--grant=ads --policy_version=1"), HasSubstr("ads 20"));
  EXPECT_THAT(Consent("--withdraw=learn,ads"),
              AllOf(HasSubstr("personalize 20"), HasSubstr("learn - no"), HasSubstr("ads - no")));
  EXPECT_THAT(Export(), HasSubstr("SIGNAL_KIND_CLICK"));
  EXPECT_THAT(Consent("--withdraw=personalize"), HasSubstr("personalize - no"));
  EXPECT_THAT(Export(), Not(HasSubstr("SIGNAL_KIND")));
  // What was not withdrawn stands, without effect.
  EXPECT_THAT(Consent(), HasSubstr("crowd 20"));
  EXPECT_THAT(Consent("--withdraw=all"), AllOf(Not(ContainsRegex("(personalize|learn|crowd|locate|ads) 20")),
                                               HasSubstr("last withdrawal 20")));
  EXPECT_THAT(Consent("--grant=all"), Not(HasSubstr(" - no")));
  EXPECT_THAT(Consent("--json"), HasSubstr("\"policy_version\":1"));
  EXPECT_EQ(Printed("consent --account=somebody_else"),
            "purpose on since in effect\npersonalize - no\nlearn - no\ncrowd - no\nlocate - no\nads - no\n"
            "no policy agreed to\n");
}

TEST_F(RightsCommandsTest, KindsOfSignalAreExcludedAndReadmitted) {
  EXPECT_THAT(Consent("--exclude_kinds=click,search"), HasSubstr("not kept: click, search"));
  EXPECT_THAT(Export(), AllOf(Not(HasSubstr("\"kind\":\"SIGNAL_KIND_CLICK\"")),
                              HasSubstr("\"kind\":\"SIGNAL_KIND_LIKE\"")));
  EXPECT_THAT(Consent("--readmit_kinds=click"), HasSubstr("not kept: search"));
  EXPECT_THAT(Consent("--readmit_kinds=search"), Not(HasSubstr("not kept")));
}

TEST_F(RightsCommandsTest, AMinorWaitsForTheGuardian) {
  EXPECT_THAT(Consent("--mark_minor"), HasSubstr("under age, no guardian agreed"));
  EXPECT_THAT(Consent(), Not(HasSubstr(" yes\n"))) << "nothing is in effect before a guardian agreed";
  const std::string agreement = "consent --account=reader --guardian_agrees=";
  const Outcome own = Run(agreement + "yes");
  EXPECT_EQ(own.exit_code, 1);
  EXPECT_THAT(own.output, HasSubstr("guardian_agreed: needs a rights token of an issuer"));
  const Outcome guardian = RunAs("everything", agreement + "yes", "test-guardian");
  EXPECT_EQ(guardian.exit_code, 0) << guardian.output;
  EXPECT_THAT(guardian.output, HasSubstr("under age, a guardian agreed"));
  EXPECT_EQ(RunAs("everything", agreement + "no", "test-guardian").exit_code, 0);
  EXPECT_THAT(Consent(), HasSubstr("no guardian agreed"));
}

TEST_F(RightsCommandsTest, AnAgentWithdrawsButDoesNotGrant) {
  const Outcome grant = RunAs("everything", "consent --account=reader --grant=ads", "test-agent");
  EXPECT_EQ(grant.exit_code, 1);
  EXPECT_THAT(grant.output, HasSubstr("the rights token is an agent's"));
  EXPECT_EQ(RunAs("everything", "consent --account=reader --withdraw=all", "test-agent").exit_code, 0);
  EXPECT_THAT(Consent(), AllOf(Not(ContainsRegex("(personalize|learn|crowd|locate|ads) 20")),
                               HasSubstr("last withdrawal 20")));
}

TEST_F(RightsCommandsTest, AnErasedSubjectGetsAReceiptAndLeavesNothing) {
  EXPECT_THAT(Printed("erase --account=reader"),
              HasSubstr("erased entry of the rights log stray copies unreadable by\n20"));
  EXPECT_THAT(Export(),
              AllOf(HasSubstr("\"trailer\""), Not(HasSubstr("SIGNAL_KIND")), Not(HasSubstr("PURPOSE"))));
  EXPECT_THAT(Consent(), Not(HasSubstr(" yes\n")));
}

TEST_F(RightsCommandsTest, AnErasedAuthorsPostsAreGoneAndAReplayBringsNoneBack) {
  EXPECT_THAT(Printed("erase-author --author=ann"),
              AllOf(HasSubstr("erased posts gone entry of the rights log"), HasSubstr(" 2 ")));
  EXPECT_THAT(Printed("rank 1 2 3"), AllOf(HasSubstr("3 candidates, 1 kept"), HasSubstr("\n1 2 ")));
  EXPECT_THAT(Printed(absl::StrCat("import --posts=", Path("posts.csv"))), HasSubstr("2 refused"));
  EXPECT_THAT(Printed("rank 1 3"), HasSubstr("2 candidates, 0 kept"));
  EXPECT_THAT(Printed("erase-author --author=nobody --json"), HasSubstr("\"log_sequence\""));
}

TEST_F(RightsCommandsTest, ASuspendedAuthorIsInNoFeedUntilItIsTakenBack) {
  EXPECT_THAT(Printed("suspend --author=ann"), HasSubstr("author accepted"));
  EXPECT_THAT(Printed("rank 1 2 3"), HasSubstr("3 candidates, 1 kept"));
  EXPECT_THAT(Printed("suspend --author=ann --undo"), HasSubstr("author accepted"));
  EXPECT_THAT(Printed("rank 1 2 3"), HasSubstr("3 candidates, 3 kept"));
}

TEST_F(RightsCommandsTest, AnXNamesTheAuthorAsTheFlagsTakeIt) {
  const std::string code = Printed("authors cid");
  const std::string name = code.substr(code.find("code:"), 37);
  EXPECT_THAT(Printed("x --account=reader 4 --reason=less_of_author"), HasSubstr(name));
  EXPECT_THAT(Printed("reasons 4"), AllOf(HasSubstr("less_of_author author 14 days 140 days yes"),
                                          HasSubstr("block_author author for good - yes")));
  EXPECT_THAT(Printed("rank 4 --account=reader"), HasSubstr("1 candidates, 0 kept, 1 dismissed"));
  EXPECT_THAT(Printed("x --account=reader 4 --undo"), HasSubstr("1 taken back"));
  EXPECT_THAT(Printed("follow --account=reader --author=" + name), HasSubstr("accepted"));
  EXPECT_THAT(Printed("why --account=reader 4"), HasSubstr("because followed_author"));
}

TEST_F(RightsCommandsTest, WrongUseIsNamedAndChangesNothing) {
  const std::string before = Consent();
  for (const WrongUse& wrong : {
           WrongUse{"consent", 2, "whose? Give --account"},
           {"consent --account=reader --grant=fame", 2, "grant: one of personalize, learn"},
           {"consent --account=reader --withdraw=fame", 2, "withdraw: one of personalize, learn"},
           {"consent --account=reader --withdraw=personalize, learn", 2,
            "nothing but flags may follow, got learn"},
           {"consent --account=reader --exclude_kinds=tap", 2, "exclude_kinds: one of impression"},
           {"consent --account=reader --readmit_kinds=tap", 2, "readmit_kinds: one of impression"},
           {"consent --account=reader --guardian_agrees=maybe", 2, "guardian_agrees: yes or no"},
           {"consent --account=reader --grant=ads --withdraw=ads", 2, "purposes"},
           {"consent --account=reader --grant=ads --withdraw=all", 2, "withdraw_all"},
           {"consent --account=reader --grant=ads --policy_version=9", 2, "policy_version: one of"},
           {"consent --account=reader --issuer=nobody", 1, "nobody"},
           {"export", 2, "whose?"},
           {"erase", 2, "whose?"},
           {"erase reader", 2, "nothing but flags may follow, got reader"},
           {"erase-author", 2, "whom? Give --author"},
           {"erase-author ann", 2, "nothing but flags may follow, got ann"},
           {"erase-author --author=code:12", 2, "author: code: and 32 hexadecimal digits"},
           {"suspend", 2, "whom? Give --author"},
           {"suspend --author=ann --until=tomorrow", 2, "until: a time as"},
           {"x --account=reader 1 --reason=dull", 2, "reason: one of not_interested"},
           {"import", 2, "which file? Give --posts"},
           {"forget --account=reader", 2, "no command of the name forget"},
       }) {
    ExpectWrong(wrong);
  }
  EXPECT_EQ(Consent(), before);
  EXPECT_THAT(Export(), HasSubstr("SIGNAL_KIND_CLICK"));
  EXPECT_THAT(Printed("rank 1 2 3"), HasSubstr("3 candidates, 3 kept"));
}

TEST_F(RightsCommandsTest, RightsNeedTheirRoleAndATokenOfTheSubject) {
  const struct {
    const char* command;
    bool needs_rights_token;
  } commands[] = {{"consent --account=reader", true},   {"consent --account=reader --withdraw=all", true},
                  {"export --account=reader", true},    {"erase --account=reader", true},
                  {"erase-author --author=ann", false}, {"suspend --author=ann", false}};
  for (const auto& one : commands) {
    const Outcome wrong_role = RunAs("feed", one.command);
    EXPECT_EQ(wrong_role.exit_code, 1) << one.command;
    EXPECT_THAT(wrong_role.output, HasSubstr("the token has no role that may call it"));
    if (!one.needs_rights_token) continue;
    const Outcome no_issuer = RunAs("everything", one.command, "");
    EXPECT_EQ(no_issuer.exit_code, 1) << one.command;
    EXPECT_THAT(no_issuer.output, AllOf(HasSubstr("PERMISSION_DENIED"), HasSubstr("BAUTA_ISSUER_DIR")));
  }
  EXPECT_THAT(Consent(), HasSubstr("personalize 20"));
  EXPECT_THAT(Printed("rank 1 2 3"), HasSubstr("3 candidates, 3 kept"));
}

}  // namespace
}  // namespace bauta::testing
