// SPDX-License-Identifier: Apache-2.0
// Which batches inputs really hold.
#include "model/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::model {
namespace {

using ::testing::HasSubstr;

Port port(const char* name, std::vector<Dim> dims, jm_dtype dtype = JM_FLOAT32) {
  return {name, ValueKind::kTensor, dtype, std::move(dims)};
}

std::string refusal(const std::vector<Port>& ports, const InputDims& dims, std::int64_t batch,
                    InputOrigin origin = InputOrigin::kGenerated) {
  const auto checked = check_batch(ports, dims, batch, origin);
  if (checked) return "";
  EXPECT_EQ(checked.error().kind, ErrorKind::kUsage);
  return checked.error().message;
}

TEST(Batch, OneCallsOneCallAnInferenceWhateverItHolds) {
  EXPECT_EQ(refusal({port("x", {{8, ""}, {256, ""}})}, {{8, 256}}, 1), "");
  EXPECT_EQ(refusal({port("x", {{-1, "seq"}, {512, ""}})}, {{16, 512}}, 1), "");
  EXPECT_EQ(refusal({port("x", {})}, {{}}, 1), "");
  EXPECT_EQ(refusal({}, {}, 1), "");
}

TEST(Batch, MoreThanOneMustBeTheFirstDimensionOfAnInput) {
  const auto x = port("x", {{8, ""}, {256, ""}});
  EXPECT_EQ(refusal({x}, {{8, 256}}, 8), "");
  EXPECT_THAT(refusal({x}, {{8, 256}}, 4), HasSubstr("first dimension at 8; use batch 8"));
  EXPECT_THAT(refusal({}, {}, 100), HasSubstr("the model has no inputs; use batch 1"));
  EXPECT_THAT(refusal({port("x", {})}, {{}}, 2), HasSubstr("no input has a batch dimension"));
  EXPECT_EQ(refusal({x, port("style", {{1, ""}, {3, ""}})}, {{8, 256}, {1, 3}}, 8), "");
}

TEST(Batch, ADimensionThatIsNamedABatchMustBeIt) {
  const auto x = port("x", {{-1, "batch"}, {256, ""}});
  EXPECT_THAT(refusal({x}, {{8, 256}}, 1), HasSubstr("8 in its dimension 'batch'; use batch 8"));
  EXPECT_THAT(refusal({x}, {{8, 256}}, 1, InputOrigin::kGiven), HasSubstr("give inputs"));
  EXPECT_EQ(refusal({x}, {{8, 256}}, 8), "");
  const auto state = port("state", {{2, ""}, {-1, "batch_size"}, {64, ""}});
  EXPECT_THAT(refusal({x, state}, {{4, 256}, {2, 3, 64}}, 4), HasSubstr("'batch_size'"));
  const auto columns = port("b", {{-1, "batch"}, {-1, "N"}});
  EXPECT_EQ(refusal({columns}, {{4, 7}}, 4), "");
}

TEST(Batch, ImagesAndTokensAreCountedEvenWithoutANameForIt) {
  const auto image = port("data", {{8, ""}, {3, ""}, {32, ""}, {32, ""}});
  EXPECT_THAT(refusal({image}, {{8, 3, 32, 32}}, 1), HasSubstr("use batch 8"));
  const auto ids = port("input_ids", {{4, ""}, {16, ""}}, JM_INT64);
  EXPECT_THAT(refusal({ids}, {{4, 16}}, 1), HasSubstr("use batch 4"));
}

TEST(Batch, RowsThatBatchOneMayHideAreTold) {
  EXPECT_EQ(rows_of_a_call({port("x", {{8, ""}, {256, ""}})}, {{8, 256}}), 8);
  EXPECT_EQ(rows_of_a_call({port("x", {{1, ""}, {256, ""}})}, {{1, 256}}), std::nullopt);
  EXPECT_EQ(rows_of_a_call({port("x", {{-1, "seq"}, {256, ""}})}, {{8, 256}}), std::nullopt);
  EXPECT_EQ(rows_of_a_call({port("x", {{8, ""}})}, {{8}}), std::nullopt);
  EXPECT_EQ(rows_of_a_call({port("x", {{8, ""}, {2, ""}}), port("y", {{4, ""}, {2, ""}})},
                           {{8, 2}, {4, 2}}),
            std::nullopt);
}

}  // namespace
}  // namespace joulemark::model
