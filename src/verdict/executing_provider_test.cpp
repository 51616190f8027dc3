// SPDX-License-Identifier: Apache-2.0
// Work that ran elsewhere than the label says.
#include "verdict/executing_provider.h"

#include <gmock/gmock.h>

#include "sensors/boards/board_load.h"
#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

/// Two engines on `provider`; the trials of the second one say `effective` of themselves.
ExperimentRecord record_with(const std::string& provider, const std::string& effective) {
  const std::vector<double> times(5, 0.001);
  ExperimentRecord record = example::record({{example::configuration("onnxruntime"), times},
                                             {example::configuration("openvino"), times}});
  for (TrialRecord& trial : record.trials) {
    trial.configuration.provider = provider;
    if (trial.configuration.engine == "openvino") trial.effective_json = effective;
  }
  return record;
}

const Cell& openvino(const Judgement& judgement) {
  for (const Cell& cell : judgement.cells)
    if (cell.configuration.engine == "openvino") return cell;
  return judgement.cells.front();
}

std::string reason(const std::string& provider, const std::string& effective) {
  return openvino(judge(record_with(provider, effective))).reason;
}

/// With a board that was as busy as `load` says in the trials of the second engine.
std::string reason_with_load(const std::string& provider, const std::string& load) {
  ExperimentRecord record = record_with(provider, "");
  for (TrialRecord& trial : record.trials) {
    trial = example::with_joules(trial, 100);
    Energy board = trial.energy.front();
    board.scope = "gpu-0";
    if (trial.configuration.engine == "openvino") board.detail = load;
    trial.energy.insert(trial.energy.begin(), board);
  }
  return openvino(judge(record)).reason;
}

TEST(ExecutingProvider, WhatRanAsItsLabelSaysIsLeftAlone) {
  EXPECT_EQ(reason("cpu", R"({"provider":"cpu","providers":{"CPUExecutionProvider":7}})"), "");
  EXPECT_EQ(reason("cpu", R"x({"execution_devices":"(CPU)"})x"), "");
  EXPECT_EQ(reason("cuda", R"({"provider":"cuda","device":"cuda:0"})"), "");
  EXPECT_EQ(reason("cpu", R"({"providers":{"null":1}})"), "");
  EXPECT_EQ(reason("cpu", "nonsense"), "");
}

TEST(ExecutingProvider, AnotherProviderOrDeviceIsNamed) {
  EXPECT_EQ(reason("cuda", R"({"provider":"cpu"})"), "it ran on 'cpu', not on 'cuda'");
  EXPECT_EQ(reason("cuda", R"({"device":"cpu"})"), "it ran on 'cpu', not on 'cuda'");
  EXPECT_EQ(reason("cpu", R"({"execution_devices":"GPU.0"})"), "it ran on 'gpu.0', not on 'cpu'");
}

TEST(ExecutingProvider, NodesThatFellBackAreCounted) {
  EXPECT_EQ(reason("cuda", R"({"providers":{"CPUExecutionProvider":9,"CUDAExecutionProvider":1}})"),
            "90 % of its nodes ran on 'cpu', not on 'cuda'");
  EXPECT_EQ(reason("tensorrt", R"({"providers":{"CUDAExecutionProvider":12}})"),
            "100 % of its nodes ran on 'cuda', not on 'tensorrt'");
}

TEST(ExecutingProvider, APartThatRanElsewhereIsSaid) {
  const auto judgement = judge(
      record_with("cuda", R"({"providers":{"CPUExecutionProvider":2,"CUDAExecutionProvider":8}})"));
  EXPECT_EQ(openvino(judgement).reason, "");
  std::string said;
  for (const Caveat& caveat : judgement.caveats)
    if (caveat.code == "partly_elsewhere") said = caveat.message;
  EXPECT_THAT(said, HasSubstr("(20 % of the nodes on 'cpu')"));
}

TEST(ExecutingProvider, AGpuThatDidNothingDidNotDoTheWork) {
  EXPECT_THAT(reason_with_load("cuda", "utilisation 0 to 0 %"), HasSubstr("no GPU computed"));
  EXPECT_EQ(reason_with_load("cuda", "utilisation 0 to 3 %"), "");
  EXPECT_EQ(reason_with_load("cuda", ""), "");
}

TEST(ExecutingProvider, AGpuThatWorkedWhileTheProcessorWasToIsNamed) {
  EXPECT_THAT(reason_with_load("cpu", "utilisation 64 to 97 %"), HasSubstr("busy for 64 %"));
  EXPECT_EQ(reason_with_load("cpu", "utilisation 2 to 9 %"), "");
  EXPECT_EQ(reason_with_load("cpu", "shared_gpu: process 1 computes; utilisation 64 to 97 %"), "");
}

TEST(ExecutingProvider, TheLoadOfABoardIsKeptWithItsEnergy) {
  std::vector<Energy> energies(2);
  energies[0].scope = "gpu-0";
  energies[1].scope = "gpu-1";
  for (Energy& energy : energies) energy.joules = 3;
  const std::vector<Series> series = {
      {.name = "gpu-0 utilisation", .unit = "%", .samples = {{5, 99}, {10, 20}, {20, 41}}}};
  sensors::note_load(energies, series, 10, 30);
  EXPECT_EQ(energies[0].detail, "utilisation 20 to 41 %");
  const auto load = sensors::noted_load(energies[0]);
  ASSERT_TRUE(load);
  EXPECT_EQ(load->least, 20);
  EXPECT_EQ(load->most, 41);
  EXPECT_FALSE(sensors::noted_load(energies[1]));
}

}  // namespace
}  // namespace joulemark::verdict
