// SPDX-License-Identifier: Apache-2.0
// Tests of padding, on windows whose numbers are easily counted by hand.
#include "lowering_kit/padding.h"

#include <gmock/gmock.h>

#include "plugin_kit/status.h"

namespace joulemark::lowering {
namespace {

using ::testing::ElementsAre;

model::OnnxNode pooling(std::vector<model::OnnxAttribute> attributes) {
  return {"pool1", "MaxPool", "", 19, {"x"}, {"y"}, std::move(attributes)};
}

Padding padding_around(const model::OnnxNode& node, const Ints& sizes) {
  const NodeCall call(node);
  const PoolingWindow pool = read_pooling_window(call);
  return padding_of(call, pool.window, pool.kernel, sizes);
}

TEST(Padding, OfTheSameSizeIsSharedByBothSides) {
  const auto padded = [](const char* auto_pad) {
    return padding_around(pooling({{"kernel_shape", Ints{3, 4}},
                                   {"strides", Ints{2, 1}},
                                   {"auto_pad", std::string(auto_pad)}}),
                          {5, 7});
  };
  const Padding upper = padded("SAME_UPPER");
  EXPECT_THAT(upper.begin, ElementsAre(1, 1));
  EXPECT_THAT(upper.end, ElementsAre(1, 2));
  const Padding lower = padded("SAME_LOWER");
  EXPECT_THAT(lower.begin, ElementsAre(1, 2));
  EXPECT_THAT(lower.end, ElementsAre(1, 1));
  EXPECT_FALSE(lower.is_even());
  EXPECT_TRUE(padded("VALID").none());
}

TEST(Padding, OfSizesThatOnlyARunTellsIsKnownWhereNoStrideAsks) {
  const auto node = [](std::int64_t stride) {
    return pooling({{"kernel_shape", Ints{3}},
                    {"strides", Ints{stride}},
                    {"auto_pad", std::string("SAME_UPPER")}});
  };
  EXPECT_THAT(padding_around(node(1), {-1}).begin, ElementsAre(1));
  try {
    padding_around(node(2), {-1});
    ADD_FAILURE() << "nothing failed";
  } catch (const plugin::Failure& failure) {
    EXPECT_EQ(failure.status, JM_UNSUPPORTED);
  }
}

Ints overhang_of(std::int64_t ceil, const Ints& pads, std::int64_t size) {
  const auto node = pooling(
      {{"kernel_shape", Ints{3}}, {"strides", Ints{3}}, {"pads", pads}, {"ceil_mode", ceil}});
  const NodeCall call(node);
  const PoolingWindow pool = read_pooling_window(call);
  return overhang(call, pool, padding_of(call, pool.window, pool.kernel, {size}), {size});
}

TEST(Padding, WindowsThatReachBeyondTheImageCountWhereTheNodeSaysSo) {
  EXPECT_THAT(overhang_of(1, {0, 0}, 7), ElementsAre(2));
  EXPECT_THAT(overhang_of(0, {0, 0}, 7), ElementsAre(0));
  EXPECT_THAT(overhang_of(1, {0, 0}, 6), ElementsAre(0));
  // A window that would start in the padding behind is none.
  EXPECT_THAT(overhang_of(1, {1, 1}, 5), ElementsAre(0));
}

TEST(Padding, APoolWithoutAKernelIsNoValidModel) {
  for (const Ints& kernel : {Ints{}, Ints{0}, Ints{3, -1}}) {
    const auto node = pooling({{"kernel_shape", kernel}});
    EXPECT_THROW(read_pooling_window(NodeCall(node)), plugin::Failure);
  }
}

}  // namespace
}  // namespace joulemark::lowering
