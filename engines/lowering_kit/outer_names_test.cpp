// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/outer_names.h"

#include <gmock/gmock.h>

namespace joulemark::lowering {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

model::Port port(const std::string& name) {
  model::Port made;
  made.name = name;
  return made;
}

model::OnnxNode node(const std::vector<std::string>& inputs, const std::string& output,
                     std::vector<model::OnnxAttribute> attributes = {}) {
  return {"", "Op", "", 17, inputs, {output}, std::move(attributes)};
}

TEST(OuterNames, AreWhatIsReadAndNotDefined) {
  const model::OnnxGraph graph{
      "g",
      {port("x")},
      {port("y")},
      {model::OnnxTensor{"w", JM_FLOAT32, {}, {}, {}, nullptr}},
      {node({"x", "outer", "", "w"}, "a"), node({"a", "second", "outer"}, "y")}};
  EXPECT_THAT(outer_names(graph), ElementsAre("outer", "second"));
}

TEST(OuterNames, OfAnOutputThatIsAnOuterValueIsThat) {
  EXPECT_THAT(outer_names({"g", {}, {port("outer")}, {}, {}}), ElementsAre("outer"));
}

TEST(OuterNames, HoldThoseOfGraphsInside) {
  const auto inner = std::make_shared<const model::OnnxGraph>(
      model::OnnxGraph{"i", {port("i")}, {port("r")}, {}, {node({"i", "a", "far"}, "r")}});
  const model::OnnxGraph graph{
      "g", {}, {port("y")}, {}, {node({}, "a"), node({}, "y", {{"body", inner}})}};
  EXPECT_THAT(outer_names(graph), ElementsAre("far"));
}

TEST(OuterNames, AreNoneOfAGraphOfItsOwn) {
  EXPECT_THAT(outer_names({"g", {port("x")}, {port("x")}, {}, {}}), IsEmpty());
}

}  // namespace
}  // namespace joulemark::lowering
