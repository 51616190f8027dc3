// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/symbol_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

using Json = nlohmann::json;
using plugin::fail;

/// What an attribute of these is taken for is an address, or the name of a file or of somebody
/// else's function.
constexpr std::array<std::string_view, 10> kReachOutside = {
    "Custom",    "_npi_Custom",         "_CustomFunction", "_Native",   "_NDArray",
    "_CachedOp", "_CachedOpThreadSafe", "_NoGradient",     "_cvimread", "_npi_cvimread"};

[[noreturn]] void broken(const std::string& why) {
  fail(JM_INVALID_MODEL, "it is no symbol of MXNet: " + why);
}

std::size_t count_of(const Json& json, const char* what) {
  if (!json.is_number_unsigned()) broken(std::string(what) + " is no whole number");
  return json.get<std::size_t>();
}

/// "[node, index]", with a version behind in newer files.
SavedEntry read_entry(const Json& json, std::size_t nodes) {
  if (!json.is_array() || json.size() < 2) broken("an input or a head is no pair of numbers");
  const SavedEntry entry{count_of(json[0], "a node's place"),
                         count_of(json[1], "a result's place")};
  if (entry.node >= nodes)
    broken("it refers to node " + std::to_string(entry.node) + ", of which there is none there");
  return entry;
}

/// Under "param" before MXNet 0.9, "attr" before 1.0.
void read_attributes(const Json& json, SavedNode& node) {
  for (const char* key : {"attrs", "attr", "param"}) {
    const auto found = json.find(key);
    if (found == json.end()) continue;
    if (!found->is_object()) broken("the attributes of node '" + node.name + "' are no object");
    for (const auto& [name, value] : found->items()) {
      if (!value.is_string()) broken("attribute '" + name + "' of '" + node.name + "' is no text");
      node.attrs.emplace_back(name, value.get<std::string>());
    }
  }
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string())
    broken(std::string("a node has no '") + key + "'");
  return found->get<std::string>();
}

SavedNode read_node(const Json& json, std::size_t place) {
  if (!json.is_object()) broken("node " + std::to_string(place) + " is no object");
  SavedNode node;
  node.name = text_of(json, "name");
  node.op = text_of(json, "op");
  if (node.op == "null") node.op.clear();
  read_attributes(json, node);
  const auto inputs = json.find("inputs");
  if (inputs != json.end())
    for (const Json& input : *inputs) node.inputs.push_back(read_entry(input, place));
  if (node.is_variable() && !node.inputs.empty()) broken("variable '" + node.name + "' has inputs");
  if (json.contains("subgraphs"))
    fail(JM_UNSUPPORTED, "node '" + node.name + "' (" + node.op +
                             ") holds a graph of its own, which this engine does not load");
  if (std::ranges::find(kReachOutside, node.op) != kReachOutside.end())
    fail(JM_UNSUPPORTED, "node '" + node.name + "' (" + node.op +
                             ") reaches outside of the model, which this engine does not let it");
  return node;
}

void read_heads(const Json& json, SymbolFile& file) {
  const auto heads = json.find("heads");
  if (heads == json.end() || !heads->is_array() || heads->empty()) broken("it has no heads");
  for (const Json& head : *heads) {
    file.heads.push_back(read_entry(head, file.nodes.size()));
    const SavedEntry& entry = file.heads.back();
    if (file.nodes[entry.node].is_variable() || std::ranges::count(file.heads, entry) > 1)
      fail(JM_UNSUPPORTED,
           "its output '" + file.nodes[entry.node].name + "' is a variable, or an output twice");
  }
}

/// Nothing but variables is found by name.
void check_names(const SymbolFile& file) {
  std::set<std::string_view> names;
  for (const SavedNode& node : file.nodes)
    if (node.is_variable() && !names.insert(node.name).second)
      broken("it has two variables '" + node.name + "'");
}

/// "attrs": {"is_np_shape": ["int", 1]}
bool has_numpy_shapes(const Json& json) {
  const auto attrs = json.find("attrs");
  if (attrs == json.end() || !attrs->is_object()) return false;
  const auto flag = attrs->find("is_np_shape");
  return flag != attrs->end() && flag->is_array() && flag->size() == 2 && (*flag)[1] != 0;
}

}  // namespace

const std::string* SavedNode::attribute(const std::string& key) const {
  const auto found = std::ranges::find(attrs, key, &std::pair<std::string, std::string>::first);
  return found == attrs.end() ? nullptr : &found->second;
}

SymbolFile parse_symbol(std::string json) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) broken("it is no JSON, or only the beginning of it");
  const auto nodes = parsed.find("nodes");
  if (!parsed.is_object() || nodes == parsed.end() || !nodes->is_array()) broken("it has no nodes");
  SymbolFile file;
  for (const Json& node : *nodes) file.nodes.push_back(read_node(node, file.nodes.size()));
  read_heads(parsed, file);
  check_names(file);
  file.numpy_shapes = has_numpy_shapes(parsed);
  file.json = std::move(json);
  return file;
}

}  // namespace joulemark::mx
