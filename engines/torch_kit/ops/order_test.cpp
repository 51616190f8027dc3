// SPDX-License-Identifier: Apache-2.0
// uint64 beyond the reach of int64.
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <limits>

#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

using Numbers = std::vector<std::uint64_t>;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kHalf = std::uint64_t{1} << 63U;

at::Tensor tensor(Numbers& numbers) {
  return at::from_blob(numbers.data(), {static_cast<std::int64_t>(numbers.size())}, at::kUInt64);
}

Numbers answer(const std::string& op, std::vector<Numbers> inputs) {
  model::OnnxGraph graph{"g", {}, {port("y", JM_UINT64, {kOpen})}, {}, {}};
  std::vector<std::string> names;
  std::vector<c10::IValue> values;
  for (Numbers& numbers : inputs) {
    names.push_back("x" + std::to_string(names.size()));
    graph.inputs.push_back(port(names.back(), JM_UINT64, {kOpen}));
    values.emplace_back(tensor(numbers));
  }
  graph.nodes = {node(op, names, {"y"})};
  const at::Tensor y = answers(graph, values)[0].contiguous();
  const auto* data = static_cast<const std::uint64_t*>(y.const_data_ptr());
  return {data, data + y.numel()};
}

const Numbers kDividends{0, 7, kHalf - 1, kHalf, kHalf + 1, kMost, kMost, kMost, 5, kMost - 1};
const Numbers kDivisors{3, 2, kHalf, kHalf, 3, 1, 10, kMost, kMost, kMost};

TEST(Unsigned, DivisionIsThatOfAllBits) {
  Numbers quotients;
  for (std::size_t i = 0; i < kDividends.size(); ++i)
    quotients.push_back(kDividends[i] / kDivisors[i]);
  EXPECT_EQ(answer("Div", {kDividends, kDivisors}), quotients);
}

TEST(Unsigned, RemainderIsThatOfAllBits) {
  Numbers remainders;
  for (std::size_t i = 0; i < kDividends.size(); ++i)
    remainders.push_back(kDividends[i] % kDivisors[i]);
  EXPECT_EQ(answer("Mod", {kDividends, kDivisors}), remainders);
}

TEST(Unsigned, NothingIsNegative) {
  EXPECT_EQ(answer("Sign", {{0, 1, kHalf, kMost}}), Numbers({0, 1, 1, 1}));
  EXPECT_EQ(answer("Abs", {{0, 1, kHalf, kMost}}), Numbers({0, 1, kHalf, kMost}));
}

TEST(Unsigned, TheUpperHalfIsAbove) {
  EXPECT_EQ(answer("Max", {{1, kMost, kHalf}, {kHalf, 0, 2}}), Numbers({kHalf, kMost, kHalf}));
}

}  // namespace
}  // namespace joulemark::torch_kit
