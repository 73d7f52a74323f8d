// A store whose identity key changes.
#ifndef BAUTA_TESTS_FEATURESTORE_IDENTITY_ROTATION_FIXTURE_H_
#define BAUTA_TESTS_FEATURESTORE_IDENTITY_ROTATION_FIXTURE_H_

#include <string>

#include "tests/featurestore/store_recovery_fixture.h"

namespace bauta::testing {

class IdentityRotationFixture : public StoreRecoveryFixture {
 protected:
  std::string new_db() const { return store_.directory() + "/db.2"; }

  void RunToTheEnd(size_t subjects_a_step = 2) {
    for (int step = 0; step < 10'000; ++step) {
      const auto progress = store_->ContinueIdentityRotation(subjects_a_step);
      ASSERT_TRUE(progress.ok()) << progress.status();
      if (!progress->running) return;
    }
    FAIL() << "no end";
  }
};

}  // namespace bauta::testing

#endif  // BAUTA_TESTS_FEATURESTORE_IDENTITY_ROTATION_FIXTURE_H_
