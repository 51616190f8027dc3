// SPDX-License-Identifier: Apache-2.0
// Boxes in images: pooled regions, and the suppression of boxes that overlap.
#include <limits>

#include "tensorflow/lowering/loop_writer.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/regions.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

constexpr double kGone = -std::numeric_limits<double>::infinity();

/// Short forms; all numbers are float32.
struct Writing {
  OpCall& call;

  [[nodiscard]] Value op(const char* name, Value a, Value b) const { return call.op(name, {a, b}); }
  [[nodiscard]] Value number(double value) const { return call.scalar(value, kFloat); }
  /// One of the four numbers of each box: [batch, boxes].
  [[nodiscard]] Value column(std::int64_t i) const {
    return call.op("GatherV2", {call.tensor(0), call.int_scalar(i), call.int_scalar(2, kInt32)});
  }
  /// Element `places` [rows, 1] of each row of [rows, boxes].
  [[nodiscard]] Value picked(Value rows, Value places) const {
    return call.op("GatherV2", {rows, places, call.int_scalar(1, kInt32)}, {{"batch_dims", 1}});
  }
};

/// Corners, the lower ones first, and areas.
struct Boxes {
  std::vector<Value> corners;  ///< top, left, bottom, right
  Value areas;
};

std::vector<Value> corners_of(const Writing& w) {
  const Value a = w.column(0);
  const Value b = w.column(1);
  const Value c = w.column(2);
  const Value d = w.column(3);
  if (w.call.integer("center_point_box", 0) == 0)
    return {w.op("Minimum", a, c), w.op("Minimum", b, d), w.op("Maximum", a, c),
            w.op("Maximum", b, d)};
  const auto edge = [&](const char* op, Value centre, Value size) {
    return w.op(op, centre, w.op("Mul", size, w.number(0.5)));
  };
  return {edge("Sub", b, d), edge("Sub", a, c), edge("AddV2", b, d), edge("AddV2", a, c)};
}

Value area(const Writing& w, const std::vector<Value>& corners) {
  const auto extent = [&](std::size_t from, std::size_t to) {
    return w.op("Maximum", w.op("Sub", corners[to], corners[from]), w.number(0));
  };
  return w.op("Mul", extent(0, 2), extent(1, 3));
}

/// Boxes of each class of each batch: [batch · classes, boxes].
Boxes boxes_of(const Writing& w, Value shape) {
  OpCall& call = w.call;
  Boxes boxes{corners_of(w), {}};
  for (Value& corner : boxes.corners) {
    const Value one = call.op("ExpandDims", {corner, call.int_scalar(1, kInt32)});
    const Value wide = call.op("BroadcastTo", {one, shape}, {{"Tidx", kInt64}});
    corner = call.reshape(wide, joined(call, {call.ints({-1}), part(call, shape, 2, 3)}));
  }
  boxes.areas = area(w, boxes.corners);
  return boxes;
}

/// Input `i`, a number of one element; `otherwise` where it is left out.
Value limit(OpCall& call, std::size_t i, double otherwise) {
  if (!call.has(i)) return call.scalar(otherwise, kFloat);
  return call.reshape(call.cast(call.tensor(i), kFloat), Ints{});
}

/// Which boxes the chosen one of each row overlaps too much.
Value overlapped(const Writing& w, const Boxes& all, Value chosen, Value most) {
  std::vector<Value> common;
  for (std::size_t i = 0; i < 4; ++i)
    common.push_back(
        w.op(i < 2 ? "Maximum" : "Minimum", all.corners[i], w.picked(all.corners[i], chosen)));
  const Value shared = area(w, common);
  const Value together = w.op("AddV2", all.areas, w.picked(all.areas, chosen));
  return w.op("Greater", w.op("RealDiv", shared, w.op("Sub", together, shared)), most);
}

/// What the turns of the loop see of the graph around.
struct Given {
  Boxes boxes;
  Value most;   ///< overlap
  Value count;  ///< boxes: int64
};

Given captured(FunctionWriter& function, Given given) {
  for (Value& corner : given.boxes.corners) corner = function.captured(corner);
  given.boxes.areas = function.captured(given.boxes.areas);
  given.most = function.captured(given.most);
  given.count = function.captured(given.count);
  return given;
}

/// The best box of each row that is left takes out those it overlaps, and itself.
TurnEnd pick(OpCall& call, const Given& outer, Turn& turn) {
  const Given given = captured(turn.function, outer);
  OpCall within(turn.function.graph(), call.node, call.scope);
  const Writing w{within};
  const Value scores = turn.carried[0];
  const Value last = within.int_scalar(1, kInt32);
  const Value chosen = within.op("ArgMax", {scores, last}, {{"output_type", kInt64}});
  const Value column = within.op("ExpandDims", {chosen, last});
  const Value found = w.op("Greater", w.picked(scores, column), w.number(kGone));
  const Value places =
      within.op("Range", {within.int_scalar(0), given.count, within.int_scalar(1)});
  const Value gone = w.op("LogicalOr", overlapped(w, given.boxes, column, given.most),
                          w.op("Equal", places, column));
  const Value left = within.op("SelectV2", {gone, w.number(kGone), scores});
  const Value row_found = within.op("Squeeze", {found}, {{"squeeze_dims", Ints{1}}});
  const Value more = within.op("Any", {row_found, within.ints({0}, kInt32)});
  return {more, {left}, {chosen, row_found}};
}

/// (batch, class, box) of all that were found, those of a class by their scores. `chosen`, `found`:
/// [turns, rows].
void give(OpCall& call, Value chosen, Value found, Value classes) {
  const Value places = call.op("Where", {call.transpose(found, {1, 0})});
  const Value boxes = call.op("GatherNd", {call.transpose(chosen, {1, 0}), places});
  const Value rows =
      call.op("GatherV2", {places, call.int_scalar(0, kInt32), call.int_scalar(1, kInt32)});
  const std::vector<Value> columns{call.op("FloorDiv", {rows, classes}),
                                   call.op("FloorMod", {rows, classes}), boxes};
  call.result(call.op("Pack", {columns}, {{"axis", 1}}));
}

void non_max_suppression(OpCall& call) {
  const Writing w{call};
  const Value shape = call.shape(call.tensor(1));
  const Value count = element(call, shape, 2);
  Value scores =
      call.reshape(call.tensor(1), joined(call, {call.ints({-1}), part(call, shape, 2, 3)}));
  if (call.has(4))
    scores =
        call.op("SelectV2", {w.op("Greater", scores, limit(call, 4, 0)), scores, w.number(kGone)});
  Loop loop;
  loop.limit = call.int_scalar(0);
  if (call.has(2))
    loop.limit = w.op("Minimum", call.reshape(call.cast(call.tensor(2), kInt64), Ints{}), count);
  loop.carried = {scores};
  loop.collected = 2;
  const Given given{boxes_of(w, shape), limit(call, 3, 0), count};
  const auto results = write_loop(call, loop, [&](Turn& turn) { return pick(call, given, turn); });
  give(call, results[1], results[2], element(call, shape, 1));
}

constexpr Entry kEntries[] = {
    {"NonMaxSuppression", 10, non_max_suppression},
    {"RoiAlign", 10, roi_align},
};

}  // namespace

std::span<const Entry> boxes() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
