// SPDX-License-Identifier: Apache-2.0
#include "exchange/optimum_benchmark.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "exchange/json_text.h"

namespace joulemark::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kConfig = R"({"name": "x",
  "backend": {"name": "pytorch", "version": "2.6.0", "_target_": "t", "model": "openai/gpt2", "task": "text-generation",
              "device": "cuda", "device_ids": "0", "torch_dtype": "float16", "intra_op_num_threads": null,
              "eval_mode": true, "torch_compile": true, "attn_implementation": null, "quantization_config": {}},
  "scenario": {"name": "inference", "input_shapes": {"batch_size": 2, "sequence_length": 16},
               "generate_kwargs": {"max_new_tokens": 5, "min_new_tokens": 5}},
  "launcher": {}, "environment": {"cpu": " AMD EPYC"}})";

std::string target(const std::string& values, double total_kwh) {
  return R"({"memory": {"unit": "MB", "max_ram": 1000.5}, "latency": {"unit": "s", "values": )" +
         values +
         R"(}, "throughput": null, "energy": {"unit": "kWh", "cpu": 1e-6, "ram": 0, "gpu": 2e-6, "total": )" +
         std::to_string(total_kwh) + R"(}, "efficiency": null})";
}

std::string report() {
  return R"({"load_model": {"latency": {"unit": "s", "values": [2.5]}}, "generate": )" +
         target("[0.5, 0.25]", 0.001) + R"(, "prefill": )" + target("[0.1, 0.05]", 0.0001) +
         R"(, "per_token": {"latency": {"unit": "s", "values": [0.02, 0.03]}}})";
}

std::string fault(const std::string& config, const std::string& report) {
  const auto draft = optimum_benchmark_trial(config, report);
  return draft ? "no fault" : draft.error();
}

TEST(OptimumBenchmark, GenerationsAreTheWindow) {
  auto draft = optimum_benchmark_trial(kConfig, report());
  ASSERT_TRUE(draft) << draft.error();
  const TrialRecord trial = complete(*draft).value();
  EXPECT_EQ(trial.model, "openai/gpt2");
  EXPECT_EQ(configuration_label(trial.configuration), "pytorch cuda f16 b2 torch_compile=true");
  EXPECT_EQ(trial.install.version, "2.6.0");
  EXPECT_EQ(trial.iterations, 2);
  EXPECT_DOUBLE_EQ(trial.window_s(), 0.75);
  EXPECT_THAT(trial.durations_ns, ElementsAre(500000000, 250000000));
  EXPECT_EQ(trial.resources.peak_rss_bytes, 1000500000);
  EXPECT_EQ(trial.text.window.prompts, 4);
  EXPECT_EQ(trial.text.window.new_tokens, 20);
  EXPECT_EQ(trial.text.window.prompt_tokens, 64);
  EXPECT_THAT(trial.text.first_token_ns, ElementsAre(100000000, 50000000));
  EXPECT_THAT(trial.text.inter_token_ns, ElementsAre(20000000, 30000000));
  EXPECT_EQ(trial.phase(Phase::kLoad)->t1_ns - trial.phase(Phase::kLoad)->t0_ns, 2500000000);
}

TEST(OptimumBenchmark, EnergiesOfACallAreTakenTimesTheCallsAndAreEstimates) {
  const TrialRecord trial = complete(*optimum_benchmark_trial(kConfig, report())).value();
  ASSERT_EQ(trial.energy.size(), 4U);
  EXPECT_EQ(trial.energy[0].scope, "cpu");
  EXPECT_DOUBLE_EQ(*trial.energy[0].joules, 7.2);
  EXPECT_EQ(trial.energy[2].scope, "dram");
  EXPECT_FALSE(trial.energy[2].joules) << "the tool writes 0 of what it did not follow";
  EXPECT_DOUBLE_EQ(*trial.energy[3].joules, 7200);
  EXPECT_EQ(trial.energy[3].energy_class, EnergyClass::kEstimated);
}

TEST(OptimumBenchmark, EarlierVersionsTimePromptsAndTokensApart) {
  const std::string parts = R"({"prefill": )" + target("[0.2, 0.4]", 0.001) + R"(, "decode": )" +
                            target("[1, 2]", 0.003) + "}";
  const TrialRecord trial = complete(*optimum_benchmark_trial(kConfig, parts)).value();
  EXPECT_THAT(trial.durations_ns, ElementsAre(1300000000, 2300000000));
  EXPECT_DOUBLE_EQ(*trial.energy.back().joules, 2 * 0.004 * 3.6e6);
}

TEST(OptimumBenchmark, AModelWithoutTextHasForward) {
  const TrialRecord trial =
      complete(*optimum_benchmark_trial(
                   kConfig, R"({"forward": {"latency": {"unit": "s", "values": [1]}}})"))
          .value();
  EXPECT_EQ(trial.iterations, 1);
  EXPECT_EQ(trial.energy.back().reason, "not_recorded");
}

TEST(OptimumBenchmark, BothMayStandInOneFile) {
  EXPECT_TRUE(
      optimum_benchmark_trial(R"({"config": )" + kConfig + R"(, "report": )" + report() + "}"));
  EXPECT_EQ(optimum_benchmark_trial("{}").error(), "it has no 'config' or no 'report'");
}

TEST(OptimumBenchmark, NonsenseIsNamed) {
  EXPECT_EQ(fault("{}", "{}"), "its configuration has no 'backend'");
  EXPECT_EQ(fault(R"({"backend": {"name": 3}})", "{}"),
            "its configuration has no 'backend.model' or no 'backend.name'");
  EXPECT_THAT(fault(kConfig, "{}"), HasSubstr("neither times nor energies"));
  EXPECT_THAT(fault(kConfig, report().substr(0, 100)),
              HasSubstr("it is no JSON, or not all of it"));
  EXPECT_EQ(fault(kConfig, "[]"), "it is no JSON object");
  EXPECT_EQ(fault("x", "{}"), "of its configuration: it is no JSON, or not all of it");
  const auto generate = [](const std::string& latency) {
    return R"({"generate": {"latency": )" + latency + "}}";
  };
  EXPECT_EQ(fault(kConfig, generate(R"({"unit": "ms", "values": [1]})")),
            "of 'generate': 'latency.unit' is 'ms', not 's'");
  for (const char* values : {"[-1]", "[\"1\"]", "{}", "1", "[null]", "[[1]]"})
    EXPECT_THAT(fault(kConfig, generate(R"({"unit": "s", "values": )" + std::string(values) + "}")),
                HasSubstr("'latency.values' is no list of finite numbers"))
        << values;
  EXPECT_THAT(fault(kConfig, generate(R"({"unit": "s", "values": [1e300]})")),
              HasSubstr("many years"));
  EXPECT_THAT(fault(kConfig, generate("7")), HasSubstr("'latency.unit' is ''"));
}

TEST(JsonText, IsReadWithinLimits) {
  EXPECT_TRUE(parse_object(R"({"a": "]]]]\"[[["})"));
  const std::string deep(100000, '[');
  EXPECT_THAT(parse_object(R"({"a": )" + deep).error(), HasSubstr("nested more than 64 deep"));
  EXPECT_THAT(parse_object(std::string(kLargestJson + 1, ' ')).error(),
              HasSubstr("larger than 16 MiB"));
}

}  // namespace
}  // namespace joulemark::exchange
