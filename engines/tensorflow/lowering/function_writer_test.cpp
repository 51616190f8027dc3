// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/function_writer.h"

#include <gmock/gmock.h>

namespace joulemark::tf {
namespace {

TEST(JoinedDims, AreOpenWhereTheyDiffer) {
  EXPECT_EQ(joined_dims(Ints{2, 3, -1}, Ints{2, 4, 5}), (Ints{2, -1, -1}));
  EXPECT_EQ(joined_dims(Ints{}, Ints{}), Ints{});
}

TEST(JoinedDims, AreOfAnyRankWhereRanksDiffer) {
  EXPECT_EQ(joined_dims(Ints{2}, Ints{2, 1}), std::nullopt);
  EXPECT_EQ(joined_dims(std::nullopt, Ints{2}), std::nullopt);
}

}  // namespace
}  // namespace joulemark::tf
