// SPDX-License-Identifier: Apache-2.0
// Recurrent layers, with MXNet's own kernel.
#include <algorithm>
#include <array>

#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

enum Input : std::size_t { kX, kWeights, kRecurrence, kBias, kLengths, kHidden, kCell, kPeepholes };

struct Kind {
  const char* mode;
  std::array<const char*, 3> activations;  ///< of one direction; the rest is null
  Ints gates;                              ///< ONNX's places of MXNet's gates, in MXNet's order
};

Kind lstm_kind(OpCall& call) {
  if (call.integer("input_forget", 0) != 0) call.unsupported("input_forget");
  if (call.has(kPeepholes)) call.unsupported("peepholes");
  return {"lstm", {"Sigmoid", "Tanh", "Tanh"}, {0, 2, 3, 1}};
}

Kind gru_kind(OpCall& call) {
  if (call.integer("linear_before_reset", 0) == 0)
    call.unsupported("the reset of states before their product (linear_before_reset = 0)");
  return {"gru", {"Sigmoid", "Tanh", nullptr}, {1, 0, 2}};
}

Kind rnn_kind(OpCall& call) {
  const auto names = call.texts("activations");
  if (!names.empty() && names.front() == "Relu") return {"rnn_relu", {"Relu"}, {0}};
  return {"rnn_tanh", {"Tanh"}, {0}};
}

struct Layer {
  Kind kind;
  bool backwards, both;
  std::int64_t directions, size;
};

void check_use(OpCall& call, const Layer& layer) {
  const auto names = call.texts("activations");
  std::vector<std::string> own;
  for (std::int64_t i = 0; i < layer.directions; ++i)
    for (const char* name : layer.kind.activations)
      if (name != nullptr) own.emplace_back(name);
  if (!names.empty() && names != own) call.unsupported("activations other than its own");
  if (call.has_attribute("clip")) call.unsupported("clip");
  if (call.type(kX) != kFloat) call.unsupported("layers of anything but float32");
}

Layer read_layer(OpCall& call, Kind kind) {
  const std::string direction = call.text("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    call.invalid("direction '" + direction + "'");
  const bool both = direction == "bidirectional";
  const Ints recurrence = call.dims(kRecurrence);
  if (recurrence.size() != 3 || recurrence[0] != (both ? 2 : 1))
    call.invalid("its weights do not fit its direction");
  Layer layer{std::move(kind), direction == "reverse", both, recurrence[0], recurrence[2]};
  const auto gates = static_cast<std::int64_t>(layer.kind.gates.size());
  const Ints weights = call.dims(kWeights);
  if (recurrence[1] != gates * layer.size || weights.size() != 3 || weights[1] != recurrence[1] ||
      weights[0] != recurrence[0])
    call.invalid("its weights do not fit each other");
  check_use(call, layer);
  return layer;
}

/// The gates of one direction of `all` [directions, gates · size …], in MXNet's order.
Value gates_of(OpCall& call, const Layer& layer, const Value& all, std::int64_t direction) {
  Inputs parts;
  for (const std::int64_t gate : layer.kind.gates) {
    const Value own = part(call, all, 0, direction, direction + 1);
    parts.push_back(
        call.reshape(part(call, own, 1, gate * layer.size, (gate + 1) * layer.size), {-1}));
  }
  if (parts.size() == 1) return parts[0];
  return call.op("Concat", parts,
                 {{"num_args", static_cast<std::int64_t>(parts.size())}, {"dim", 0}});
}

/// All weights, then all biases, as one row of numbers; constants, because oneDNN's kernel keeps
/// them in a form of its own.
Value parameters(OpCall& call, const Layer& layer) {
  const std::int64_t width = static_cast<std::int64_t>(layer.kind.gates.size()) * layer.size;
  const Value bias = call.has(kBias)
                         ? call.constant_tensor(kBias)
                         : call.broadcast(call.scalar(0, kFloat), {layer.directions, 2 * width});
  if (bias->dims != Ints{layer.directions, 2 * width}) call.invalid("its bias does not fit");
  Inputs all;
  for (std::int64_t i = 0; i < layer.directions; ++i)
    for (const std::size_t input : {kWeights, kRecurrence})
      all.push_back(gates_of(call, layer, call.constant_tensor(input), i));
  for (std::int64_t i = 0; i < layer.directions; ++i)
    for (const std::int64_t half : {0, 1})
      all.push_back(
          gates_of(call, layer, part(call, bias, 1, half * width, (half + 1) * width), i));
  return call.op("Concat", all, {{"num_args", static_cast<std::int64_t>(all.size())}, {"dim", 0}});
}

Value state(OpCall& call, std::size_t input, const Ints& dims) {
  if (!call.has(input)) return call.broadcast(call.scalar(0, kFloat), dims);
  Value given = call.tensor(input);
  if (call.integer("layout", 0) != 0) given = call.transpose(given, {1, 0, 2});
  if (given->dims != dims) call.invalid("its first state does not fit");
  return given;
}

void check_lengths(OpCall& call, std::int64_t steps) {
  if (!call.has(kLengths)) return;
  for (const std::int64_t length : call.constant_ints(kLengths))
    if (length != steps) call.unsupported("sequences of different lengths");
}

void give(OpCall& call, const Layer& layer, const std::vector<Value>& results, const Ints& dims) {
  const bool batch_first = call.integer("layout", 0) != 0;
  Value y = call.reshape(results[0], {dims[0], dims[1], layer.directions, layer.size});
  if (layer.backwards) y = reversed(call, y, 0);
  call.result(call.transpose(y, batch_first ? Ints{1, 0, 2, 3} : Ints{0, 2, 1, 3}));
  for (std::size_t i = 1; i < results.size(); ++i)
    call.result(batch_first ? call.transpose(results[i], {1, 0, 2}) : results[i], i);
}

template <Kind (*kind)(OpCall&)>
void recurrent_entry(OpCall& call) {
  const Layer layer = read_layer(call, kind(call));
  Value x = call.tensor(kX);
  if (x->dims.size() != 3) call.invalid("its input must have rank 3");
  if (call.integer("layout", 0) != 0) x = call.transpose(x, {1, 0, 2});
  if (size_of(x->dims) == 0) call.unsupported("sequences of no elements");
  check_lengths(call, x->dims[0]);
  const Ints dims = x->dims;
  const Ints states{layer.directions, dims[1], layer.size};
  if (layer.backwards) x = reversed(call, x, 0);
  Inputs inputs{x, parameters(call, layer), state(call, kHidden, states)};
  if (layer.kind.gates.size() == 4) inputs.push_back(state(call, kCell, states));
  give(call, layer,
       call.graph.op_all("RNN", inputs,
                         {{"state_size", layer.size},
                          {"num_layers", 1},
                          {"bidirectional", layer.both},
                          {"mode", layer.kind.mode},
                          {"state_outputs", true}}),
       dims);
}

constexpr Entry kEntries[] = {
    {"LSTM", 7, recurrent_entry<lstm_kind>},
    {"GRU", 7, recurrent_entry<gru_kind>},
    {"RNN", 7, recurrent_entry<rnn_kind>},
};

}  // namespace

std::span<const Entry> recurrent() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
