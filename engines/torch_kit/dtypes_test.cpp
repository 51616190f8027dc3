// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/dtypes.h"

#include <gtest/gtest.h>

namespace joulemark::torch_kit {
namespace {

TEST(Dtypes, ATypeThatTensorsHoldComesBackAsItself) {
  for (int dtype = JM_FLOAT32; dtype <= JM_INT2; ++dtype) {
    const auto storage = storage_of(static_cast<jm_dtype>(dtype));
    if (!storage || storage->packed_bits != 0) continue;
    EXPECT_EQ(dtype_of(storage->type), dtype);
  }
}

TEST(Dtypes, StringsHaveNoTensors) {
  EXPECT_FALSE(storage_of(JM_STRING));
  EXPECT_FALSE(storage_of(JM_UNDEFINED));
}

TEST(Dtypes, PackedTypesAreHeldOneElementEach) {
  EXPECT_EQ(storage_of(JM_INT4)->type, at::kChar);
  EXPECT_EQ(storage_of(JM_INT4)->packed_bits, 4);
  EXPECT_EQ(storage_of(JM_UINT2)->packed_bits, 2);
}

TEST(Dtypes, UnsignedTypesAreComputedInWiderSignedOnes) {
  EXPECT_EQ(arithmetic_type(at::kUInt16), at::kInt);
  EXPECT_EQ(arithmetic_type(at::kUInt32), at::kLong);
  EXPECT_EQ(arithmetic_type(at::kByte), at::kByte);
}

}  // namespace
}  // namespace joulemark::torch_kit
