// SPDX-License-Identifier: Apache-2.0
// The operator against the lowering that copies its buffers.
#include "torch_kit/cached_attention.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "torch_kit/script.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

/// A call on buffers that hold `past` tokens of each row.
struct Case {
  const char* name;
  std::vector<std::int64_t> past;  ///< of each row of the batch
  std::int64_t fresh = 1;
  std::int64_t heads = 4, kv_heads = 4;
  std::int64_t window = -1;
  bool rotates = false, interleaved = false, partial = false;
  bool bias = false, packed = false;
};

constexpr std::int64_t kSize = 8;
constexpr std::int64_t kSpare = 3;  ///< places behind the last token
constexpr std::int64_t kPlaces = 32;

std::int64_t total_of(const Case& of) {
  return *std::max_element(of.past.begin(), of.past.end()) + of.fresh;
}

std::int64_t batch_of(const Case& of) {
  return static_cast<std::int64_t>(of.past.size());
}

model::OnnxGraph graph_of(const Case& of) {
  const std::int64_t queries = of.heads * kSize, shared = of.kv_heads * kSize;
  std::vector<std::string> inputs{"q", "k", "v", "pk", "pv", "last", "total"};
  std::vector<model::Port> ports{
      port("q", JM_FLOAT32, {kOpen, kOpen, of.packed ? queries + 2 * shared : queries})};
  if (of.packed)
    inputs[1] = inputs[2] = "";
  else
    for (const char* name : {"k", "v"})
      ports.push_back(port(name, JM_FLOAT32, {kOpen, kOpen, shared}));
  for (const char* name : {"pk", "pv"})
    ports.push_back(port(name, JM_FLOAT32, {kOpen, of.kv_heads, kOpen, kSize}));
  ports.push_back(port("last", JM_INT32, {kOpen}));
  ports.push_back(port("total", JM_INT32, {}));
  std::vector<model::OnnxAttribute> attributes{{"num_heads", of.heads},
                                               {"kv_num_heads", of.kv_heads},
                                               {"scale", 0.4F},
                                               {"local_window_size", of.window}};
  const auto add = [&](const char* name, std::vector<std::int64_t> dims) {
    inputs.emplace_back(name);
    ports.push_back(port(name, JM_FLOAT32, dims));
  };
  if (of.rotates) {
    const std::int64_t half = of.partial ? kSize / 4 : kSize / 2;
    add("cos", {kPlaces, half});
    add("sin", {kPlaces, half});
    attributes.push_back({"do_rotary", std::int64_t{1}});
    attributes.push_back({"rotary_interleaved", std::int64_t{of.interleaved ? 1 : 0}});
  }
  if (of.bias) {
    inputs.resize(10);
    add("bias", {1, of.heads, kOpen, kOpen});
  }
  return {"g",
          ports,
          {loose_port("y", JM_FLOAT32), loose_port("k_out", JM_FLOAT32),
           loose_port("v_out", JM_FLOAT32)},
          {},
          {{"n",
            "GroupQueryAttention",
            "com.microsoft",
            1,
            inputs,
            {"y", "k_out", "v_out"},
            attributes}}};
}

std::vector<c10::IValue> inputs_of(const Case& of) {
  const std::int64_t queries = of.heads * kSize, shared = of.kv_heads * kSize;
  const std::int64_t batch = batch_of(of), total = total_of(of);
  std::vector<c10::IValue> inputs;
  inputs.emplace_back(at::randn({batch, of.fresh, of.packed ? queries + 2 * shared : queries}));
  for (int i = 0; i < 2 && !of.packed; ++i)
    inputs.emplace_back(at::randn({batch, of.fresh, shared}));
  // The lowering that copies wants a bias for every place.
  const std::int64_t capacity = of.bias ? total : total + kSpare;
  for (int i = 0; i < 2; ++i) inputs.emplace_back(at::randn({batch, of.kv_heads, capacity, kSize}));
  inputs.emplace_back(longs(of.past).add(of.fresh - 1).to(at::kInt));
  inputs.emplace_back(at::tensor(total, at::kInt));
  for (int i = 0; i < 2 && of.rotates; ++i)
    inputs.emplace_back(at::rand({kPlaces, of.partial ? kSize / 4 : kSize / 2}));
  if (of.bias) inputs.emplace_back(at::randn({1, of.heads, of.fresh, total}));
  return inputs;
}

std::vector<c10::IValue> copies(const std::vector<c10::IValue>& values) {
  std::vector<c10::IValue> all;
  for (const c10::IValue& value : values) all.emplace_back(value.toTensor().clone());
  return all;
}

Lowered in_place(const Case& of) {
  model::OnnxModel model{8, {{"", 17}, {"com.microsoft", 1}}, graph_of(of)};
  Lowered made = lower(model, at::kCPU, Caches::kInPlace);
  optimise(made.graph, Optimize::kFreeze);
  EXPECT_EQ(count_nodes(made, kCachedAttention), 1U);
  return made;
}

const Case kCases[] = {
    {"Prompt", {0}, 5},
    {"Step", {6}, 1},
    {"Continuation", {3}, 4},
    {"StepOfABatch", {6, 6}, 1},
    {"RaggedSteps", {2, 6, 6, 1}, 1},
    {"RaggedContinuation", {2, 5}, 3},
    {"SharedHeads", {6}, 1, 6, 2},
    {"SharedHeadsOfAPrompt", {0, 0}, 5, 6, 2},
    {"OneSharedHead", {4, 2}, 1, 4, 1},
    {"WindowOfAStep", {9}, 1, 4, 2, 3},
    {"WindowOfAPrompt", {0}, 6, 4, 2, 3},
    {"WindowThatIsWider", {0}, 3, 4, 2, 4},
    {"WindowOfRaggedSteps", {9, 4}, 1, 4, 2, 3},
    {"Rotated", {0}, 4, 4, 2, -1, true},
    {"RotatedStep", {7}, 1, 4, 2, -1, true},
    {"RotatedRaggedSteps", {7, 3}, 1, 4, 2, -1, true},
    {"Interleaved", {7, 3}, 2, 4, 4, -1, true, true},
    {"PartOfEachHead", {7, 3}, 1, 4, 4, -1, true, false, true},
    {"BiasOfAPrompt", {0}, 4, 4, 4, -1, false, false, false, true},
    {"BiasOfAStep", {5}, 1, 4, 2, -1, false, false, false, true},
    {"BiasOfRaggedSteps", {5, 2}, 1, 4, 2, -1, false, false, false, true},
    {"BiasInAWindow", {8}, 1, 4, 2, 3, false, false, false, true},
    {"Packed", {5, 5}, 1, 4, 2, -1, true, false, false, false, true},
};

class CachedAttentionCases : public testing::TestWithParam<Case> {};

TEST_P(CachedAttentionCases, AreWhatTheLoweringThatCopiesGives) {
  const Case& of = GetParam();
  const std::vector<c10::IValue> inputs = inputs_of(of);
  model::OnnxModel plain{8, {{"", 17}, {"com.microsoft", 1}}, graph_of(of)};
  Plan copying(lower(plain, at::kCPU).graph);
  const auto want = tensors_of(copying.run(copies(inputs)));
  const Lowered made = in_place(of);
  Plan writing(made.graph);
  auto module = make_module(*made.graph);
  const auto got = tensors_of(writing.run(copies(inputs)));
  const auto scripted = module.forward(copies(inputs)).toTupleRef().elements().vec();
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_TRUE(at::allclose(got[i], want[i], 1e-4, 1e-5)) << i;
    EXPECT_TRUE(at::equal(scripted[i].toTensor(), got[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, CachedAttentionCases, testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(CachedAttention, TheBufferIsWrittenWhereItIs) {
  const Case of{"", {2, 5}, 1, 4, 2};
  const auto inputs = inputs_of(of);
  const at::Tensor keys = inputs[3].toTensor();
  const at::Tensor before = keys.clone();
  Plan plan(in_place(of).graph);
  const auto out = tensors_of(plan.run(inputs));
  EXPECT_EQ(out[1].const_data_ptr(), keys.const_data_ptr());
  const at::Tensor fresh = inputs[1].toTensor().view({2, 2, kSize});
  EXPECT_TRUE(at::equal(keys.select(0, 0).select(1, 2), fresh.select(0, 0)));
  EXPECT_TRUE(at::equal(keys.select(0, 1).select(1, 5), fresh.select(0, 1)));
  EXPECT_TRUE(at::equal(keys.select(0, 0).narrow(1, 3, 6), before.select(0, 0).narrow(1, 3, 6)));
}

TEST(CachedAttention, ABufferThatIsTooShortBecomesALongerOne) {
  const Case of{"", {4}, 1, 4, 2};
  auto inputs = inputs_of(of);
  Plan plan(in_place(of).graph);
  const auto want = tensors_of(plan.run(copies(inputs)));
  for (const std::size_t i : {3U, 4U}) inputs[i] = inputs[i].toTensor().narrow(2, 0, 4).clone();
  const auto got = tensors_of(plan.run(inputs));
  EXPECT_EQ(got[1].size(2), 5);
  EXPECT_TRUE(at::allclose(got[0], want[0]));
}

TEST(CachedAttention, TokensOutsideOfTheTextAreRefused) {
  const Case of{"", {4}, 1, 4, 2};
  for (const std::int64_t last : {-1, 5, 1 << 20}) {
    auto inputs = inputs_of(of);
    inputs[5] = longs({last}).to(at::kInt);
    Plan plan(in_place(of).graph);
    EXPECT_THROW(plan.run(inputs), c10::Error) << last;
  }
}

TEST(CachedAttention, PositionsBehindTheTablesAreRefused) {
  const Case of{"", {kPlaces}, 1, 4, 2, -1, true};
  Plan plan(in_place(of).graph);
  EXPECT_THROW(plan.run(inputs_of(of)), c10::Error);
}

}  // namespace
}  // namespace joulemark::torch_kit
