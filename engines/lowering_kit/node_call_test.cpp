// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/node_call.h"

#include <gmock/gmock.h>

#include "lowering_kit/at_node.h"
#include "lowering_kit/table.h"
#include "lowering_kit/window.h"
#include "plugin_kit/status.h"

namespace joulemark::lowering {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

model::OnnxNode convolution(std::vector<model::OnnxAttribute> attributes) {
  return {"conv1", "Conv", "", 17, {"x", "", "b"}, {"y"}, std::move(attributes)};
}

/// The failure of what must fail.
template <class Body>
plugin::Failure failure_of(Body&& body) {
  try {
    body();
  } catch (const plugin::Failure& failure) {
    return failure;
  }
  ADD_FAILURE() << "nothing failed";
  return {JM_OK, ""};
}

TEST(NodeCall, InputsThatAreLeftOutAreNotThere) {
  const auto node = convolution({});
  const NodeCall call(node);
  EXPECT_TRUE(call.has(0));
  EXPECT_FALSE(call.has(1));
  EXPECT_TRUE(call.has(2));
  EXPECT_FALSE(call.has(3));
}

TEST(NodeCall, AnAttributeOfAnotherTypeIsNoValidModel) {
  const auto node = convolution({{"group", std::string("two")}});
  const NodeCall call(node);
  EXPECT_EQ(call.integer("absent", 7), 7);
  const auto failure = failure_of([&] { (void)call.integer("group", 1); });
  EXPECT_EQ(failure.status, JM_INVALID_MODEL);
  EXPECT_THAT(failure.message, HasSubstr("'group' has a wrong type"));
}

TEST(Window, PadsAreSplitIntoBeginAndEnd) {
  const auto node = convolution({{"pads", Ints{1, 2, 3, 4}}, {"strides", Ints{2, 2}}});
  const Window window = read_window(NodeCall(node), 2);
  EXPECT_THAT(window.begin, ElementsAre(1, 2));
  EXPECT_THAT(window.end, ElementsAre(3, 4));
  EXPECT_THAT(window.dilations, ElementsAre(1, 1));
}

TEST(Window, AStrideOfZeroIsNoValidModel) {
  const auto node = convolution({{"strides", Ints{0, 1}}});
  const auto failure = failure_of([&] { read_window(NodeCall(node), 2); });
  EXPECT_EQ(failure.status, JM_INVALID_MODEL);
  EXPECT_THAT(failure.message, HasSubstr("strides"));
}

void nothing(NodeCall& /*call*/) {}

std::span<const Entry<NodeCall>> family() {
  static constexpr Entry<NodeCall> kEntries[] = {
      {"Pad", 2, nothing, Types::kAsTheyAre, kOnnx, 10},
      {"Pad", 11, nothing},
  };
  return kEntries;
}

TEST(Table, FindsTheEntryOfAnOpset) {
  static constexpr Table<NodeCall>::Family kFamilies[] = {family};
  const Table<NodeCall> table(kFamilies);
  ASSERT_NE(table.find("", "Pad", 10), nullptr);
  EXPECT_EQ(table.find("", "Pad", 10)->since, 2);
  EXPECT_EQ(table.find("", "Pad", 21)->since, 11);
  EXPECT_EQ(table.find("", "Pad", 1), nullptr);
  EXPECT_THAT(table.why_none("", "Pad", 1, "toy"), HasSubstr("for other opsets only"));
  EXPECT_THAT(table.why_none("", "Pat", 1, "toy"), HasSubstr("joulemark engines toy --operators"));
  EXPECT_EQ(operators_json(table.list()), R"([{"domain":"","name":"Pad","since":2,"until":10},)"
                                          R"({"domain":"","name":"Pad","since":11}])");
}

TEST(AtNode, AFailureNamesItsNodeOnce) {
  const auto outer = convolution({});
  const auto inner = convolution({});
  const auto brief = [](const std::exception& error) { return std::string(error.what()); };
  const auto failure = failure_of([&] {
    at_node(
        outer,
        [&] {
          at_node(
              inner, [] { plugin::fail(JM_UNSUPPORTED, "too many axes"); }, brief);
        },
        brief);
  });
  EXPECT_EQ(failure.status, JM_UNSUPPORTED);
  EXPECT_EQ(failure.message, "node 'conv1' (Conv, opset 17): too many axes");
}

}  // namespace
}  // namespace joulemark::lowering
