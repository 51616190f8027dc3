// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/outer_names.h"

#include <unordered_set>

namespace joulemark::lowering {
namespace {

class Search {
 public:
  void read(const model::OnnxGraph& graph) {
    // A name is defined once in the whole model, so that one set does for all graphs.
    for (const model::Port& input : graph.inputs) known_.insert(input.name);
    for (const model::OnnxTensor& weight : graph.initializers) known_.insert(weight.name);
    for (const model::OnnxNode& node : graph.nodes) read(node);
    for (const model::Port& output : graph.outputs) use(output.name);
  }

  std::vector<std::string> found;

 private:
  void read(const model::OnnxNode& node) {
    for (const std::string& input : node.inputs) use(input);
    for (const model::OnnxAttribute& attribute : node.attributes)
      if (const auto* inner =
              std::get_if<std::shared_ptr<const model::OnnxGraph>>(&attribute.value))
        read(**inner);
    known_.insert(node.outputs.begin(), node.outputs.end());
  }

  void use(const std::string& name) {
    if (!name.empty() && known_.insert(name).second) found.push_back(name);
  }

  std::unordered_set<std::string> known_;
};

}  // namespace

std::vector<std::string> outer_names(const model::OnnxGraph& graph) {
  Search search;
  search.read(graph);
  return std::move(search.found);
}

}  // namespace joulemark::lowering
