// SPDX-License-Identifier: Apache-2.0
// Tensors and what crosses the engine ABI.
#include "model/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::model {
namespace {

using ::testing::HasSubstr;

TEST(Tensor, IsAlignedAndZero) {
  const auto tensor = make_tensor("x", JM_FLOAT32, {3, 5});
  ASSERT_TRUE(tensor);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor->data.data()) % 64, 0u);
  EXPECT_EQ(tensor->data.size(), 60u);
  EXPECT_EQ(element_as_double(JM_FLOAT32, tensor->data.data(), 14), 0);
}

TEST(Tensor, ViewAndCopyKeepEverything) {
  auto tensor = *make_tensor("x", JM_INT16, {2});
  set_element(JM_INT16, tensor.data.data(), 1, -7);
  const TensorView seen = view(tensor);
  const auto copy = copy_tensor("y", seen.tensor);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->name, "y");
  EXPECT_EQ(copy->dims, tensor.dims);
  EXPECT_EQ(copy->data, tensor.data);
}

TEST(Tensor, StringsWithNulCrossTheInterface) {
  auto tensor = *make_tensor("s", JM_STRING, {2});
  tensor.strings = {std::string("a\0b", 3), ""};
  TensorView seen = view(tensor);
  const TensorView moved = std::move(seen);
  const auto copy = copy_tensor("s", moved.tensor);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->strings, tensor.strings);
}

TEST(Tensor, EnginesThatContradictThemselvesAreErrors) {
  auto tensor = *make_tensor("x", JM_FLOAT32, {2});
  jm_tensor broken = view(tensor).tensor;
  broken.bytes = 4;
  EXPECT_THAT(copy_tensor("y", broken).error().message, HasSubstr("has 4 bytes, expected 8"));
  broken = view(tensor).tensor;
  broken.rank = -1;
  EXPECT_FALSE(copy_tensor("y", broken));
  broken = view(tensor).tensor;
  broken.memory = JM_MEMORY_CUDA;
  EXPECT_EQ(copy_tensor("y", broken).error().kind, ErrorKind::kUnsupported);
  broken = view(tensor).tensor;
  broken.dtype = JM_UNDEFINED;
  EXPECT_FALSE(copy_tensor("y", broken));
}

}  // namespace
}  // namespace joulemark::model
