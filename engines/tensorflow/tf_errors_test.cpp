// SPDX-License-Identifier: Apache-2.0
#include "tf_errors.h"

#include <gmock/gmock.h>

namespace joulemark::tf {
namespace {

TEST(Classify, AKernelThatIsMissingIsUnsupported) {
  const std::string text = "No OpKernel was registered to support Op 'Conv2D' used by …";
  EXPECT_EQ(classify(Stage::kRun, kInvalidArgument, text), JM_UNSUPPORTED);
  EXPECT_EQ(classify(Stage::kRun, kUnimplemented, "whatever"), JM_UNSUPPORTED);
}

TEST(Classify, AGraphThatCannotBeBuiltIsNoValidModel) {
  const std::string text = "Dimensions must be equal, but are 3 and 4";
  EXPECT_EQ(classify(Stage::kLoad, kInvalidArgument, text), JM_INVALID_MODEL);
  EXPECT_EQ(classify(Stage::kRun, kInvalidArgument, text), JM_FAILED);
}

TEST(Classify, MemoryIsMemory) {
  EXPECT_EQ(classify(Stage::kRun, kResourceExhausted, "whatever"), JM_OUT_OF_MEMORY);
}

TEST(Brief, KeepsTheNodeAndDropsTheRest) {
  EXPECT_EQ(brief("indices[0] = 9 is not in [0, 3)\n\t [[{{node embed/GatherV2_1}}]]"),
            "indices[0] = 9 is not in [0, 3) (node 'embed/GatherV2_1')");
  EXPECT_EQ(brief("Something is wrong."), "Something is wrong");
}

}  // namespace
}  // namespace joulemark::tf
