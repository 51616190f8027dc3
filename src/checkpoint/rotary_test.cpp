// SPDX-License-Identifier: Apache-2.0
// Expected numbers were computed in 64 bits by another program, from the formulas of the papers.
#include "checkpoint/rotary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::checkpoint {
namespace {

using Kind = RotaryScaling::Kind;
using ::testing::HasSubstr;

struct Read {
  Rotary rotary;
  std::string problem;
};

Read read(const std::string& text, const RotaryKeys& keys) {
  const auto config = ConfigJson::parse(text, "config.json");
  EXPECT_TRUE(config) << config.error().message;
  Read out{read_rotary(*config, keys), ""};
  if (const auto status = config->status(); !status) out.problem = status.error().message;
  return out;
}

void expect_near(const std::vector<float>& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_NEAR(got[i], wanted[i], 4e-7 * wanted[i]) << i;
}

/// Reads it in both spellings: 5.x with all in one object, 4.x with the base beside.
Read scaled(const std::string& parameters, const RotaryKeys& keys) {
  Read read_new =
      read(R"({"rope_parameters":{"rope_theta":10000,"rope_type":)" + parameters + "}}", keys);
  const Read old = read(R"({"rope_theta":10000,"rope_scaling":{"type":)" + parameters + "}}", keys);
  EXPECT_EQ(read_new.rotary.frequencies, old.rotary.frequencies);
  EXPECT_EQ(read_new.rotary.amplitude, old.rotary.amplitude);
  EXPECT_EQ(read_new.problem.empty(), old.problem.empty());
  return read_new;
}

constexpr RotaryKeys kEight{.head_size = 8, .max_positions = 32};
constexpr RotaryKeys kSixteen{.head_size = 16, .max_positions = 1024};

TEST(Rotary, FrequenciesFallGeometrically) {
  for (const char* text : {"{}", R"({"rope_parameters":null})", R"({"rope_scaling":null})",
                           R"({"rope_parameters":{"rope_type":"default"}})"}) {
    const Read got = read(text, kEight);
    expect_near(got.rotary.frequencies, {1, 0.1, 0.01, 0.001});
    EXPECT_EQ(got.rotary.amplitude, 1);
    EXPECT_EQ(got.rotary.dims(), 8);
    EXPECT_EQ(got.problem, "");
  }
}

TEST(Rotary, TheBaseStandsInsideOrBeside) {
  const std::vector<double> wanted{1, 0.037606031, 0.0014142136, 5.3182959e-05};
  expect_near(read(R"({"rope_theta":500000})", kEight).rotary.frequencies, wanted);
  expect_near(read(R"({"rope_parameters":{"rope_theta":500000}})", kEight).rotary.frequencies,
              wanted);
  expect_near(read(R"({"rope_theta":7,"rope_parameters":{"rope_theta":500000}})", kEight)
                  .rotary.frequencies,
              wanted);
}

TEST(Rotary, ScalingReplacesParameters) {
  const Read got = read(R"({"rope_theta":10000,"rope_scaling":{"type":"linear","factor":4},
                            "rope_parameters":{"rope_theta":7,"rope_type":"default"}})",
                        kEight);
  expect_near(got.rotary.frequencies, {0.25, 0.025, 0.0025, 0.00025});
}

TEST(Rotary, LinearDividesByItsFactor) {
  expect_near(scaled(R"("linear","factor":4.0)", kEight).rotary.frequencies,
              {0.25, 0.025, 0.0025, 0.00025});
}

TEST(Rotary, DynamicStartsAsUsualAndKnowsWhereItEnds) {
  const Read got = scaled(R"("dynamic","factor":2)", kEight);
  expect_near(got.rotary.frequencies, {1, 0.1, 0.01, 0.001});
  EXPECT_EQ(got.rotary.scaling.kind, Kind::kDynamic);
  EXPECT_EQ(got.rotary.scaling.factor, 2);
  EXPECT_EQ(got.rotary.scaling.trained, 32);
}

TEST(Rotary, Llama3ScalesByWavelength) {
  const std::string rest = R"(,"factor":8,"low_freq_factor":1,"high_freq_factor":4)";
  const RotaryKeys keys{.head_size = 16, .max_positions = 8192};
  expect_near(
      scaled(R"("llama3","original_max_position_embeddings":1024)" + rest, keys).rotary.frequencies,
      {1, 0.31622777, 0.1, 0.031622777, 0.003086761, 0.00039528471, 0.000125, 3.9528471e-05});
}

TEST(Rotary, YarnMixesByTurnsAndAmplifies) {
  const std::string rest = R"("yarn","original_max_position_embeddings":256)";
  for (const char* factor : {R"(,"factor":4)", ""}) {
    const Read got = scaled(rest + factor, kSixteen);
    expect_near(got.rotary.frequencies, {1, 0.25693506, 0.0625, 0.013834965, 0.0025, 0.00079056942,
                                         0.00025, 7.9056942e-05});
    EXPECT_NEAR(got.rotary.amplitude, 1.138629436111989, 1e-12);
  }
  EXPECT_NEAR(scaled(rest + R"(,"mscale":0.7,"mscale_all_dim":1.2)", kSixteen).rotary.amplitude,
              0.9405715251010841, 1e-12);
  EXPECT_EQ(scaled(rest + R"(,"attention_factor":1.5)", kSixteen).rotary.amplitude, 1.5);
}

TEST(Rotary, LongropeHasTwoListsOfFactors) {
  const RotaryKeys keys{.head_size = 8, .max_positions = 512};
  const Read got = scaled(R"("longrope","short_factor":[1,1.5,2,3],"long_factor":[2,4,8,16],
                             "original_max_position_embeddings":64)",
                          keys);
  expect_near(got.rotary.frequencies, {1, 0.066666667, 0.005, 0.00033333333});
  expect_near(got.rotary.scaling.long_frequencies, {0.5, 0.025, 0.00125, 6.25e-05});
  EXPECT_EQ(got.rotary.scaling.kind, Kind::kSwitched);
  EXPECT_EQ(got.rotary.scaling.trained, 64);
  EXPECT_NEAR(got.rotary.amplitude, 1.224744871391589, 1e-12);
}

TEST(Rotary, APartOfAHeadIsRotated) {
  const RotaryKeys keys{
      .head_size = 10, .max_positions = 32, .fraction = "rotary_pct", .fraction_otherwise = 0.25};
  EXPECT_EQ(read("{}", keys).rotary.dims(), 2);
  EXPECT_EQ(read(R"({"rotary_pct":0.4})", keys).rotary.dims(), 4);
  EXPECT_EQ(read(R"({"rotary_pct":0.4,"rope_parameters":{"partial_rotary_factor":1}})", keys)
                .rotary.dims(),
            10);
  EXPECT_THAT(read(R"({"rotary_pct":0.3})", keys).problem, HasSubstr("rotate 3 of 10"));
  RotaryKeys rounding = keys;
  rounding.odd = RotaryKeys::Odd::kRoundedUp;
  EXPECT_EQ(read(R"({"rotary_pct":0.3})", rounding).rotary.dims(), 4);
}

TEST(Rotary, FractionsThatNoHeadHasAreRefused) {
  const RotaryKeys keys{.head_size = 8, .max_positions = 32, .fraction = "rotary_pct"};
  for (const char* value : {"0", "-1", "1.5", "1e300", "0.1"})
    EXPECT_THAT(read("{\"rotary_pct\":" + std::string(value) + "}", keys).problem,
                HasSubstr("'rotary_pct'"))
        << value;
  EXPECT_THAT(read(R"({"rope_parameters":{"partial_rotary_factor":0.5}})", kEight).problem,
              HasSubstr("'partial_rotary_factor'"));
}

TEST(Rotary, WhatIsMissingOrMakesNoSenseIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("linear")", "'factor'"},
      {R"("dynamic","factor":0)", "'factor'"},
      {R"("llama3","factor":8,"high_freq_factor":4)", "'low_freq_factor'"},
      {R"("llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4)", "'high_freq_factor'"},
      {R"("longrope","short_factor":[1],"long_factor":[1,1,1,1])", "'short_factor'"},
      {R"("longrope","factor":2,"short_factor":[1,1,1,0],"long_factor":[1,1,1,1])", "no finite"},
      {R"("spiral")", "none of default, linear"},
  };
  for (const auto& [parameters, words] : cases)
    EXPECT_THAT(scaled(parameters, kEight).problem, HasSubstr(words)) << parameters;
  EXPECT_THAT(read(R"({"rope_theta":0})", kEight).problem, HasSubstr("'rope_theta'"));
  EXPECT_THAT(read(R"({"rope_theta":1e-300})", kEight).problem, HasSubstr("no finite"));
  EXPECT_THAT(read(R"({"rope_parameters":{"full_attention":{}}})", kEight).problem,
              HasSubstr("'rope_parameters'"));
}

TEST(Rotary, AHugeHeadIsRefusedBeforeItIsComputed) {
  const Read got = read("{}", {.head_size = ConfigJson::kMaxCount, .max_positions = 32});
  EXPECT_THAT(got.problem, HasSubstr("'head_dim'"));
  EXPECT_EQ(got.rotary.frequencies.size(), 1U);
}

}  // namespace
}  // namespace joulemark::checkpoint
