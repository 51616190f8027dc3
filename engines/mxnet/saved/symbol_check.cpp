// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/symbol_check.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "mxnet/lowering/op_symbol.h"
#include "mxnet/mx_errors.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

using plugin::fail;

/// All inputs behind the first are parameters.
constexpr std::array<std::string_view, 12> kWithParameters = {
    "Convolution",   "Convolution_v1",
    "Deconvolution", "FullyConnected",
    "Embedding",     "BatchNorm",
    "BatchNorm_v1",  "_contrib_SyncBatchNorm",
    "LayerNorm",     "_contrib_BatchNormWithReLU",
    "GroupNorm",     "InstanceNorm"};

/// Their kernels keep parameters in a form of their own, and so need ones that stay as they are.
constexpr std::array<std::string_view, 4> kKeepsParameters = {"Convolution", "Convolution_v1",
                                                              "Deconvolution", "FullyConnected"};

/// The last layer of a network that is to be trained: the second input is the label.
constexpr std::array<std::string_view, 6> kWithLabel = {
    "SoftmaxOutput",       "Softmax",  "LinearRegressionOutput", "LogisticRegressionOutput",
    "MAERegressionOutput", "SVMOutput"};

template <std::size_t count>
bool lists(const std::array<std::string_view, count>& list, const std::string& op) {
  return std::ranges::find(list, op) != list.end();
}

/// What optimisers and initialisers have noted; no attributes of operators.
bool is_a_note(const std::string& key) {
  constexpr std::array<std::string_view, 5> kNotes = {"ctx_group", "lr_mult", "wd_mult",
                                                      "force_mirroring", "mirror_stage"};
  if (key.starts_with("__")) return true;
  return std::ranges::any_of(kNotes, [&](std::string_view note) { return key.ends_with(note); });
}

OpSymbol operator_of(const Api& api, const SavedNode& node) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : node.attrs) {
    if (is_a_note(key)) continue;
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  return {api, node.op.c_str(), std::move(keys), std::move(values)};
}

/// How many results of the node others may read.
std::size_t result_count(const Api& api, const SavedNode& node) {
  std::vector<Owned<Symbol>> variables;
  std::vector<Symbol*> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    variables.push_back(variable(api, "x" + std::to_string(i)));
    inputs.push_back(variables.back().get());
  }
  const Owned<Symbol> alone = operator_of(api, node).over(api, "alone", inputs);
  std::uint32_t taken = 0;
  const char** names = nullptr;
  constexpr int kAll = 0;
  check(api, Stage::kLoad, api.NNSymbolListInputNames(alone.get(), kAll, &taken, &names));
  // What is missing was made up.
  if (taken != inputs.size())
    fail(JM_INVALID_MODEL, "it has " + std::to_string(inputs.size()) +
                               " inputs, and the operator takes " + std::to_string(taken));
  std::uint32_t results = 0;
  check(api, Stage::kLoad, api.MXSymbolGetNumOutputs(alone.get(), &results));
  return results;
}

void check_entry(const SymbolFile& file, const SavedEntry& entry,
                 const std::vector<std::size_t>& counts) {
  if (entry.index < counts[entry.node]) return;
  fail(JM_INVALID_MODEL, "it reads result " + std::to_string(entry.index) + " of '" +
                             file.nodes[entry.node].name + "', which has " +
                             std::to_string(counts[entry.node]));
}

void check_parameters(const SymbolFile& file, const SavedNode& node) {
  if (!lists(kKeepsParameters, node.op)) return;
  for (std::size_t i = 1; i < node.inputs.size(); ++i)
    if (!file.nodes[node.inputs[i].node].is_variable())
      fail(JM_UNSUPPORTED, "weights that are computed");
}

std::size_t check_node(const Api& api, const SymbolFile& file, const SavedNode& node,
                       const std::vector<std::size_t>& counts) {
  if (node.is_variable()) return 1;
  try {
    for (const SavedEntry& input : node.inputs) check_entry(file, input, counts);
    check_parameters(file, node);
    return result_count(api, node);
  } catch (const plugin::Failure& failure) {
    fail(failure.status, label_of(node) + ": " + failure.message);
  }
}

/// Where a variable is among the inputs of the node that makes it more than an input.
struct Reader {
  const SavedNode* node = nullptr;
  Role role = Role::kInput;
};

Reader find_reader(const SymbolFile& file, std::size_t variable) {
  for (const SavedNode& node : file.nodes)
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      if (node.inputs[i].node != variable) continue;
      if (lists(kWithParameters, node.op)) return {&node, Role::kParameter};
      if (lists(kWithLabel, node.op)) return {&node, Role::kLabel};
    }
  return {};
}

}  // namespace

std::string label_of(const SavedNode& node) {
  return "node '" + node.name + "' (" + node.op + ")";
}

void check_nodes(const Api& api, const SymbolFile& file) {
  std::vector<std::size_t> counts;
  for (const SavedNode& node : file.nodes) counts.push_back(check_node(api, file, node, counts));
  for (const SavedEntry& head : file.heads) check_entry(file, head, counts);
}

Role role_of(const SymbolFile& file, std::size_t variable) {
  return find_reader(file, variable).role;
}

const SavedNode& reader_of(const SymbolFile& file, std::size_t variable) {
  return *find_reader(file, variable).node;
}

}  // namespace joulemark::mx
