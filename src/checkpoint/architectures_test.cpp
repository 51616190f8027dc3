// SPDX-License-Identifier: Apache-2.0
// What a config.json becomes: defaults of each architecture, and what is refused.
#include "checkpoint/architectures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::checkpoint {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<DecoderSpec> read(const std::string& text) {
  const auto config = ConfigJson::parse(text, "config.json");
  EXPECT_TRUE(config) << config.error().message;
  return read_decoder_spec(*config);
}

/// The description of `type` with more keys, `,"KEY":VALUE`.
DecoderSpec spec_of(const std::string& type, const std::string& more = "") {
  const auto spec = read(R"({"model_type":")" + type + "\"" + more + "}");
  EXPECT_TRUE(spec) << type << more << ": " << spec.error().message;
  return spec.value_or(DecoderSpec{});
}

Error why_not(const std::string& type, const std::string& more) {
  const auto spec = read(R"({"model_type":")" + type + "\"" + more + "}");
  return spec ? Error{ErrorKind::kFailed, "it was read"} : spec.error();
}

struct Default {
  const char* type;
  std::int64_t vocabulary, hidden, layers, heads, kv_heads, head_size, intermediate;
};

class Defaults : public ::testing::TestWithParam<Default> {};

TEST_P(Defaults, AreThoseOfTheReferenceImplementation) {
  const Default& wanted = GetParam();
  const DecoderSpec spec = spec_of(wanted.type);
  EXPECT_EQ(spec.vocabulary, wanted.vocabulary);
  EXPECT_EQ(spec.hidden, wanted.hidden);
  EXPECT_EQ(spec.layers, wanted.layers);
  EXPECT_EQ(spec.heads, wanted.heads);
  EXPECT_EQ(spec.kv_heads, wanted.kv_heads);
  EXPECT_EQ(spec.head_size, wanted.head_size);
  EXPECT_EQ(spec.intermediate, wanted.intermediate);
}

INSTANTIATE_TEST_SUITE_P(Architectures, Defaults,
                         ::testing::Values(Default{"gpt2", 50257, 768, 12, 12, 12, 64, 3072},
                                           Default{"gpt_bigcode", 50257, 768, 12, 12, 1, 64, 3072},
                                           Default{"gpt_neox", 50432, 6144, 44, 64, 64, 96, 24576},
                                           Default{"stablelm", 50304, 2560, 32, 32, 32, 80, 6912},
                                           Default{"bloom", 250880, 64, 2, 8, 8, 8, 256},
                                           Default{"llama", 32000, 4096, 32, 32, 32, 128, 11008},
                                           Default{"mistral", 32000, 4096, 32, 32, 8, 128, 14336},
                                           Default{"qwen2", 151936, 4096, 32, 32, 32, 128, 22016},
                                           Default{"qwen3", 151936, 4096, 32, 32, 32, 128, 22016},
                                           Default{"gemma", 256000, 3072, 28, 16, 16, 256, 24576},
                                           Default{"phi", 51200, 2048, 24, 32, 32, 64, 8192}),
                         [](const auto& row) { return std::string(row.param.type); });

TEST(Architectures, EveryRowHasDefaultsThatFit) {
  for (const std::string& type : decoder_architectures()) EXPECT_EQ(spec_of(type).model_type, type);
}

TEST(Architectures, NullMeansAsManyKeysAsQueries) {
  EXPECT_EQ(spec_of("mistral", R"(,"num_key_value_heads":null)").kv_heads, 32);
  EXPECT_EQ(spec_of("gpt2", R"(,"n_inner":null)").intermediate, 3072);
  EXPECT_EQ(spec_of("llama", R"(,"head_dim":null)").head_size, 128);
}

TEST(Architectures, NullIsNoSize) {
  for (const char* key : {"hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"})
    EXPECT_THAT(why_not("llama", std::string(",\"") + key + "\":null").message, HasSubstr(key));
  EXPECT_THAT(why_not("llama", R"(,"tie_word_embeddings":null)").message,
              HasSubstr("tie_word_embeddings"));
}

TEST(Architectures, WindowsAreThoseOfTheirLayers) {
  EXPECT_THAT(spec_of("mistral").windows, Each(4096));
  EXPECT_THAT(spec_of("mistral", R"(,"sliding_window":null)").windows, IsEmpty());
  EXPECT_THAT(spec_of("qwen2", R"(,"sliding_window":9)").windows, IsEmpty());
  const std::string layers = R"(,"num_hidden_layers":3,"use_sliding_window":true)";
  EXPECT_THAT(spec_of("qwen2", layers + R"(,"sliding_window":9,"max_window_layers":2)").windows,
              ElementsAre(0, 0, 9));
  EXPECT_THAT(spec_of("qwen3", layers + R"(,"sliding_window":9,"layer_types":
                  ["full_attention","sliding_attention","full_attention"])")
                  .windows,
              ElementsAre(0, 9, 0));
}

TEST(Architectures, AWindowWhereThereIsNoneIsRefused) {
  for (const char* type :
       {"gpt2", "gpt_bigcode", "gpt_neox", "bloom", "stablelm", "phi", "llama", "gemma"}) {
    EXPECT_THAT(why_not(type, R"(,"sliding_window":4)").message,
                HasSubstr("'sliding_window' is 4"));
    EXPECT_THAT(why_not(type, R"(,"layer_types":["sliding_attention"])").message,
                HasSubstr("'layer_types'"));
    spec_of(type, R"(,"sliding_window":null)");
  }
  EXPECT_THAT(why_not("mistral", R"(,"layer_types":["full_attention"])").message,
              HasSubstr("'layer_types'"));
}

TEST(Architectures, GemmaReadsGeluAsItsTanhForm) {
  EXPECT_EQ(spec_of("gemma", R"(,"hidden_act":"gelu")").activation, Activation::kGeluTanh);
  EXPECT_EQ(spec_of("llama", R"(,"hidden_act":"gelu")").activation, Activation::kGelu);
}

TEST(Architectures, OtherArithmeticIsUnsupported) {
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"quantization_config", "{}"},           {"add_cross_attention", "true"},
      {"is_encoder_decoder", "true"},          {"is_causal", "false"},
      {"use_bidirectional_attention", "true"}, {"per_layer_config", "[]"},
      {"hidden_act", "\"gelu_of_mine\""}};
  for (const auto& [key, value] : keys) {
    const Error error = why_not("llama", ",\"" + key + "\":" + value);
    EXPECT_EQ(error.kind, ErrorKind::kUnsupported) << key;
    EXPECT_THAT(error.message, HasSubstr("'" + key + "'"));
  }
  EXPECT_THAT(why_not("bloom", R"(,"pretraining_tp":2,"slow_but_exact":true)").message,
              HasSubstr("'slow_but_exact'"));
  spec_of("bloom", R"(,"pretraining_tp":2)");
}

TEST(Architectures, AnUnknownOneIsAnsweredWithTheList) {
  EXPECT_THAT(why_not("wombat", "").message, HasSubstr("\"wombat\", which is none of the supported "
                                                       "architectures: gpt2, gpt_bigcode"));
  EXPECT_THAT(read("{}").error().message, HasSubstr("'model_type' is absent"));
  EXPECT_THAT(read(R"({"model_type":7})").error().message, HasSubstr("'model_type'"));
}

TEST(Architectures, HeadsMustDivide) {
  const std::string eight = R"(,"hidden_size":8,"head_dim":4,"num_attention_heads":)";
  EXPECT_THAT(why_not("llama", eight + "3").message, HasSubstr("'num_attention_heads' is 3"));
  EXPECT_THAT(why_not("gpt2", R"(,"n_embd":8,"n_head":3)").message, HasSubstr("'n_head' is 3"));
  EXPECT_THAT(why_not("llama", eight + R"(4,"num_key_value_heads":3)").message,
              HasSubstr("'num_key_value_heads' is 3"));
}

TEST(Architectures, HugeSizesCostNothing) {
  const std::string most = std::to_string(ConfigJson::kMaxCount);
  for (const std::string& type : decoder_architectures()) {
    (void)read(R"({"model_type":")" + type + R"(","num_hidden_layers":)" + most + R"(,"n_layer":)" +
               most + R"(,"use_sliding_window":true,"max_window_layers":1})");
    const std::string sizes = R"(,"hidden_size":)" + most + R"(,"n_embd":)" + most +
                              R"(,"n_embed":)" + most + R"(,"head_dim":)" + most;
    for (const std::string& heads : {std::string("1"), most})
      EXPECT_NE(why_not(type, sizes + R"(,"num_attention_heads":)" + heads + R"(,"n_head":)" +
                                  heads + R"(,"num_key_value_heads":1)")
                    .message,
                "it was read")
          << type;
  }
}

}  // namespace
}  // namespace joulemark::checkpoint
