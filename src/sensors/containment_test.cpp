// SPDX-License-Identifier: Apache-2.0
#include "sensors/containment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace joulemark::sensors {
namespace {

const ScopeInfo kPackage0{"package-0", Domain::kPackage, "0"};
const ScopeInfo kPackage1{"package-1", Domain::kPackage, "1"};
const ScopeInfo kCore0{"core-0", Domain::kCore, "0"};
const ScopeInfo kDram0{"dram-0", Domain::kDram, "0"};
const ScopeInfo kPsys{"psys", Domain::kPsys, ""};
const ScopeInfo kGpu0{"gpu-0", Domain::kGpu, "0"};
const ScopeInfo kModule0{"module-0", Domain::kModule, "0"};
const ScopeInfo kWall{"wall", Domain::kWall, ""};
const std::vector<ScopeInfo> kAll = {kPackage0, kPackage1, kCore0, kDram0, kPsys, kGpu0, kWall};

TEST(Containment, APackageContainsItsCoresAndNotItsMemory) {
  EXPECT_TRUE(contains(kPackage0, kCore0));
  EXPECT_FALSE(contains(kPackage1, kCore0));
  EXPECT_FALSE(contains(kPackage0, kDram0));
  EXPECT_TRUE(contains(kPackage0, {"core-0-die-1", Domain::kCore, "0-die-1"}));
  EXPECT_FALSE(contains({"package-0-die-0", Domain::kPackage, "0-die-0"},
                        {"core-0-die-1", Domain::kCore, "0-die-1"}));
}

TEST(Containment, TheWallContainsEverything) {
  for (const ScopeInfo& scope : kAll)
    EXPECT_EQ(contains(kWall, scope), scope.domain != Domain::kWall) << scope.scope;
  EXPECT_TRUE(contains(kPsys, kPackage1));
  EXPECT_FALSE(contains(kPsys, kGpu0));
  EXPECT_FALSE(contains(kPsys, kWall));
}

TEST(Containment, NothingContainsItselfAndNoTwoContainEachOther) {
  for (const ScopeInfo& a : kAll)
    for (const ScopeInfo& b : kAll) EXPECT_FALSE(contains(a, b) && contains(b, a)) << a.scope;
}

TEST(Roles, PartsAreCountedAndWhatHoldsThemIsNot) {
  EXPECT_EQ(role_beside(kPackage0, std::vector{kPackage1, kCore0, kDram0, kPsys}), Role::kCounted);
  EXPECT_EQ(role_beside(kCore0, std::vector{kPackage0}), Role::kContained);
  EXPECT_EQ(role_beside(kCore0, std::vector{kPackage1}), Role::kCounted);
  EXPECT_EQ(role_beside(kPsys, std::vector{kPackage0}), Role::kContainer);
  EXPECT_EQ(role_beside(kPsys, std::vector{kGpu0}), Role::kCounted);
  EXPECT_EQ(role_beside(kGpu0, std::vector{kModule0}), Role::kContained);
  EXPECT_EQ(role_beside(kPackage0, std::vector{kModule0}), Role::kContained);
  EXPECT_EQ(role_beside({"VDD_CPU_CV", Domain::kRail, "0"}, std::vector{kModule0}),
            Role::kContained);
  EXPECT_EQ(role_beside(kWall, kAll), Role::kDuplicate);
  EXPECT_EQ(role_beside(kPackage0, std::vector{kPackage0}), Role::kDuplicate);
  EXPECT_EQ(role_beside({"mystery", Domain::kOther, ""}, {}), Role::kUnknown);
}

TEST(Roles, DoNotDependOnTheOrder) {
  std::vector<ScopeInfo> others = {kPackage1, kCore0, kDram0, kGpu0};
  const auto by_name = [](const ScopeInfo& a, const ScopeInfo& b) { return a.scope < b.scope; };
  std::sort(others.begin(), others.end(), by_name);
  do {
    EXPECT_EQ(role_beside(kPsys, others), Role::kContainer);
    EXPECT_EQ(role_beside(kPackage0, others), Role::kCounted);
  } while (std::next_permutation(others.begin(), others.end(), by_name));
}

}  // namespace
}  // namespace joulemark::sensors
