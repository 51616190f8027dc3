// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/loop_writer.h"

#include <algorithm>
#include <limits>

namespace joulemark::tf {
namespace {

/// Variables of the loop in front of the carried values: the turn, whether it runs, their limit.
enum Front : std::size_t { kIteration, kGo, kLimit, kFronts };

/// Lists of values that were collected: handles of any shape to TensorFlow.
const Dims kHandle = std::nullopt;

/// One function for a turn, written for carried values of these sizes.
class TurnWriter {
 public:
  TurnWriter(OpCall& call, const Loop& loop, const std::vector<Dims>& dims)
      : function_(call.graph), dims_(dims) {
    function_.graph().set_position("turn");
    front_ = {function_.input(kInt64, Ints{}), function_.input(kBool, Ints{}),
              function_.input(kInt64, Ints{})};
    for (std::size_t i = 0; i < dims.size(); ++i)
      carried_.push_back(function_.input(call.graph.type(loop.carried[i]), dims[i]));
    for (std::size_t i = 0; i < loop.collected; ++i)
      lists_.push_back(function_.input(kVariant, kHandle));
  }

  void write(const std::function<TurnEnd(Turn&)>& write) {
    Turn turn{function_, front_[kIteration], carried_};
    end_ = write(turn);
  }

  /// Sizes that hold at both ends.
  [[nodiscard]] std::vector<Dims> joined() {
    std::vector<Dims> all;
    for (std::size_t i = 0; i < dims_.size(); ++i)
      all.push_back(joined_dims(dims_[i], function_.graph().dims(end_.carried[i])));
    return all;
  }

  void check(const OpCall& call) {
    for (std::size_t i = 0; i < carried_.size(); ++i)
      if (function_.graph().type(carried_[i]) != function_.graph().type(end_.carried[i]))
        call.invalid("a turn of the loop ends with another element type than it began with");
  }

  FunctionName finish(OpCall& call) {
    GraphWriter& graph = function_.graph();
    OpCall within(graph, call.node, call.scope);
    std::vector<Value> results{graph.op("AddV2", {front_[kIteration], within.int_scalar(1)}),
                               end_.go ? within.reshape(*end_.go, Ints{}) : within.scalar(1, kBool),
                               front_[kLimit]};
    results.insert(results.end(), end_.carried.begin(), end_.carried.end());
    for (std::size_t i = 0; i < lists_.size(); ++i)
      results.push_back(graph.op("TensorListPushBack", {lists_[i], end_.collected[i]}));
    const auto& captured = function_.captured_inputs();
    results.insert(results.end(), captured.begin(), captured.end());
    return function_.finish(results);
  }

  [[nodiscard]] const std::vector<Value>& captures() const { return function_.captures(); }
  /// An element of what is collected.
  [[nodiscard]] Type type(std::size_t i) { return function_.graph().type(end_.collected[i]); }
  [[nodiscard]] Dims dims(std::size_t i) { return function_.graph().dims(end_.collected[i]); }

 private:
  FunctionWriter function_;
  std::vector<Dims> dims_;
  std::vector<Value> front_, carried_, lists_;
  TurnEnd end_;
};

/// Whether there is a turn, from all variables of the loop.
FunctionName write_condition(OpCall& call, const std::vector<Value>& variables) {
  FunctionWriter function(call.graph);
  std::vector<Value> inputs;
  function.graph().set_position("condition");
  for (const Value variable : variables)
    inputs.push_back(function.input(call.graph.type(variable), std::nullopt));
  const Value left = function.graph().op("Less", {inputs[kIteration], inputs[kLimit]});
  return function.finish({function.graph().op("LogicalAnd", {left, inputs[kGo]})});
}

Value empty_list(OpCall& call, Type type) {
  return call.op("EmptyTensorList", {call.int_scalar(-1, kInt32), call.int_scalar(-1, kInt32)},
                 {{"element_dtype", type}});
}

/// The elements of a list as one value. TensorFlow wants the sizes of an element where there is
/// none.
Value stacked(OpCall& call, Value list, Type type, const Dims& dims) {
  Value sizes = call.int_scalar(-1, kInt32);
  if (dims) {
    sizes = call.ints(*dims, kInt32);
    const Value count = call.op("TensorListLength", {list});
    const Value none = call.op("Equal", {count, call.int_scalar(0, kInt32)});
    if (std::ranges::any_of(*dims, [](std::int64_t size) { return size < 0; })) {
      const Value zeros = call.op("Maximum", {sizes, call.int_scalar(0, kInt32)});
      sizes = call.op("SelectV2", {none, zeros, sizes});
    }
  }
  const Value made = call.op("TensorListStack", {list, sizes}, {{"element_dtype", type}});
  if (dims) {
    Ints all = *dims;
    all.insert(all.begin(), -1);
    call.graph.declare(made, all);
  }
  return made;
}

std::vector<Value> write_while(OpCall& call, const Loop& loop, TurnWriter& turn,
                               const std::vector<Dims>& dims) {
  std::vector<Value> variables{
      call.int_scalar(0), loop.go ? call.reshape(*loop.go, Ints{}) : call.scalar(1, kBool),
      loop.limit ? call.reshape(*loop.limit, Ints{})
                 : call.int_scalar(std::numeric_limits<std::int64_t>::max())};
  std::vector<Dims> shapes(kFronts, Ints{});
  variables.insert(variables.end(), loop.carried.begin(), loop.carried.end());
  shapes.insert(shapes.end(), dims.begin(), dims.end());
  for (std::size_t i = 0; i < loop.collected; ++i)
    variables.push_back(empty_list(call, turn.type(i)));
  const FunctionName body = turn.finish(call);
  variables.insert(variables.end(), turn.captures().begin(), turn.captures().end());
  shapes.resize(variables.size());
  return call.graph.op_all("StatelessWhile", {variables},
                           {{"cond", write_condition(call, variables)},
                            {"body", body},
                            {"output_shapes", shapes},
                            {"_lower_using_switch_merge", true}});
}

}  // namespace

std::vector<Value> write_loop(OpCall& call, const Loop& loop,
                              const std::function<TurnEnd(Turn&)>& write) {
  std::vector<Dims> dims;
  for (const Value carried : loop.carried) dims.push_back(call.graph.dims(carried));
  while (true) {
    TurnWriter turn(call, loop, dims);
    turn.write(write);
    turn.check(call);
    // Sizes only ever become open, so that this ends.
    if (const std::vector<Dims> joined = turn.joined(); joined != dims) {
      dims = joined;
      continue;
    }
    const std::vector<Value> all = write_while(call, loop, turn, dims);
    std::vector<Value> results(all.begin() + kFronts,
                               all.begin() + kFronts + static_cast<std::ptrdiff_t>(dims.size()));
    for (std::size_t i = 0; i < loop.collected; ++i)
      results.push_back(stacked(call, all[kFronts + dims.size() + i], turn.type(i), turn.dims(i)));
    return results;
  }
}

}  // namespace joulemark::tf
