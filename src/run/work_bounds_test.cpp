// SPDX-License-Identifier: Apache-2.0
// Where a trial's bounds come from: the graph once, the machine once, and neither where they say
// nothing.
#include "run/work_bounds.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "model/testing/onnx_bytes.h"
#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using namespace joulemark::testing;  // NOLINT(google-build-using-namespace): builders of bytes
using nlohmann::json;

/// y = x · W for a W of width × width, in a file.
std::string product_file(const std::filesystem::path& folder, std::int64_t width) {
  const auto type = tensor_type_bytes(JM_FLOAT32, {{0, "batch"}, {width, ""}});
  const std::string raw(static_cast<std::size_t>(width * width) * 4, '\0');
  const std::string bytes = model_bytes(graph_bytes(
      {.nodes = nodes_bytes({{.op_type = "MatMul", .inputs = {"x", "w"}, .outputs = {"y"}}}),
       .initializers = {tensor_bytes("w", JM_FLOAT32, {width, width}, raw)},
       .inputs = {port_bytes("x", type)},
       .outputs = {port_bytes("y", type)}}));
  const auto path = folder / "product.onnx";
  std::ofstream(path, std::ios::binary) << bytes;
  return path.string();
}

class WorkBoundsOfRuns : public Orchestrator {
 protected:
  void use_model(std::int64_t width) {
    experiment_.models[0].source = product_file(folder_->path(), width);
    experiment_.factors.batch = {4};
    runner_.reactions["ceilings"] = [](const json&, Conversation&) {
      return reply_line({{"type", "ceilings"}, {"flops_per_s", 2e11}, {"bytes_per_s", 3e10}});
    };
  }
  [[nodiscard]] std::ptrdiff_t looks() const {
    return std::count_if(runner_.requests.begin(), runner_.requests.end(),
                         [](const auto& request) { return request.type == "ceilings"; });
  }
};

TEST_F(WorkBoundsOfRuns, EveryTrialHasThemAndTheMachineIsAskedOnce) {
  use_model(512);
  ASSERT_TRUE(run());
  EXPECT_EQ(looks(), 1);
  const auto trials = stored();
  ASSERT_EQ(trials.size(), 4U);
  for (const TrialRecord& trial : trials) {
    EXPECT_EQ(trial.work.flops, 2.0 * 4 * 512 * 512);
    EXPECT_EQ(trial.work.weights, 512 * 512);
    EXPECT_EQ(trial.work.weight_bytes, 512 * 512 * 4);
    EXPECT_EQ(trial.work.peak_flops_per_s, 2e11);
    EXPECT_EQ(trial.work.peak_bytes_per_s, 3e10);
  }
}

TEST_F(WorkBoundsOfRuns, SmallModelsNeedNoLookAtTheMachine) {
  use_model(16);
  ASSERT_TRUE(run());
  EXPECT_EQ(looks(), 0);
  EXPECT_EQ(stored()[0].work.flops, 2.0 * 4 * 16 * 16);
}

TEST_F(WorkBoundsOfRuns, MachineThatCannotBeAskedIsAWarning) {
  use_model(512);
  runner_.reactions["ceilings"] = [](const json&, Conversation&) {
    return reply_line({{"type", "error"}, {"status", "failed"}, {"message", "no threads"}});
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(progress_.events, ::testing::Contains("warning ceilings"));
  const auto trials = stored();
  EXPECT_EQ(trials[0].status, TrialStatus::kOk);
  EXPECT_EQ(trials[0].work.peak_flops_per_s, 0);
}

TEST_F(WorkBoundsOfRuns, NonsenseAboutTheMachineIsNoCeiling) {
  use_model(512);
  runner_.reactions["ceilings"] = [](const json&, Conversation&) {
    return reply_line({{"type", "ceilings"}, {"flops_per_s", -1}, {"bytes_per_s", "many"}});
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(progress_.events, ::testing::Contains("warning ceilings"));
  EXPECT_EQ(stored()[0].work.peak_flops_per_s, 0);
}

}  // namespace
}  // namespace joulemark::run
