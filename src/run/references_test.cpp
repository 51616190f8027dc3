// SPDX-License-Identifier: Apache-2.0
// Tests of which outputs are compared with which.
#include "run/references.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "plan/plan.h"
#include "run/temporary_folder.h"

namespace joulemark::run {
namespace {

namespace fs = std::filesystem;

class ReferencesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(*std::move(folder));
    experiment_.models.push_back({.name = "net", .source = "net.onnx", .shapes = {}});
    experiment_.factors.engine = {"a", "b", "c"};
    experiment_.factors.batch = {1, 8};
  }
  [[nodiscard]] Configuration cell(const std::string& engine, int batch = 1) const {
    Configuration configuration;
    configuration.engine = engine;
    configuration.batch = batch;
    return configuration;
  }

  Experiment experiment_;
  Installs installs_;
  std::optional<TemporaryFolder> folder_;
};

TEST_F(ReferencesTest, TheFirstOfTheListComesFirstForEachBatch) {
  References references(experiment_, installs_, folder_->path());
  EXPECT_EQ(references.needed_first(0, cell("b", 8)), cell("a", 8));
  EXPECT_EQ(references.needed_first(0, cell("a", 8)), std::nullopt);
  const AnswerPlan plan = references.plan(0, cell("a", 8));
  EXPECT_FALSE(plan.write_to.empty());
  EXPECT_TRUE(fs::is_directory(plan.write_to));
  references.answered(0, cell("a", 8));
  EXPECT_EQ(references.needed_first(0, cell("b", 8)), std::nullopt);
  EXPECT_EQ(references.needed_first(0, cell("b", 1)), cell("a", 1));
  EXPECT_EQ(references.plan(0, cell("b", 8)).compare_with, plan.write_to);
  EXPECT_EQ(references.plan(0, cell("b", 8)).reference, "a cpu f32 t1 b8");
}

TEST_F(ReferencesTest, AnEngineThatIsAReferenceComesFirst) {
  installs_["a"] = {.engine = "a", .version = {}, .plugin = {}, .library_dir = {}, .found_by = {}};
  installs_["b"] = {.engine = "b",
                    .version = {},
                    .plugin = {},
                    .library_dir = {},
                    .found_by = {},
                    .is_reference = true};
  References references(experiment_, installs_, folder_->path());
  EXPECT_EQ(references.needed_first(0, cell("a")), cell("b"));
  EXPECT_EQ(references.needed_first(0, cell("b")), std::nullopt);
  references.failed(0, cell("b"));
  EXPECT_EQ(references.needed_first(0, cell("c")), cell("a")) << "then the experiment's order";
}

TEST_F(ReferencesTest, AFailedReferenceIsFollowedByTheNext) {
  References references(experiment_, installs_, folder_->path());
  references.failed(0, cell("a"));
  EXPECT_EQ(references.needed_first(0, cell("c")), cell("b"));
  references.failed(0, cell("b"));
  references.failed(0, cell("c"));
  EXPECT_EQ(references.needed_first(0, cell("c")), std::nullopt);
  EXPECT_TRUE(references.plan(0, cell("c")).compare_with.empty());
}

TEST_F(ReferencesTest, AFailureAfterItAnsweredChangesNothing) {
  References references(experiment_, installs_, folder_->path());
  references.answered(0, cell("a"));
  references.failed(0, cell("a"));
  EXPECT_EQ(references.plan(0, cell("b")).reference, "a cpu f32 t1 b1");
}

TEST_F(ReferencesTest, OneConfigurationHasNothingToCompareWith) {
  experiment_.factors.engine = {"a"};
  References references(experiment_, installs_, folder_->path());
  EXPECT_EQ(references.needed_first(0, cell("a")), std::nullopt);
  EXPECT_TRUE(references.plan(0, cell("a")).compare_with.empty());
}

TEST_F(ReferencesTest, AConfigurationsFirstOutputsAreKeptForItsLaterOnes) {
  References references(experiment_, installs_, folder_->path());
  const fs::path own = references.plan(0, cell("b")).write_to;
  EXPECT_TRUE(fs::is_directory(own));
  EXPECT_NE(own, references.plan(0, cell("a")).own);
  references.answered(0, cell("b"));
  EXPECT_EQ(references.plan(0, cell("b")).own, own);
  EXPECT_TRUE(references.plan(0, cell("b")).write_to.empty());
  EXPECT_EQ(references.needed_first(0, cell("c")), cell("a")) << "b is not the reference for it";
}

TEST_F(ReferencesTest, ATestDataFolderWithOutputsIsTheReferenceOfAll) {
  const fs::path data = folder_->path() / "test_data_set_0";
  fs::create_directory(data);
  std::ofstream(data / "output_0.pb") << "x";
  experiment_.models[0].inputs = data.string() + "/";
  References references(experiment_, installs_, folder_->path());
  EXPECT_EQ(references.needed_first(0, cell("b")), std::nullopt);
  const AnswerPlan plan = references.plan(0, cell("a"));
  EXPECT_NE(plan.own, plan.compare_with);
  EXPECT_TRUE(fs::equivalent(plan.compare_with, data));
  EXPECT_EQ(plan.reference, "test_data_set_0");
}

}  // namespace
}  // namespace joulemark::run
