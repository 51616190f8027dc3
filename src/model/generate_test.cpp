// SPDX-License-Identifier: Apache-2.0
// Shapes and elements that models of several kinds are given.
#include "model/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace joulemark::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Dim fixed(std::int64_t value) {
  return {value, ""};
}
Dim symbol(const char* name) {
  return {-1, name};
}

Port port(const char* name, jm_dtype dtype, std::vector<Dim> dims) {
  return {name, ValueKind::kTensor, dtype, std::move(dims)};
}

std::vector<Port> bert() {
  const std::vector<Dim> dims = {symbol("batch_size"), symbol("sequence_length")};
  return {port("input_ids", JM_INT64, dims), port("attention_mask", JM_INT64, dims),
          port("token_type_ids", JM_INT64, dims), port("position_ids", JM_INT64, dims)};
}

std::vector<double> values(const HostTensor& tensor) {
  std::vector<double> result;
  for (std::size_t i = 0; i < *element_count(tensor.dims); ++i) {
    result.push_back(element_as_double(tensor.dtype, tensor.data.data(), i));
  }
  return result;
}

TEST(Generate, TextModelsGetTokensMasksAndPositions) {
  const auto tensors = generate_inputs(bert(), {.seed = 1, .batch = 2, .shapes = {}});
  ASSERT_TRUE(tensors) << tensors.error().message;
  for (const auto& tensor : *tensors) EXPECT_THAT(tensor.dims, ElementsAre(2, 128));
  const auto ids = values((*tensors)[0]);
  EXPECT_GE(std::ranges::min(ids), 1);
  EXPECT_LT(std::ranges::max(ids), 1000);
  EXPECT_GT(std::ranges::max(ids), std::ranges::min(ids));
  EXPECT_EQ(std::ranges::min(values((*tensors)[1])), 1);
  EXPECT_EQ(std::ranges::max(values((*tensors)[2])), 0);
  EXPECT_EQ(values((*tensors)[3])[130], 2);
}

TEST(Generate, ImagesAreUniformAndOfTheUsualSize) {
  const auto nchw = port("data", JM_FLOAT32, {symbol("N"), symbol(""), symbol("h"), symbol("")});
  const auto nhwc = port("data", JM_FLOAT32, {symbol("N"), symbol(""), symbol(""), fixed(3)});
  const auto shapes = resolve_shapes({nchw}, {.seed = 1, .batch = 4, .shapes = {}});
  ASSERT_TRUE(shapes);
  EXPECT_THAT((*shapes)[0], ElementsAre(4, 3, 224, 224));
  EXPECT_THAT((*resolve_shapes({nhwc}, {}))[0], ElementsAre(1, 224, 224, 3));
  const auto pixels = values((*generate_inputs(
      {port("data", JM_FLOAT32, {fixed(1), fixed(3), fixed(8), fixed(8)})}, {}))[0]);
  EXPECT_GE(std::ranges::min(pixels), 0);
  EXPECT_LT(std::ranges::max(pixels), 1);
}

TEST(Generate, SameSeedGivesSameInputsInAnyOrder) {
  auto ports = std::vector{port("a", JM_FLOAT32, {fixed(8)}), port("b", JM_FLOAT32, {fixed(8)})};
  const auto first = generate_inputs(ports, {.seed = 7, .batch = 1, .shapes = {}});
  std::swap(ports[0], ports[1]);
  const auto second = generate_inputs(ports, {.seed = 7, .batch = 1, .shapes = {}});
  EXPECT_EQ((*first)[0].data, (*second)[1].data);
  EXPECT_NE((*first)[0].data, (*first)[1].data);
  const auto other = generate_inputs(ports, {.seed = 8, .batch = 1, .shapes = {}});
  EXPECT_NE((*other)[1].data, (*first)[0].data);
}

TEST(Generate, EveryTypeIsFilled) {
  for (int number = 1; number <= JM_INT2; ++number) {
    const auto dtype = static_cast<jm_dtype>(number);
    const auto tensors = generate_inputs({port("x", dtype, {fixed(64)})}, {});
    ASSERT_TRUE(tensors) << dtype_name(dtype);
    const auto& tensor = (*tensors)[0];
    if (dtype == JM_STRING) {
      EXPECT_NE(tensor.strings[0], "");
    } else {
      EXPECT_TRUE(std::ranges::any_of(tensor.data, [](std::byte b) { return b != std::byte{0}; }))
          << dtype_name(dtype);
    }
  }
}

TEST(Generate, AShapeBindsItsSymbolsForTheOtherInputs) {
  const auto shapes =
      resolve_shapes(bert(), {.seed = 1, .batch = 3, .shapes = {{"input_ids", {-1, 64}}}});
  ASSERT_TRUE(shapes) << shapes.error().message;
  EXPECT_THAT((*shapes)[0], ElementsAre(3, 64));
  EXPECT_THAT((*shapes)[1], ElementsAre(3, 64));
}

TEST(Generate, DecodersStartWithAnEmptyPast) {
  const auto shapes = resolve_shapes(
      {port("input_ids", JM_INT64, {symbol("batch_size"), symbol("sequence_length")}),
       port("attention_mask", JM_INT64,
            {symbol("batch_size"), symbol("past_sequence_length + sequence_length")}),
       port("past_key_values.0.key", JM_FLOAT32,
            {symbol("batch_size"), fixed(4), symbol("past_sequence_length"), fixed(8)})},
      {});
  ASSERT_TRUE(shapes);
  EXPECT_THAT((*shapes)[1], ElementsAre(1, 128));
  EXPECT_THAT((*shapes)[2], ElementsAre(1, 4, 0, 8));
}

TEST(Generate, ShapesThatDoNotFitAreUsageErrors) {
  const auto error = [](const std::vector<Port>& ports,
                        std::map<std::string, std::vector<std::int64_t>> shapes) {
    const auto resolved =
        resolve_shapes(ports, {.seed = 1, .batch = 1, .shapes = std::move(shapes)});
    EXPECT_FALSE(resolved);
    EXPECT_EQ(resolved.error().kind, ErrorKind::kUsage);
    return resolved.error().message;
  };
  const auto image = port("data", JM_FLOAT32, {symbol("N"), fixed(3), fixed(32), fixed(32)});
  EXPECT_THAT(error({image}, {{"data", {1, 3, 64, 32}}}), HasSubstr("dimension 2 is fixed at 32"));
  EXPECT_THAT(error({image}, {{"data", {1, 3}}}),
              HasSubstr("it has 2 dimensions, the model has 4"));
  EXPECT_THAT(error({image}, {{"dta", {1, 3, 32, 32}}}), HasSubstr("did you mean 'data'?"));
  EXPECT_THAT(error(bert(), {{"input_ids", {1, 8}}, {"attention_mask", {1, 9}}}),
              HasSubstr("sequence_length"));
  EXPECT_THAT(error({image}, {{"data", {-2, 3, 32, 32}}}), HasSubstr("-2 is no size"));
}

TEST(Generate, ABatchThatTheModelCannotTakeIsAUsageError) {
  const auto resolve = [](Port p, std::int64_t batch) {
    return resolve_shapes({std::move(p)}, {.seed = 1, .batch = batch, .shapes = {}});
  };
  const auto image = [](std::int64_t n) {
    return port("data", JM_FLOAT32, {fixed(n), fixed(3), fixed(32), fixed(32)});
  };
  const auto refused = resolve(image(1), 8);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(refused.error().message, HasSubstr("input 'data' has its first dimension at 1"));
  EXPECT_TRUE(resolve(image(8), 8));
  EXPECT_FALSE(resolve(image(8), 1));
  EXPECT_TRUE(resolve(image(8), 0));
  EXPECT_TRUE(resolve(port("state", JM_FLOAT32, {fixed(2), fixed(5)}), 1));
  EXPECT_FALSE(resolve(port("threshold", JM_FLOAT32, {}), 2));
  const auto lstm = port("state", JM_FLOAT32, {fixed(2), symbol("batch"), fixed(5)});
  EXPECT_THAT((*resolve(lstm, 4))[0], ElementsAre(2, 4, 5));
}

TEST(Generate, WhatCannotBeGeneratedSaysSo) {
  Port unknown = port("x", JM_FLOAT32, {});
  unknown.dims.reset();
  EXPECT_THAT(resolve_shapes({unknown}, {}).error().message, HasSubstr("--shape 'x="));
  EXPECT_TRUE(resolve_shapes({unknown}, {.seed = 1, .batch = 1, .shapes = {{"x", {1, 2}}}}));
  Port sequence = port("s", JM_FLOAT32, {});
  sequence.kind = ValueKind::kSequence;
  EXPECT_EQ(resolve_shapes({sequence}, {}).error().kind, ErrorKind::kUnsupported);
  EXPECT_FALSE(generate_inputs({port("x", JM_UNDEFINED, {})}, {}));
}

}  // namespace
}  // namespace joulemark::model
