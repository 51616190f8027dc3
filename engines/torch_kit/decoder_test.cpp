// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/decoder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

constexpr std::int32_t kVocabulary = 11;
constexpr std::int64_t kWidth = 16;
using Wanted = plugin::DecoderFeed::Wanted;
using Tokens = std::vector<std::int32_t>;

model::OnnxTensor table(const std::string& name) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < kVocabulary * kWidth; ++i)
    values.push_back(std::sin(static_cast<float>(i * i % 97 + (name == "head" ? 3 : 0))));
  return weight<float>(name, JM_FLOAT32, {kVocabulary, kWidth}, std::move(values));
}

model::OnnxTensor dims_of(const std::string& name, std::vector<std::int64_t> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return weight<std::int64_t>(name, JM_INT64, {count}, std::move(values));
}

/// A layer of attention between an embedding and a head.
model::OnnxGraph tiny_decoder() {
  const std::vector<std::int64_t> cache{kOpen, 2, kOpen, kWidth / 4};
  model::OnnxNode attention{"attention",
                            "GroupQueryAttention",
                            "com.microsoft",
                            1,
                            {"x", "kv", "kv", "past_key_values.0.key", "past_key_values.0.value",
                             "seqlens_k", "total_sequence_length"},
                            {"a", "present.0.key", "present.0.value"},
                            {{"num_heads", std::int64_t{4}}, {"kv_num_heads", std::int64_t{2}}}};
  return {"g",
          {port("input_ids", JM_INT64, {kOpen, kOpen}), port("seqlens_k", JM_INT32, {kOpen}),
           port("total_sequence_length", JM_INT32, {}), port("logits_rows", JM_INT64, {kOpen}),
           port("past_key_values.0.key", JM_FLOAT32, cache),
           port("past_key_values.0.value", JM_FLOAT32, cache)},
          {port("logits", JM_FLOAT32, {kOpen, kVocabulary}),
           port("present.0.key", JM_FLOAT32, cache), port("present.0.value", JM_FLOAT32, cache)},
          {table("words"), table("head"), dims_of("flat", {-1, kWidth}), dims_of("half", {8, 8})},
          {node("Gather", {"words", "input_ids"}, {"x"}),
           node("Split", {"x", "half"}, {"kv", "rest"}, {{"axis", std::int64_t{-1}}}), attention,
           node("Reshape", {"a", "flat"}, {"rows"}),
           node("Gather", {"rows", "logits_rows"}, {"chosen"}),
           node("Gemm", {"chosen", "head"}, {"logits"}, {{"transB", std::int64_t{1}}})}};
}

class PlanExecutor : public Executor {
 public:
  explicit PlanExecutor(const Lowered& lowered) : plan_(lowered.graph) {}
  std::vector<c10::IValue> run(const std::vector<c10::IValue>& inputs) override {
    caches.push_back(inputs[4].toTensor().const_data_ptr());
    auto outputs = plan_.run(inputs);
    if (fails) TORCH_CHECK(false, "as asked for");
    return outputs;
  }
  [[nodiscard]] std::string position() const override { return ""; }
  bool fails = false;               ///< at the end of a run
  std::vector<const void*> caches;  ///< that runs were given

 private:
  Plan plan_;
};

class DecoderTest : public testing::TestWithParam<Caches> {
 protected:
  DecoderTest()
      : model_{8, {{"", 17}, {"com.microsoft", 1}}, tiny_decoder()},
        lowered_(lower(model_, at::kCPU, GetParam())),
        executor_(lowered_),
        inputs_(lowered_.inputs),
        outputs_(lowered_.outputs),
        decoder_(executor_, at::kCPU,
                 plugin::DecoderFeed(*plugin::DecoderPorts::find(inputs_, outputs_), inputs_)) {}

  std::vector<float> forward(const Tokens& tokens, std::int32_t batch = 1,
                             Wanted wanted = Wanted::kLast) {
    const auto n = static_cast<std::int32_t>(tokens.size()) / batch;
    const float* logits = decoder_.forward(tokens.data(), batch, n, wanted);
    return {logits, logits + std::ptrdiff_t{kVocabulary} * decoder_.feed().rows()};
  }
  static void expect_near(const std::vector<float>& got, const std::vector<float>& want) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5) << i;
  }
  /// The last row of logits of a text that is fed at once.
  std::vector<float> answer(const Tokens& tokens) {
    decoder_.reset(1, static_cast<std::int32_t>(tokens.size()));
    return forward(tokens);
  }

  model::OnnxModel model_;
  Lowered lowered_;
  PlanExecutor executor_;
  plugin::PortList inputs_, outputs_;
  Decoder decoder_;
};

INSTANTIATE_TEST_SUITE_P(All, DecoderTest, testing::Values(Caches::kInPlace, Caches::kCopied),
                         [](const auto& info) {
                           return info.param == Caches::kInPlace ? "InPlace" : "Copied";
                         });

TEST_P(DecoderTest, TokensOneByOneGiveWhatTheWholeTextGives) {
  const std::vector<float> want = answer({3, 7, 1, 9});
  decoder_.reset(1, 6);
  forward({3, 7});
  forward({1});
  expect_near(forward({9}), want);
}

TEST_P(DecoderTest, LogitsOfAllPositionsAreThoseOfEachText) {
  decoder_.reset(1, 4);
  const std::vector<float> all = forward({3, 7, 1}, 1, Wanted::kAll);
  expect_near({all.begin() + 2 * kVocabulary, all.end()}, answer({3, 7, 1}));
  expect_near({all.begin(), all.begin() + kVocabulary}, answer({3}));
}

TEST_P(DecoderTest, ResetForgets) {
  const std::vector<float> want = answer({3, 7});
  decoder_.reset(1, 2);
  forward({5, 5});
  decoder_.reset(1, 2);
  expect_near(forward({3, 7}), want);
}

TEST_P(DecoderTest, RowsOfDifferentLengthsAnswerAsAlone) {
  const std::vector<float> first = answer({3, 7, 1, 2, 4}), second = answer({8, 2, 4});
  for (int round = 0; round < 2; ++round) {
    decoder_.reset(2, 8);
    forward({3, 7, 1, JM_NO_TOKEN, JM_NO_TOKEN, 8}, 2);
    forward({2, 2}, 2);
    const std::vector<float> both = forward({4, 4}, 2);
    expect_near({both.begin(), both.begin() + kVocabulary}, first);
    expect_near({both.begin() + kVocabulary, both.end()}, second);
  }
}

TEST_P(DecoderTest, ACallThatIsRefusedChangesNothing) {
  const std::vector<float> want = answer({3, 7, 1});
  decoder_.reset(1, 3);
  forward({3, 7});
  EXPECT_THROW(forward({1, 1}), plugin::Failure);
  EXPECT_THROW(forward({kVocabulary}), plugin::Failure);
  EXPECT_THROW(forward({1, 1}, 2), plugin::Failure);
  expect_near(forward({1}), want);
}

TEST_P(DecoderTest, ARunThatFailsChangesNothing) {
  const std::vector<float> want = answer({3, 7, 1, 6});
  decoder_.reset(1, 8);
  forward({3, 7});
  executor_.fails = true;
  EXPECT_THROW(forward({9, 9, 9}), c10::Error);
  executor_.fails = false;
  forward({1});
  expect_near(forward({6}), want);
}

TEST_P(DecoderTest, TokensBeforeTheFirstResetAreRefused) {
  EXPECT_THROW(forward({1}), plugin::Failure);
}

TEST_P(DecoderTest, OneBufferServesAllCallsWhereTheGraphWritesIntoIt) {
  decoder_.reset(1, 4);
  forward({3, 7});
  forward({1});
  decoder_.reset(1, 4);
  forward({1});
  ASSERT_EQ(executor_.caches.size(), 3U);
  const bool same =
      executor_.caches[0] == executor_.caches[1] && executor_.caches[1] == executor_.caches[2];
  EXPECT_EQ(same, GetParam() == Caches::kInPlace);
}

}  // namespace
}  // namespace joulemark::torch_kit
