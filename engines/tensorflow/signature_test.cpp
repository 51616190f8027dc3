// SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include <gmock/gmock.h>

#include <protozero/pbf_writer.hpp>

#include "plugin_kit/status.h"

namespace joulemark::tf {
namespace {

using protozero::pbf_writer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string entry(const std::string& key, const std::string& value) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, key);
  writer.add_message(2, value);
  return bytes;
}

std::string shape(const std::vector<std::int64_t>& dims) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::int64_t size : dims) {
    std::string dim;
    pbf_writer(dim).add_int64(1, size);
    writer.add_message(2, dim);
  }
  return bytes;
}

std::string tensor(const std::string& name, Type type, const std::string& of_shape) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, name);
  writer.add_enum(2, type);
  writer.add_message(3, of_shape);
  return bytes;
}

/// A MetaGraphDef with one signature, whose inputs these are and which has one output.
std::string meta_graph(const std::vector<std::string>& inputs) {
  std::string signature;
  pbf_writer writer(signature);
  for (const std::string& input : inputs) writer.add_message(1, input);
  writer.add_message(2, entry("y", tensor("call:1", kFloat, shape({}))));
  std::string bytes;
  pbf_writer meta(bytes);
  meta.add_message(5, entry("__saved_model_init_op", ""));
  meta.add_message(5, entry("serving_default", signature));
  return bytes;
}

std::string refusal(const std::string& bytes, const std::string& name) {
  try {
    read_signature(bytes, name);
  } catch (const plugin::Failure& failure) {
    return failure.message;
  }
  return "";
}

TEST(Signature, TensorsHaveTheirPlacesTypesAndSizes) {
  const Signature read = read_signature(
      meta_graph({entry("x", tensor("serving_x:0", kInt64, shape({-1, 4})))}), "serving_default");
  ASSERT_EQ(read.inputs.size(), 1U);
  EXPECT_EQ(read.inputs[0].key, "x");
  EXPECT_EQ(read.inputs[0].operation, "serving_x");
  EXPECT_EQ(read.inputs[0].type, kInt64);
  EXPECT_THAT(read.inputs[0].dims.value(), ElementsAre(-1, 4));
  ASSERT_EQ(read.outputs.size(), 1U);
  EXPECT_EQ(read.outputs[0].operation, "call");
  EXPECT_EQ(read.outputs[0].index, 1);
}

TEST(Signature, InputsStandInTheOrderOfTheirKeys) {
  const std::string info = tensor("a:0", kFloat, shape({1}));
  const Signature read =
      read_signature(meta_graph({entry("z", info), entry("b", info)}), "serving_default");
  ASSERT_EQ(read.inputs.size(), 2U);
  EXPECT_EQ(read.inputs[0].key, "b");
}

TEST(Signature, AnUnknownRankIsNotRankZero) {
  std::string open;
  pbf_writer(open).add_bool(3, true);
  const Signature read =
      read_signature(meta_graph({entry("x", tensor("a:0", kFloat, open))}), "serving_default");
  EXPECT_FALSE(read.inputs[0].dims.has_value());
}

TEST(Signature, AMissingOneIsRefusedWithTheNamesThatThereAre) {
  EXPECT_THAT(refusal(meta_graph({}), "predict"),
              HasSubstr("no signature 'predict'; option 'signature' takes one of: "
                        "serving_default"));
}

TEST(Signature, ATensorWithoutANameIsRefused) {
  EXPECT_THAT(refusal(meta_graph({entry("x", tensor("", kFloat, shape({})))}), "serving_default"),
              HasSubstr("'x' of its signature is no dense tensor"));
}

TEST(Signature, ACutFileIsRefused) {
  const std::string whole = meta_graph({});
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 2), "serving_default"),
              HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace joulemark::tf
