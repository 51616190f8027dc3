// SPDX-License-Identifier: Apache-2.0
// Kahn's algorithm; of the nodes that are ready the first in the file comes first.
#include "model/onnx_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

namespace joulemark::model::onnx {
namespace {

using Index = std::size_t;

/// Calls `visit(name)` for each value that a node, or a sub-graph in it, uses. Names are unique in
/// the model, so those that a sub-graph defines itself do no harm.
template <class Visit>
void for_each_use(const OnnxNode& node, const Visit& visit);

template <class Visit>
void for_each_use(const OnnxGraph& graph, const Visit& visit) {
  for (const OnnxNode& node : graph.nodes) for_each_use(node, visit);
  for (const Port& output : graph.outputs) visit(output.name);
}

template <class Visit>
void for_each_use(const OnnxNode& node, const Visit& visit) {
  for (const std::string& name : node.inputs) visit(name);
  for (const OnnxAttribute& attribute : node.attributes) {
    if (const auto* graph = std::get_if<std::shared_ptr<const OnnxGraph>>(&attribute.value)) {
      for_each_use(**graph, visit);
    } else if (const auto* graphs =
                   std::get_if<std::vector<std::shared_ptr<const OnnxGraph>>>(&attribute.value)) {
      for (const auto& each : *graphs) for_each_use(*each, visit);
    }
  }
}

/// For each node the nodes that it waits for, each once.
std::vector<std::vector<Index>> find_sources(const std::vector<OnnxNode>& nodes) {
  std::unordered_map<std::string_view, Index> makers;
  for (Index i = 0; i < nodes.size(); ++i) {
    for (const std::string& name : nodes[i].outputs) {
      if (!name.empty()) makers.emplace(name, i);
    }
  }
  std::vector<std::vector<Index>> sources(nodes.size());
  for (Index i = 0; i < nodes.size(); ++i) {
    for_each_use(nodes[i], [&](const std::string& name) {
      if (const auto maker = makers.find(name); maker != makers.end()) {
        sources[i].push_back(maker->second);
      }
    });
    std::ranges::sort(sources[i]);
    sources[i].erase(std::unique(sources[i].begin(), sources[i].end()), sources[i].end());
  }
  return sources;
}

/// The order as far as there is one.
std::vector<Index> find_order(const std::vector<std::vector<Index>>& sources) {
  std::vector<std::vector<Index>> users(sources.size());
  std::vector<std::size_t> waits(sources.size());
  std::priority_queue<Index, std::vector<Index>, std::greater<>> ready;
  for (Index i = 0; i < sources.size(); ++i) {
    waits[i] = sources[i].size();
    if (waits[i] == 0) ready.push(i);
    for (const Index source : sources[i]) users[source].push_back(i);
  }
  std::vector<Index> order;
  while (!ready.empty()) {
    const Index next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const Index user : users[next]) {
      if (--waits[user] == 0) ready.push(user);
    }
  }
  return order;
}

/// Nodes of a cycle in the order in which values pass; `done` are those that are on none.
std::vector<Index> find_cycle(const std::vector<std::vector<Index>>& sources,
                              const std::vector<Index>& done) {
  std::vector<bool> is_done(sources.size());
  for (const Index i : done) is_done[i] = true;
  const auto is_open = [&](Index i) { return !is_done[i]; };
  // Every open node waits for an open one, so that walking on must come back.
  std::vector<Index> walk;
  std::vector<bool> seen(sources.size());
  Index at = static_cast<Index>(std::ranges::find(is_done, false) - is_done.begin());
  while (!seen[at]) {
    seen[at] = true;
    walk.push_back(at);
    at = *std::ranges::find_if(sources[at], is_open);
  }
  walk.erase(walk.begin(), std::ranges::find(walk, at));
  std::ranges::reverse(walk);
  return walk;
}

std::string describe_cycle(const std::vector<OnnxNode>& nodes, const std::vector<Index>& cycle) {
  constexpr std::size_t kMostNamed = 8;
  std::vector<std::string> named;
  for (const Index i : cycle) {
    if (named.size() == kMostNamed) break;
    named.push_back(describe(nodes[i]));
  }
  const std::size_t more = cycle.size() - named.size();
  return fmt::format("its nodes wait for each other: {}{}", fmt::join(named, " → "),
                     more == 0 ? std::string() : fmt::format(" and {} more", more));
}

}  // namespace

Status sort_nodes(OnnxGraph& graph) {
  const auto sources = find_sources(graph.nodes);
  const std::vector<Index> order = find_order(sources);
  if (order.size() != graph.nodes.size()) {
    return fail(ErrorKind::kFailed, describe_cycle(graph.nodes, find_cycle(sources, order)));
  }
  if (std::ranges::is_sorted(order)) return {};
  std::vector<OnnxNode> sorted;
  sorted.reserve(order.size());
  for (const Index i : order) sorted.push_back(std::move(graph.nodes[i]));
  graph.nodes = std::move(sorted);
  return {};
}

}  // namespace joulemark::model::onnx
