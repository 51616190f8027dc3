// SPDX-License-Identifier: Apache-2.0
// Whole models, with functions, sub-graphs and external data; what is read must keep the promises
// of onnx_graph.h.
#include "model/onnx_reader.h"

#include <cstdlib>
#include <map>
#include <set>
#include <string_view>

#include "model/dtype.h"
#include "model/generate.h"
#include "model/least_work.h"
#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"
#include "target.h"

namespace model = joulemark::model;

namespace {

using Names = std::set<std::string, std::less<>>;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const model::OnnxTensor& tensor) {
  require(tensor.data.size() == model::byte_size(tensor.dtype, tensor.dims).value());
  if (tensor.dtype == JM_STRING) {
    require(tensor.strings.size() == model::element_count(tensor.dims).value());
  }
  // Reads both ends, so that a sanitizer sees what is not there.
  if (tensor.data.empty()) return;
  const volatile std::byte ends[] = {tensor.data.front(), tensor.data.back()};
  (void)ends;
}

/// Values that can be seen, and every name that was given so far.
struct Seen {
  Names visible;
  Names* all;
  void define(const std::string& name) {
    require(!name.empty() && all->insert(name).second);
    visible.insert(name);
  }
};

void check(const model::OnnxGraph& graph, Seen seen);

void check(const model::OnnxNode& node, const Seen& seen) {
  require(!node.op_type.empty() && node.domain != "ai.onnx");
  for (const std::string& input : node.inputs)
    require(input.empty() || seen.visible.contains(input));
  for (const model::OnnxAttribute& attribute : node.attributes) {
    require(node.attribute(attribute.name) == &attribute.value);
    using Graph = std::shared_ptr<const model::OnnxGraph>;
    if (const auto* graph = std::get_if<Graph>(&attribute.value)) check(**graph, seen);
    if (const auto* tensor = std::get_if<model::OnnxTensor>(&attribute.value)) check(*tensor);
    if (const auto* graphs = std::get_if<std::vector<Graph>>(&attribute.value)) {
      for (const Graph& graph : *graphs) check(*graph, seen);
    }
    if (const auto* tensors = std::get_if<std::vector<model::OnnxTensor>>(&attribute.value)) {
      for (const model::OnnxTensor& tensor : *tensors) check(tensor);
    }
  }
}

void check(const model::OnnxGraph& graph, Seen seen) {
  for (const model::Port& input : graph.inputs) seen.define(input.name);
  for (const model::OnnxTensor& tensor : graph.initializers) {
    seen.define(tensor.name);
    check(tensor);
  }
  for (const model::OnnxNode& node : graph.nodes) {
    check(node, seen);
    for (const std::string& output : node.outputs) {
      if (!output.empty()) seen.define(output);
    }
  }
  for (const model::Port& output : graph.outputs) require(seen.visible.contains(output.name));
}

/// Shapes inside of the graph are followed wherever they lead.
void check_work(const model::OnnxModel& read) {
  std::map<std::string, std::vector<std::int64_t>> inputs;
  const auto shapes = model::resolve_shapes(read.graph.inputs, {});
  for (std::size_t i = 0; shapes && i < shapes->size(); ++i)
    inputs[read.graph.inputs[i].name] = (*shapes)[i];
  const model::LeastWork work = model::least_work(read, inputs);
  require(work.flops >= 0 && work.weight_bytes >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const joulemark::testing::ScratchFolder folder;
  static const auto file = [] {
    folder.write("w", std::string(32, 'w'));
    return folder.path() / "model.onnx";
  }();
  const auto read = model::parse_onnx_model({reinterpret_cast<const char*>(data), size}, file);
  if (!read) return require(!read.error().message.empty()), 0;
  Names all;
  check(read->graph, {{}, &all});
  check_work(*read);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace joulemark::testing;  // NOLINT(google-build-using-namespace)
  const auto node = [](NodeBytes parts) { return node_bytes(parts); };
  const std::string type = tensor_type_bytes(JM_FLOAT32, {{0, "n"}, {4, ""}});
  const std::string x = port_bytes("x", type);
  const std::string y = port_bytes("y", type);
  const std::string external =
      external_tensor_bytes("w", 4, {{"location", "w"}, {"offset", "16"}, {"length", "16"}});
  const std::string weights = model_bytes(graph_bytes(
      {.nodes = {node({.op_type = "Mul", .inputs = {"t", "v"}, .outputs = {"y"}}),
                 node({.op_type = "Add", .inputs = {"x", "w"}, .outputs = {"t"}, .name = "a"})},
       .initializers = {external, tensor_bytes("v", JM_FLOAT32, {1}, "1234")},
       .inputs = {x, port_bytes("v", type)},
       .outputs = {y}}));
  const std::string branch =
      graph_bytes({.nodes = {node({.op_type = "Neg", .inputs = {"x"}, .outputs = {"b"}})},
                   .outputs = {port_bytes("b", type)}});
  const std::string branches = node({.op_type = "If",
                                     .inputs = {"c"},
                                     .outputs = {"y"},
                                     .attributes = {graph_attribute("then_branch", branch),
                                                    graph_attribute("else_branch", branch)}});
  const std::string subgraphs =
      model_bytes(graph_bytes({.nodes = {branches},
                               .inputs = {x, port_bytes("c", tensor_type_bytes(JM_BOOL, {}))},
                               .outputs = {y}}));
  const std::string inner = function_bytes({.name = "G",
                                            .inputs = {"x", "c"},
                                            .outputs = {"y", "x"},
                                            .nodes = {branches},
                                            .attributes = {"k"}});
  const std::string outer = function_bytes(
      {.name = "F",
       .inputs = {"p", "q"},
       .outputs = {"r"},
       .nodes = {node({.op_type = "G", .inputs = {"p", "q"}, .outputs = {"t"}, .domain = "local"}),
                 node({.op_type = "Gemm",
                       .inputs = {"t", "p", "q"},
                       .outputs = {"r"},
                       .attributes = {attribute_reference("transA", 2, "a"),
                                      attribute_reference("alpha", 0, "b")}})},
       .attributes = {"b"},
       .defaults = {int_attribute("a", 1)}});
  const auto call = [&](std::string out, std::string in) {
    return node(
        {.op_type = "F",
         .inputs = {in},
         .outputs = {out},
         .attributes = {attribute_bytes("b", 1, [](auto& writer) { writer.add_float(2, 2); })},
         .domain = "local"});
  };
  const std::string functions = model_bytes(ModelBytes{
      .graph =
          graph_bytes({.nodes = {call("z", "x"), call("y", "z")}, .inputs = {x}, .outputs = {y}}),
      .functions = {outer, inner},
      .opsets = {{"", 17}, {"local", 1}}});
  const std::string lists = model_bytes(graph_bytes(
      {.nodes = {node(
           {.op_type = "Constant",
            .outputs = {"y"},
            .attributes = {
                attribute_bytes("ints", 7, [](auto& writer) { writer.add_int64(8, 1); }),
                attribute_bytes("floats", 6, [](auto& writer) { writer.add_bytes(7, "1234"); }),
                attribute_bytes("strings", 8, [](auto& writer) { writer.add_string(9, "s"); }),
                attribute_bytes("string", 3, [](auto& writer) { writer.add_string(4, "s"); }),
                attribute_bytes("tensors", 9,
                                [&](auto& writer) { writer.add_message(10, external); })}})}}));
  const std::string shapes = model_bytes(graph_bytes(
      {.nodes = {node({.op_type = "Shape", .inputs = {"x"}, .outputs = {"s"}}),
                 node({.op_type = "Concat",
                       .inputs = {"s", "k"},
                       .outputs = {"to"},
                       .attributes = {int_attribute("axis", 0)}}),
                 node({.op_type = "Reshape", .inputs = {"x", "to"}, .outputs = {"r"}}),
                 node({.op_type = "Conv", .inputs = {"r", "c"}, .outputs = {"f"}}),
                 node({.op_type = "Flatten", .inputs = {"f"}, .outputs = {"m"}}),
                 node({.op_type = "MatMul", .inputs = {"m", "w"}, .outputs = {"y"}})},
       .initializers = {external, tensor_bytes("k", JM_INT64, {1}, std::string(8, '\xff')),
                        tensor_bytes("c", JM_FLOAT32, {1, 4, 1}, std::string(16, 'c'))},
       .inputs = {x},
       .outputs = {y}}));
  return {relu_model_bytes(), weights, subgraphs, functions, lists, shapes};
}
