// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/weights.h"

#include <gmock/gmock.h>

namespace joulemark::tf {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// A float matrix of so many rows of 256 elements.
model::OnnxTensor matrix(const std::string& name, std::int64_t rows) {
  const auto bytes =
      std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(rows) * 1024);
  return {name, JM_FLOAT32, {rows, 256}, *bytes, {}, bytes};
}

model::OnnxNode node(const std::string& op, const std::vector<std::string>& inputs) {
  return {"", op, "", 17, inputs, {op + "_y"}, {}};
}

/// A large table that is looked up, a large matrix that is multiplied with and normalised, a small
/// one, and the weights of a convolution.
model::OnnxGraph graph() {
  model::OnnxGraph graph;
  graph.initializers = {matrix("table", 1000), matrix("both", 1000), matrix("small", 8),
                        matrix("kernel", 1000), matrix("factor", 1000)};
  graph.nodes = {node("Gather", {"table", "ids"}), node("MatMul", {"x", "both"}),
                 node("Softmax", {"both"}),        node("MatMul", {"x", "small"}),
                 node("Conv", {"x", "kernel"}),    node("Gemm", {"x", "factor"})};
  return graph;
}

TEST(Variables, AreLargeMatricesThatNothingElseReads) {
  EXPECT_THAT(variables_of(graph(), WeightsOption::kAuto), UnorderedElementsAre("table", "factor"));
}

TEST(Variables, AreAllLargeWeightsWhereAskedFor) {
  EXPECT_THAT(variables_of(graph(), WeightsOption::kVariable),
              UnorderedElementsAre("table", "both", "kernel", "factor"));
}

TEST(Variables, AreNoneWhereAskedFor) {
  EXPECT_THAT(variables_of(graph(), WeightsOption::kConstant), IsEmpty());
}

TEST(Variables, IntegersStayConstant) {
  model::OnnxGraph with_integers = graph();
  with_integers.initializers[0].dtype = JM_INT32;
  EXPECT_THAT(variables_of(with_integers, WeightsOption::kVariable),
              UnorderedElementsAre("both", "kernel", "factor"));
}

TEST(IntsOf, ReadsWhatIsNotAligned) {
  std::vector<std::byte> bytes(17);
  bytes[1] = std::byte{7};
  bytes[9] = std::byte{9};
  const model::OnnxTensor tensor{"shape", JM_INT64, {2}, {bytes.data() + 1, 16}, {}, nullptr};
  EXPECT_THAT(*ints_of(tensor), testing::ElementsAre(7, 9));
}

}  // namespace
}  // namespace joulemark::tf
