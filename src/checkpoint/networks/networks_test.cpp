// SPDX-License-Identifier: Apache-2.0
// Generated networks against their papers, and the file that is made of them.
#include "checkpoint/networks/networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/fnv.h"
#include "checkpoint/synthetic.h"
#include "model/least_work.h"
#include "model/onnx_reader.h"
#include "model/onnx_summary.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;
using joulemark::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

constexpr const char* kSmall = "synthetic:mobilenet_v2";

SyntheticModel model_of(const std::string& source) {
  auto model = parse_synthetic(source);
  EXPECT_TRUE(model) << source << ": " << model.error().message;
  return model.value_or(SyntheticModel{});
}

std::string why_not(const std::string& source) {
  const auto model = parse_synthetic(source);
  return model ? "it was accepted" : model.error().message;
}

model::OnnxSummary summary_of(const std::string& source) {
  const auto summary = model::parse_onnx_summary(model_of(source).network);
  EXPECT_TRUE(summary) << summary.error().message;
  return summary.value_or(model::OnnxSummary{});
}

/// What is learned: statistics of normalisations are not counted.
std::uint64_t parameters(const std::string& source) {
  std::vector<MadeUpWeight> learned;
  for (const MadeUpWeight& weight : model_of(source).weights)
    if (weight.name.find(".running_") == std::string::npos) learned.push_back(weight);
  return count_numbers(learned);
}

std::map<std::string, std::int64_t> operators(const std::string& source) {
  std::map<std::string, std::int64_t> counts;
  for (const model::OperatorUse& use : summary_of(source).operators) {
    EXPECT_EQ(use.domain, "");
    counts[use.op_type] = use.count;
  }
  return counts;
}

/// "x [batch, 3, 224, 224]".
std::vector<std::string> ports(const std::vector<model::Port>& ports) {
  std::vector<std::string> texts;
  for (const model::Port& port : ports) {
    texts.push_back(port.name);
    for (const model::Dim& dim : *port.dims)
      texts.back() += " " + (dim.symbol.empty() ? std::to_string(dim.value) : dim.symbol);
  }
  return texts;
}

TEST(Networks, ParametersAreAsManyAsPublished) {
  EXPECT_EQ(parameters("synthetic:resnet50"), 25'557'032U);
  EXPECT_EQ(parameters("synthetic:mobilenet_v2"), 3'504'872U);
  EXPECT_EQ(parameters("synthetic:bert-base"), 109'482'240U);
}

TEST(Networks, TheFileDeclaresEveryWeight) {
  for (const KnownNetwork& known : known_networks()) {
    const SyntheticModel model = model_of(std::string("synthetic:") + known.name);
    const auto summary = model::parse_onnx_summary(model.network);
    ASSERT_TRUE(summary) << summary.error().message;
    std::vector<std::string> names;
    for (const MadeUpWeight& weight : model.weights) names.push_back(weight.name);
    EXPECT_THAT(summary->initializers, IsSupersetOf(names)) << known.name;
    EXPECT_EQ(summary->opsets.at(""), 17) << known.name;
  }
}

TEST(Networks, LayersAreThoseOfThePapers) {
  using Counts = std::map<std::string, std::int64_t>;
  EXPECT_EQ(operators("synthetic:resnet50"), (Counts{{"Add", 16},
                                                     {"BatchNormalization", 53},
                                                     {"Conv", 53},
                                                     {"Flatten", 1},
                                                     {"Gemm", 1},
                                                     {"GlobalAveragePool", 1},
                                                     {"MaxPool", 1},
                                                     {"Relu", 49}}));
  EXPECT_EQ(operators("synthetic:mobilenet_v2"), (Counts{{"Add", 10},
                                                         {"BatchNormalization", 52},
                                                         {"Clip", 35},
                                                         {"Conv", 52},
                                                         {"Flatten", 1},
                                                         {"Gemm", 1},
                                                         {"GlobalAveragePool", 1}}));
  const Counts bert = operators("synthetic:bert-base");
  EXPECT_EQ(bert.at("MatMul"), 12 * 8);
  EXPECT_EQ(bert.at("LayerNormalization"), 25);
  EXPECT_EQ(bert.at("Softmax"), 12);
  EXPECT_EQ(bert.at("Erf"), 12);
}

TEST(Networks, InputsAndOutputsAreNamed) {
  for (const char* source : {"synthetic:resnet50", "synthetic:mobilenet_v2"}) {
    const auto images = summary_of(source);
    EXPECT_THAT(ports(images.inputs), ElementsAre("x batch 3 224 224")) << source;
    EXPECT_THAT(ports(images.outputs), ElementsAre("logits batch 1000")) << source;
  }
  const auto texts = summary_of("synthetic:bert-base");
  EXPECT_THAT(ports(texts.inputs),
              ElementsAre("input_ids batch sequence", "attention_mask batch sequence",
                          "token_type_ids batch sequence"));
  EXPECT_THAT(ports(texts.outputs),
              ElementsAre("last_hidden_state batch sequence 768", "pooler_output batch 768"));
  EXPECT_EQ(texts.inputs[0].index_limit, 30522);
  EXPECT_EQ(texts.inputs[2].index_limit, 2);
}

TEST(Networks, NamesAreForgiving) {
  for (const char* source : {"synthetic:MobileNetV2", "synthetic:mobilenet-v2"})
    EXPECT_EQ(model_of(source).name, "mobilenet_v2-seed1");
  EXPECT_EQ(model_of("synthetic:ResNet-50").name, "resnet50-seed1");
  EXPECT_EQ(model_of("synthetic:bert_base").name, "bert-base-seed1");
}

TEST(Networks, UnknownNamesAndOptionsAreAnswered) {
  EXPECT_THAT(why_not("synthetic:resnet51"), HasSubstr("resnet50, mobilenet_v2, bert-base, "));
  EXPECT_THAT(why_not("synthetic:resnet51"), HasSubstr("did you mean 'resnet50'?"));
  EXPECT_THAT(why_not("synthetic:resnet50@seeds=1"), HasSubstr("did you mean 'seed'?"));
  for (const char* value : {"", "-1", "1x", "18446744073709551616"})
    EXPECT_THAT(why_not(std::string("synthetic:resnet50@seed=") + value),
                HasSubstr("seed must be a whole number from 0 to 18446744073709551615"));
}

/// The network made in a cache of its own.
class MadeNetwork : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path made(const std::string& source = kSmall) const {
    const auto folder = make_synthetic(model_of(source), cache_.path());
    EXPECT_TRUE(folder) << folder.error().message;
    return folder.value_or(fs::path());
  }
  static std::uint64_t digest(const fs::path& file) { return fnv1a(read_file(file).value_or("")); }

  ScratchFolder cache_;
};

TEST_F(MadeNetwork, BytesAreTheSameOnEveryMachine) {
  const fs::path folder = made();
  EXPECT_EQ(digest(folder / "model.onnx"), 17921262565613607796U);
  EXPECT_EQ(digest(folder / "weights.safetensors"), 9706211905878541762U);
  EXPECT_EQ(fnv1a(model_of("synthetic:resnet50").network), 16917127073838857717U);
  EXPECT_EQ(fnv1a(model_of("synthetic:bert-base").network), 18253697885885942014U);
}

TEST_F(MadeNetwork, TheFolderIsAModelThatSaysWhatItIs) {
  const fs::path folder = made();
  EXPECT_EQ(folder, cache_.path() / "synthetic/mobilenet_v2-seed1-v1");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  EXPECT_THAT(names,
              UnorderedElementsAre(".lock", "config.json", "model.onnx", "weights.safetensors"));
  EXPECT_TRUE(model::read_onnx_summary(folder / "model.onnx"));
  EXPECT_TRUE(is_synthetic(folder));
}

/// 300,774,272 products and sums, of which the depthwise convolutions of stride 1 count less
/// (model/least_work.h).
TEST_F(MadeNetwork, ItsArithmeticIsThatOfThePaper) {
  const auto network = model::read_onnx_model(made() / "model.onnx");
  ASSERT_TRUE(network) << network.error().message;
  const auto work = model::least_work(*network, {{"x", {1, 3, 224, 224}}});
  EXPECT_NEAR(work.flops, 2 * 300.8e6, 0.1 * 2 * 300.8e6);
}

TEST_F(MadeNetwork, AnotherSeedGivesOtherWeightsBesideIt) {
  const fs::path other = made("synthetic:mobilenet_v2@seed=2");
  EXPECT_EQ(other.filename(), "mobilenet_v2-seed2-v1");
  EXPECT_NE(digest(other / "weights.safetensors"), digest(made() / "weights.safetensors"));
}

TEST_F(MadeNetwork, WhatWasInterruptedIsMadeAnew) {
  const fs::path folder = synthetic_folder(model_of(kSmall), cache_.path());
  const std::string part = folder.string() + ".part";
  fs::create_directories(part);
  ASSERT_TRUE(write_file(part + "/weights.safetensors", "half"));
  ASSERT_TRUE(write_file(part + "/model.onnx", "half"));
  EXPECT_EQ(made(), folder);
  EXPECT_TRUE(model::read_onnx_model(folder / "model.onnx"));
  EXPECT_FALSE(fs::exists(part));
}

}  // namespace
}  // namespace joulemark::checkpoint
