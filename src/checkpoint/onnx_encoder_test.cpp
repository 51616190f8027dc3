// SPDX-License-Identifier: Apache-2.0
// Tests of encoders: what config.json may say, which weights are wanted, and the file that is made.
#include "checkpoint/onnx_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/architectures.h"
#include "model/onnx_summary.h"

namespace joulemark::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSmall =
    R"("vocab_size": 9, "hidden_size": 4, "num_hidden_layers": 2, "num_attention_heads": 2,
       "intermediate_size": 6, "max_position_embeddings": 5)";

Result<EncoderSpec> read(const std::string& more) {
  const auto config =
      ConfigJson::parse(R"({"model_type": "bert", )" + std::string(kSmall) + more + "}", "c.json");
  if (!config) return fail(config.error());
  return read_encoder_spec(*config);
}

/// The tensors of a checkpoint with the sizes of kSmall.
class OnnxEncoder : public ::testing::Test {
 protected:
  OnnxEncoder() {
    for (const auto& [table, rows] : {std::pair{"word", 9}, {"position", 5}, {"token_type", 2}})
      add("embeddings." + std::string(table) + "_embeddings.weight", {rows, 4});
    norm("embeddings.LayerNorm");
    for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
      for (const char* part : {"self.query", "self.key", "self.value", "output.dense"})
        product(layer + "attention." + part, 4, 4);
      norm(layer + "attention.output.LayerNorm");
      product(layer + "intermediate.dense", 4, 6);
      product(layer + "output.dense", 6, 4);
      norm(layer + "output.LayerNorm");
    }
  }
  void add(const std::string& name, std::vector<std::int64_t> dims) {
    std::uint64_t bytes = sizeof(float);
    for (const std::int64_t dim : dims) bytes *= static_cast<std::uint64_t>(dim);
    files_.tensors[name] = {0, {JM_FLOAT32, std::move(dims), end_, bytes}};
    places_.offsets[name] = end_;
    end_ += bytes;
  }
  void norm(const std::string& name) {
    add(name + ".weight", {4});
    add(name + ".bias", {4});
  }
  void product(const std::string& name, std::int64_t in, std::int64_t out) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  }
  void rename(const std::string& from, const std::string& to) {
    ASSERT_TRUE(files_.tensors.contains(from));
    files_.tensors[to] = files_.tensors.extract(from).mapped();
    places_.offsets[to] = places_.offsets.extract(from).mapped();
  }
  Result<std::string> build() { return build_onnx_encoder(*read(""), files_, places_); }
  std::string complaint() {
    const auto built = build();
    return built ? "(no complaint)" : built.error().message;
  }
  /// What the file says of itself.
  model::OnnxSummary summary() {
    const auto built = build();
    EXPECT_TRUE(built) << built.error().message;
    const auto read = model::parse_onnx_summary(built ? *built : "");
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : model::OnnxSummary{};
  }
  static std::vector<std::string> names(const std::vector<model::Port>& ports) {
    std::vector<std::string> names;
    for (const auto& port : ports) names.push_back(port.name);
    return names;
  }

  WeightFiles files_{{"model.safetensors"}, {}};
  WeightPlaces places_{"model.safetensors", {}};
  std::uint64_t end_ = 0;
};

TEST(EncoderSpec, TakesTheDefaultsOfTheReferenceImplementation) {
  const auto config = ConfigJson::parse(R"({"model_type": "bert"})", "c.json");
  const auto spec = read_encoder_spec(*config);
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(spec->vocabulary, 30522);
  EXPECT_EQ(spec->hidden, 768);
  EXPECT_EQ(spec->layers, 12);
  EXPECT_EQ(spec->head_size, 64);
  EXPECT_EQ(spec->intermediate, 3072);
  EXPECT_EQ(spec->max_positions, 512);
  EXPECT_EQ(spec->token_types, 2);
  EXPECT_EQ(spec->norm_epsilon, 1e-12);
  EXPECT_EQ(spec->activation, Activation::kGelu);
}

TEST(EncoderSpec, RefusesWhatMakesAnotherModel) {
  for (const char* more :
       {R"("is_decoder": true)", R"("add_cross_attention": true)",
        R"("position_embedding_type": "relative_key")", R"("quantization_config": {})",
        R"("hidden_act": "xielu")", R"("num_attention_heads": 3)", R"("layer_norm_eps": 0)"}) {
    const auto spec = read(std::string(", ") + more);
    ASSERT_FALSE(spec) << more;
    EXPECT_EQ(spec.error().kind, ErrorKind::kUnsupported) << more;
    const std::string key = std::string(more).substr(1, std::string(more).find('"', 1) - 1);
    EXPECT_THAT(spec.error().message, HasSubstr("'" + key + "'"));
  }
  EXPECT_TRUE(read(R"(, "is_decoder": false, "position_embedding_type": "absolute")"));
}

TEST_F(OnnxEncoder, TakesThreeInputsInTheUsualOrderAndKnowsTheirLimits) {
  const auto made = summary();
  EXPECT_THAT(names(made.inputs), ElementsAre("input_ids", "attention_mask", "token_type_ids"));
  EXPECT_EQ(made.inputs[0].index_limit, 9);
  EXPECT_EQ(made.inputs[1].index_limit, std::nullopt);
  EXPECT_EQ(made.inputs[2].index_limit, 2);
  ASSERT_EQ(made.external_files.size(), 1u);
  EXPECT_EQ(made.external_files[0].bytes_needed, end_);
}

TEST_F(OnnxEncoder, HasThePoolerThatTheCheckpointHas) {
  EXPECT_THAT(names(summary().outputs), ElementsAre("last_hidden_state"));
  product("pooler.dense", 4, 4);
  EXPECT_THAT(names(summary().outputs), ElementsAre("last_hidden_state", "pooler_output"));
  files_.tensors.erase("pooler.dense.weight");
  EXPECT_THAT(complaint(), HasSubstr("'pooler.dense.weight' is missing"));
}

TEST_F(OnnxEncoder, UsesOnlyOperatorsOfOnnxItself) {
  product("pooler.dense", 4, 4);
  for (const auto& use : summary().operators) EXPECT_EQ(use.domain, "") << use.op_type;
}

TEST_F(OnnxEncoder, FindsOldNamesAndNamesBehindAPrefix) {
  rename("embeddings.LayerNorm.weight", "embeddings.LayerNorm.gamma");
  rename("embeddings.LayerNorm.bias", "embeddings.LayerNorm.beta");
  rename("embeddings.word_embeddings.weight", "bert.embeddings.word_embeddings.weight");
  EXPECT_THAT(summary().initializers, ::testing::Contains("embeddings.LayerNorm.gamma"));
  EXPECT_THAT(summary().initializers,
              ::testing::Contains("bert.embeddings.word_embeddings.weight"));
}

TEST_F(OnnxEncoder, TellsWhichWeightDoesNotFit) {
  const auto good = files_.tensors;
  files_.tensors.erase("encoder.layer.1.attention.self.value.bias");
  EXPECT_THAT(complaint(), HasSubstr("'encoder.layer.1.attention.self.value.bias' is missing"));
  files_.tensors = good;
  files_.tensors["encoder.layer.0.output.dense.weight"].stored.dims = {6, 4};
  EXPECT_THAT(complaint(), HasSubstr("'encoder.layer.0.output.dense.weight' has the shape"));
  files_.tensors = good;
  files_.tensors["embeddings.LayerNorm.bias"].stored.dtype = JM_INT8;
  EXPECT_THAT(complaint(), HasSubstr("is of I8; weights must be F32"));
}

}  // namespace
}  // namespace joulemark::checkpoint
