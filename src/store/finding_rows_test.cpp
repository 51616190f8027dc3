// SPDX-License-Identifier: Apache-2.0
// Findings come back as they were, and older stores have none.
#include <gmock/gmock.h>

#include "store/store_fixture_test.h"

namespace joulemark::store {
namespace {

using testing::HasSubstr;

class FindingRows : public StoreTest {
 protected:
  const std::vector<Finding> kFound = {
      {"governor", Severity::kWarning, "it is 'powersave'", "it varies", "tee"},
      {"disk_full", Severity::kError, "1 MiB is free", "it ends", ""},
      {"smt", Severity::kInfo, "two threads share a core", "they slow each other", "affinity"}};
};

TEST_F(FindingRows, WhatGoesInComesOutInItsOrder) {
  {
    Store store = open();
    ASSERT_TRUE(store.create_experiment({}, ""));
    ASSERT_TRUE(store.create_experiment({}, ""));
    ASSERT_TRUE(store.add_findings(2, kFound));
  }
  Store store = open(OpenMode::kReadOnly);
  EXPECT_EQ(store.load(2, Detail::kSummary)->findings, kFound);
  EXPECT_TRUE(store.load(1, Detail::kSummary)->findings.empty());
}

TEST_F(FindingRows, StoresFromBeforeThereWasSuchATableHaveNone) {
  {
    Store store = open();
    ASSERT_TRUE(store.create_experiment({}, ""));
  }
  sql({"drop table experiment_finding", "update joulemark_schema set version = 6"});
  Store store = open(OpenMode::kReadOnly);
  const auto record = store.load(1, Detail::kSummary);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_TRUE(record->findings.empty());
}

TEST_F(FindingRows, ASeverityThatDoesNotExistIsDamage) {
  Store store = open();
  ASSERT_TRUE(store.create_experiment({}, ""));
  ASSERT_TRUE(store.add_findings(1, kFound));
  sql({"update experiment_finding set severity = 'grave' where ordinal = 1"});
  const auto record = store.load(1, Detail::kSummary);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message, HasSubstr("a finding holds nonsense"));
}

}  // namespace
}  // namespace joulemark::store
