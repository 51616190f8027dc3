// SPDX-License-Identifier: Apache-2.0
// Parts of a value along its axes.
#include <limits>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// One of starts, ends, steps: known numbers, or a value of the graph.
struct Numbers {
  std::optional<Ints> known;
  Value value;

  [[nodiscard]] Value at(OpCall& call, std::size_t i) const {
    if (known) return call.ints({(*known)[i]});
    const auto place = static_cast<std::int64_t>(i);
    return part(call, value, place, place + 1);
  }
};

struct Request {
  Numbers starts, ends, steps;
  Ints axes;
};

Numbers from_input(OpCall& call, std::size_t i) {
  if (const auto known = call.known_ints(i)) return {known, {}};
  return {std::nullopt, call.cast(call.tensor(i), kInt64)};
}

/// Attributes before opset 10, then inputs.
Request read_request(OpCall& call) {
  if (call.opset() < 10) {
    const Ints starts = call.integers("starts", {});
    const auto count = static_cast<std::int64_t>(starts.size());
    return {{starts, {}},
            {call.integers("ends", {}), {}},
            {Ints(starts.size(), 1), {}},
            call.integers("axes", iota(count))};
  }
  Request request{from_input(call, 1), from_input(call, 2), {}, {}};
  request.axes = call.has(3) ? call.constant_ints(3) : Ints{};
  if (!call.has(3)) {
    const Ints count = call.dims_of(call.tensor(1));
    if (count.size() != 1 || count[0] < 0) call.unsupported("a number of axes that a run decides");
    request.axes = iota(count[0]);
  }
  request.steps = call.has(4) ? from_input(call, 4) : Numbers{Ints(request.axes.size(), 1), {}};
  return request;
}

/// Axes that only a run tells: starts, ends and steps of all axes with theirs written in.
void slice_open(OpCall& call, Value x) {
  const std::int64_t rank = call.rank_of(x);
  const Value axes =
      call.op("FloorMod", {call.cast(call.tensor(3), kInt64), call.int_scalar(rank)});
  const Value places = call.reshape(axes, Ints{-1, 1});
  const auto written = [&](std::size_t i, std::int64_t otherwise) {
    const Value all = call.ints(Ints(static_cast<std::size_t>(rank), otherwise));
    if (!call.has(i)) return all;
    return call.op("TensorScatterUpdate", {all, places, call.cast(call.tensor(i), kInt64)});
  };
  const Value y = call.op(
      "StridedSlice",
      {x, written(1, 0), written(2, std::numeric_limits<std::int64_t>::max()), written(4, 1)});
  call.result(y);
}

void slice(OpCall& call) {
  const Value x = call.tensor(0);
  if (call.opset() >= 10 && call.has(3) && !call.known_ints(3)) return slice_open(call, x);
  const Request request = read_request(call);
  const auto rank = static_cast<std::size_t>(call.rank_of(x));
  std::vector<Value> begin(rank, call.ints({0}));
  std::vector<Value> end(rank, call.ints({0}));
  std::vector<Value> step(rank, call.ints({1}));
  std::int64_t whole = (std::int64_t{1} << rank) - 1;
  for (std::size_t i = 0; i < request.axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis_of(x, request.axes[i]));
    begin[axis] = request.starts.at(call, i);
    end[axis] = request.ends.at(call, i);
    step[axis] = request.steps.at(call, i);
    whole &= ~(std::int64_t{1} << axis);
  }
  if (rank == 0) return call.result(x);
  call.result(call.op("StridedSlice",
                      {x, joined(call, begin), joined(call, end), joined(call, step)},
                      {{"begin_mask", whole}, {"end_mask", whole}}));
}

constexpr Entry kEntries[] = {
    {"Slice", 1, slice},
};

}  // namespace

std::span<const Entry> slicing() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
