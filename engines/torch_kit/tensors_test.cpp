// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/tensors.h"

#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "plugin_kit/status.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

TEST(Tensors, AWeightIsBorrowedAndKeepsItsOwnerAlive) {
  model::OnnxTensor from = weight<float>("w", JM_FLOAT32, {2}, {1, 2});
  const void* bytes = from.data.data();
  const std::weak_ptr<const void> owner = from.owner;
  at::Tensor tensor = from_model(from, at::kCPU);
  from = {};
  EXPECT_EQ(tensor.const_data_ptr(), bytes);
  EXPECT_FALSE(owner.expired());
  tensor = at::Tensor();
  EXPECT_TRUE(owner.expired());
}

TEST(Tensors, AWeightStaysWhereItIsInTheGraphAndLivesAsLongAsIt) {
  model::OnnxTensor from = weight<float>("w", JM_FLOAT32, {2}, {1, 2});
  const void* bytes = from.data.data();
  const std::weak_ptr<const void> owner = from.owner;
  auto made = std::make_unique<Lowered>(lowered({"g",
                                                 {port("x", JM_FLOAT32, {2})},
                                                 {port("y", JM_FLOAT32, {2})},
                                                 {std::move(from)},
                                                 {node("Add", {"x", "w"}, {"y"})}}));
  const void* held = nullptr;
  for (const tj::Node* each : made->graph->nodes())
    if (const auto value = tj::toIValue(each->output()); value && value->isTensor())
      held = value->toTensor().const_data_ptr();
  EXPECT_EQ(held, bytes);
  EXPECT_FALSE(owner.expired());
  made.reset();
  EXPECT_TRUE(owner.expired());
}

TEST(Tensors, AWeightAtAnAddressThatPyTorchWouldNotChooseIsCopied) {
  model::OnnxTensor from = weight<float>("w", JM_FLOAT32, {3}, {1, 2, 3});
  from.data = from.data.subspan(1, 2 * sizeof(float));
  from.dims = {2};
  const std::weak_ptr<const void> owner = from.owner;
  const at::Tensor tensor = from_model(from, at::kCPU);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.const_data_ptr()) % 64, 0U);
  EXPECT_EQ(std::memcmp(tensor.const_data_ptr(), from.data.data(), from.data.size()), 0);
  from = {};
  EXPECT_TRUE(owner.expired());
}

TEST(Tensors, ALargeWeightIsBorrowedWhereverItsElementsAreWhole) {
  constexpr std::int64_t kCount = (std::int64_t{1} << 18) + 8;  // a little more than 1 MiB
  const model::OnnxTensor all =
      weight<float>("w", JM_FLOAT32, {kCount}, std::vector<float>(kCount, 1));
  for (const std::size_t offset : {2U, 4U, 8U}) {
    model::OnnxTensor from = all;
    from.data = all.data.subspan(offset, (kCount - 4) * sizeof(float));
    from.dims = {kCount - 4};
    const void* held = from_model(from, at::kCPU).const_data_ptr();
    EXPECT_EQ(held == from.data.data(), offset % sizeof(float) == 0) << offset;
  }
}

TEST(Tensors, AnInputIsBorrowed) {
  float values[2] = {1, 2};
  const std::int64_t dims[] = {2};
  const at::Tensor tensor =
      from_caller({JM_FLOAT32, JM_MEMORY_HOST, 1, dims, values, sizeof values}, at::kCPU);
  EXPECT_EQ(tensor.const_data_ptr(), values);
}

TEST(Tensors, PackedIntegersComeBackAsTheyWere) {
  std::uint8_t packed[2] = {0x2F, 0x08};  // -1, 2, -8
  const std::int64_t dims[] = {3};
  const at::Tensor tensor =
      from_caller({JM_INT4, JM_MEMORY_HOST, 1, dims, packed, sizeof packed}, at::kCPU);
  EXPECT_EQ(ints_of(tensor), (Ints{-1, 2, -8}));
  const HostOutput output(tensor, JM_INT4);
  ASSERT_EQ(output.view().bytes, 2U);
  const auto* bytes = static_cast<const std::uint8_t*>(output.view().data);
  EXPECT_EQ(bytes[0], packed[0]);
  EXPECT_EQ(bytes[1], packed[1]);
}

TEST(Tensors, AnOutputIsContiguousWhateverTheTensorIs) {
  const HostOutput output(longs({1, 2, 3, 4}).reshape({2, 2}).t(), JM_INT64);
  const auto* values = static_cast<const std::int64_t*>(output.view().data);
  EXPECT_EQ(std::vector(values, values + 4), (std::vector<std::int64_t>{1, 3, 2, 4}));
}

TEST(Tensors, TensorsWithoutElementsHaveAShape) {
  const at::Tensor tensor = from_model(weight<float>("w", JM_FLOAT32, {0, 3}, {}), at::kCPU);
  EXPECT_EQ(tensor.sizes(), (at::IntArrayRef{0, 3}));
}

TEST(Tensors, StringsAreRefusedByName) {
  try {
    static_cast<void>(from_model({"w", JM_STRING, {0}, {}, {}, {}}, at::kCPU));
    FAIL() << "a tensor of strings was made";
  } catch (const plugin::Failure& failure) {
    EXPECT_EQ(failure.status, JM_UNSUPPORTED);
    EXPECT_NE(failure.message.find("string"), std::string::npos);
  }
}

}  // namespace
}  // namespace joulemark::torch_kit
