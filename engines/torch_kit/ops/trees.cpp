// SPDX-License-Identifier: Apache-2.0
// Ensembles of decision trees (ai.onnx.ml): all rows walk all trees at once, one level a step.
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

enum Mode : std::int64_t { kLeq, kLt, kGte, kGt, kEq, kNeq, kMember };
constexpr std::size_t kDeepest = 256;

/// Nodes are numbered first, leaves behind them; a leaf leads to itself.
struct Trees {
  Ints roots, features, modes, next_true, next_false, tracks_missing;
  at::Tensor splits, members, weights;
  Ints targets;
  std::size_t depth = 0;
};

Ints whole_numbers(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.to(at::kCPU, at::kLong).contiguous();
  const auto* data = wide.const_data_ptr<std::int64_t>();
  return {data, data + wide.numel()};
}

/// Where one branch of each node leads.
Ints branch(OpCall& call, const std::string& side, std::size_t nodes, std::size_t leaves) {
  Ints next = call.integers("nodes_" + side + "nodeids", {});
  const Ints leaf = call.integers("nodes_" + side + "leafs", {});
  if (next.size() != nodes || leaf.size() != nodes)
    call.invalid("its nodes_ lists differ in length");
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::size_t count = leaf[i] != 0 ? leaves : nodes;
    if (next[i] < 0 || next[i] >= static_cast<std::int64_t>(count))
      call.invalid("node " + std::to_string(i) + " leads to nowhere");
    if (leaf[i] != 0) next[i] += static_cast<std::int64_t>(nodes);
  }
  for (std::size_t i = 0; i < leaves; ++i) next.push_back(static_cast<std::int64_t>(nodes + i));
  return next;
}

/// Levels from a root down to leaves only.
std::size_t depth_of(OpCall& call, const Trees& trees, std::int64_t nodes) {
  Ints level = trees.roots;
  std::size_t depth = 0;
  while (std::ranges::any_of(level, [&](std::int64_t at) { return at < nodes; })) {
    if (++depth > kDeepest) call.unsupported("its trees are deeper than 256 levels");
    Ints below;
    for (const std::int64_t at : level) {
      if (at >= nodes) continue;
      below.push_back(trees.next_true[static_cast<std::size_t>(at)]);
      below.push_back(trees.next_false[static_cast<std::size_t>(at)]);
    }
    std::ranges::sort(below);
    below.erase(std::unique(below.begin(), below.end()), below.end());
    level = std::move(below);
  }
  return depth;
}

/// The values of each node with mode kMember, as rows filled with NaN.
at::Tensor member_rows(OpCall& call, const Ints& modes, const at::Tensor& flat) {
  const at::Tensor wide = flat.to(at::kCPU, at::kDouble).contiguous();
  const auto* data = wide.const_data_ptr<double>();
  std::vector<std::vector<double>> sets(1);
  for (std::int64_t i = 0; i < wide.numel(); ++i)
    if (std::isnan(data[i]))
      sets.emplace_back();
    else
      sets.back().push_back(data[i]);
  std::size_t longest = 1;
  for (const auto& set : sets) longest = std::max(longest, set.size());
  at::Tensor rows =
      at::full({static_cast<std::int64_t>(modes.size()), static_cast<std::int64_t>(longest)}, NAN,
               at::kDouble);
  std::size_t next = 0;
  for (std::size_t i = 0; i < modes.size(); ++i) {
    if (modes[i] != kMember) continue;
    if (next >= sets.size()) call.invalid("it has too few membership_values");
    std::copy(sets[next].begin(), sets[next].end(), rows.mutable_data_ptr<double>() + i * longest);
    ++next;
  }
  return rows.to(flat.scalar_type());
}

Trees trees_of(OpCall& call) {
  Trees trees;
  trees.features = call.integers("nodes_featureids", {});
  trees.weights = call.tensor_attribute("leaf_weights");
  trees.targets = call.integers("leaf_targetids", {});
  trees.modes = whole_numbers(call.tensor_attribute("nodes_modes"));
  trees.roots = call.integers("tree_roots", {});
  const std::size_t nodes = trees.features.size();
  const std::size_t leaves = trees.targets.size();
  const at::Tensor splits = call.tensor_attribute("nodes_splits");
  if (trees.modes.size() != nodes || splits.numel() != static_cast<std::int64_t>(nodes) ||
      trees.weights.numel() != static_cast<std::int64_t>(leaves) || nodes == 0 || leaves == 0)
    call.invalid("its nodes_ or leaf_ lists differ in length");
  for (const std::int64_t root : trees.roots)
    if (root < 0 || root >= static_cast<std::int64_t>(nodes)) call.invalid("a root is no node");
  trees.next_true = branch(call, "true", nodes, leaves);
  trees.next_false = branch(call, "false", nodes, leaves);
  trees.depth = depth_of(call, trees, static_cast<std::int64_t>(nodes));
  trees.tracks_missing = call.integers("nodes_missing_value_tracks_true", Ints(nodes, 0));
  if (trees.tracks_missing.size() != nodes) call.invalid("its nodes_ lists differ in length");
  trees.splits = at::full({static_cast<std::int64_t>(nodes + leaves)}, 0, splits.options());
  trees.splits.narrow(0, 0, static_cast<std::int64_t>(nodes)).copy_(splits);
  for (Ints* list : {&trees.features, &trees.modes, &trees.tracks_missing})
    list->resize(nodes + leaves, 0);
  if (call.has_attribute("membership_values"))
    trees.members = member_rows(call, trees.modes, call.tensor_attribute("membership_values"));
  return trees;
}

/// Writes the walk down the trees.
class Walk {
 public:
  Walk(OpCall& call, const Trees& trees, JitValue* x) : call_(call), trees_(trees), x_(x) {}

  /// The nodes after one more level: (row, tree).
  JitValue* step(JitValue* at) {
    JitValue* value = call_.call("aten::gather", {x_, 1, look(ints(trees_.features), at), false});
    JitValue* taken = decision(value, at);
    const bool tracks = std::ranges::any_of(trees_.tracks_missing, [](auto on) { return on != 0; });
    if (tracks) {
      JitValue* missing = call_.call("aten::isnan", {value});
      JitValue* goes = call_.call("aten::ne.Scalar", {look(ints(trees_.tracks_missing), at), 0});
      taken =
          call_.call("aten::logical_or", {taken, call_.call("aten::logical_and", {missing, goes})});
    }
    return call_.call("aten::where.self",
                      {taken, look(ints(trees_.next_true), at), look(ints(trees_.next_false), at)});
  }

  JitValue* look(JitValue* table, JitValue* at) {
    return call_.call("aten::index.Tensor", {table, call_.graph.optional_tensor_list({at})});
  }
  JitValue* ints(const Ints& list) { return constant(at::tensor(list, at::kLong)); }
  JitValue* constant(const at::Tensor& tensor) {
    return call_.constant_value(tensor.to(call_.graph.device()));
  }

 private:
  JitValue* compare(std::int64_t mode, JitValue* value, JitValue* at) {
    if (mode == kMember) {
      JitValue* members = look(constant(trees_.members), at);
      JitValue* equal =
          call_.call("aten::eq.Tensor", {call_.call("aten::unsqueeze", {value, -1}), members});
      return call_.call("aten::any.dim", {equal, -1, false});
    }
    static constexpr const char* kOps[] = {"aten::le.Tensor", "aten::lt.Tensor", "aten::ge.Tensor",
                                           "aten::gt.Tensor", "aten::eq.Tensor", "aten::ne.Tensor"};
    return call_.call(kOps[mode], {value, look(constant(trees_.splits), at)});
  }

  /// Whether the true branch is taken. Nodes of several modes: each mode where it holds.
  JitValue* decision(JitValue* value, JitValue* at) {
    const std::size_t nodes = trees_.modes.size() - trees_.targets.size();
    Ints modes(trees_.modes.begin(), trees_.modes.begin() + static_cast<std::ptrdiff_t>(nodes));
    std::ranges::sort(modes);
    modes.erase(std::unique(modes.begin(), modes.end()), modes.end());
    JitValue* taken = nullptr;
    for (const std::int64_t mode : modes) {
      if (mode < kLeq || mode > kMember) call_.invalid("unknown mode " + std::to_string(mode));
      if (mode == kMember && !trees_.members.defined())
        call_.invalid("it has no membership_values");
      JitValue* here = compare(mode, value, at);
      if (taken != nullptr) {
        JitValue* holds = call_.call("aten::eq.Scalar", {look(ints(trees_.modes), at), mode});
        here = call_.call("aten::where.self", {holds, here, taken});
      }
      taken = here;
    }
    return taken;
  }

  OpCall& call_;
  const Trees& trees_;
  JitValue* x_;
};

/// (row, target): what the leaves of all trees give.
JitValue* aggregated(OpCall& call, JitValue* targets, JitValue* weights, const Trees& trees) {
  const std::int64_t how = call.integer("aggregate_function", 1);
  if (how < 0 || how > 3) call.invalid("unknown aggregate_function " + std::to_string(how));
  const std::int64_t count = call.integer("n_targets", 1);
  JitValue* sizes = call.graph.int_list({call.size(targets, 0), call.constant_value(count)});
  JitValue* nothing = call.call("aten::zeros", {sizes, trees.weights.scalar_type(), c10::IValue(),
                                                c10::IValue(call.graph.device()), c10::IValue()});
  if (how >= 2)
    return call.call("aten::scatter_reduce.two", {nothing, 1, targets, weights,
                                                  std::string(how == 2 ? "amin" : "amax"), false});
  JitValue* sum = call.call("aten::scatter_add", {nothing, 1, targets, weights});
  if (how == 1) return sum;
  return call.call("aten::div.Scalar", {sum, static_cast<double>(trees.roots.size())});
}

void tree_ensemble(OpCall& call) {
  if (call.integer("post_transform", 0) != 0) call.unsupported("a post_transform is not covered");
  JitValue* x = call.tensor(0);
  const Trees trees = trees_of(call);
  Walk walk(call, trees, x);
  JitValue* at = call.call(
      "aten::expand", {walk.ints(trees.roots),
                       call.graph.int_list({call.size(x, 0), call.constant_value(-1)}), false});
  for (std::size_t level = 0; level < trees.depth; ++level)
    at = call.graph.declare(walk.step(at), at::kLong, 2);
  const auto nodes = static_cast<std::int64_t>(trees.modes.size() - trees.targets.size());
  at = call.call("aten::sub.Scalar", {at, nodes, 1});
  JitValue* targets = walk.look(walk.ints(trees.targets), at);
  JitValue* weights = walk.look(walk.constant(trees.weights), at);
  JitValue* value = aggregated(call, targets, weights, trees);
  call.result(call.graph.declare(value, trees.weights.scalar_type(), 2));
}

constexpr Entry kEntries[] = {
    {"TreeEnsemble", 5, tree_ensemble, Types::kAsTheyAre, "ai.onnx.ml"},
};

}  // namespace

std::span<const Entry> trees() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
