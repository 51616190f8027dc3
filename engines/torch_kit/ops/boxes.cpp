// SPDX-License-Identifier: Apache-2.0
// Boxes in images: pooled regions, and the suppression of boxes that overlap.
#include <limits>

#include "torch_kit/lowering/host_arithmetic.h"
#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/ops/arithmetic.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/regions.h"

namespace joulemark::torch_kit::ops {
namespace {

JitValue* column(OpCall& call, JitValue* boxes, std::int64_t i) {
  return call.call("aten::select.int", {boxes, -1, i});
}

/// Corners [batch, boxes], the lower ones first.
struct Corners {
  JitValue *top, *left, *bottom, *right;
};

Corners corners(OpCall& call) {
  JitValue* boxes = call.tensor(0);
  std::vector<JitValue*> value;
  for (std::int64_t i = 0; i < 4; ++i) value.push_back(column(call, boxes, i));
  if (call.integer("center_point_box", 0) != 0) {
    const auto edge = [&](JitValue* centre, JitValue* size, double part) {
      return call.call("aten::add.Tensor", {centre, size, part});
    };
    return {edge(value[1], value[3], -0.5), edge(value[0], value[2], -0.5),
            edge(value[1], value[3], 0.5), edge(value[0], value[2], 0.5)};
  }
  const auto least = [&](std::size_t a, std::size_t b) {
    return call.call("aten::minimum", {value[a], value[b]});
  };
  const auto most = [&](std::size_t a, std::size_t b) {
    return call.call("aten::maximum", {value[a], value[b]});
  };
  return {least(0, 2), least(1, 3), most(0, 2), most(1, 3)};
}

/// Boxes as rows of [batch * classes, boxes], and what is asked for.
class Suppression {
 public:
  explicit Suppression(OpCall& call) : call_(call) {
    const Corners all = corners(call);
    classes_ = call.size(call.tensor(1), 1);
    rows_ = call.call("aten::mul.int", {call.size(call.tensor(1), 0), classes_});
    boxes_ = call.size(call.tensor(1), 2);
    at_ = {row(all.top), row(all.left), row(all.bottom), row(all.right)};
    area_ = area(at_);
  }

  void write() {
    LoopWriter loop(call_, limit(), call_.constant_value(true));
    Operand scores{JM_FLOAT32, start(), {}, {}};
    loop.carry(scores);
    loop.collect({});
    loop.collect({});
    loop.begin();
    {
      const tj::WithInsertPoint at(loop.block());
      pick(loop);
    }
    give(loop.finish());
  }

 private:
  JitValue* row(JitValue* per_batch) {
    JitValue* sizes = call_.graph.int_list({call_.size(per_batch, 0), classes_, boxes_});
    JitValue* wide = call_.call("aten::unsqueeze", {per_batch, 1});
    wide = call_.call("aten::expand", {wide, sizes, false});
    return call_.call("aten::reshape", {wide, call_.graph.int_list({rows_, boxes_})});
  }

  JitValue* area(const Corners& of) {
    return call_.call("aten::mul.Tensor", {extent(difference(call_, of.bottom, of.top)),
                                           extent(difference(call_, of.right, of.left))});
  }

  JitValue* extent(JitValue* length) {
    return call_.call("aten::clamp", {length, 0, c10::IValue()});
  }

  JitValue* limit() {
    if (!call_.has(2)) return call_.constant_value(std::int64_t{0});
    return call_.call("prim::min.int", {as_type(call_, call_.number(2), at::kLong), boxes_});
  }

  JitValue* threshold(std::size_t i) { return as_type(call_, call_.number(i), at::kDouble); }

  static constexpr double kGone = -std::numeric_limits<double>::infinity();

  JitValue* start() {
    JitValue* scores =
        call_.call("aten::reshape", {call_.tensor(1), call_.graph.int_list({rows_, boxes_})});
    if (!call_.has(4)) return scores;
    JitValue* low = call_.call("aten::le.Scalar", {scores, threshold(4)});
    return call_.call("aten::masked_fill.Scalar", {scores, low, kGone});
  }

  /// The chosen box of each row against all boxes of the row.
  JitValue* overlaps(JitValue* chosen) {
    const auto of = [&](JitValue* all) {
      return call_.call("aten::gather", {all, 1, chosen, false});
    };
    const Corners one{of(at_.top), of(at_.left), of(at_.bottom), of(at_.right)};
    const auto both = [&](const char* op, JitValue* a, JitValue* b) {
      return call_.call(op, {a, b});
    };
    JitValue* common =
        area({both("aten::maximum", at_.top, one.top), both("aten::maximum", at_.left, one.left),
              both("aten::minimum", at_.bottom, one.bottom),
              both("aten::minimum", at_.right, one.right)});
    JitValue* together = call_.call("aten::add.Tensor", {area_, of(area_), 1});
    JitValue* ratio = call_.call("aten::div.Tensor", {common, difference(call_, together, common)});
    JitValue* most = call_.has(3) ? threshold(3) : call_.constant_value(0.0);
    return call_.call("aten::gt.Scalar", {ratio, most});
  }

  /// One iteration: the best box of each row that is left, which takes out those it overlaps.
  void pick(LoopWriter& loop) {
    Operand carried = loop.carried(0);
    JitValue* scores = carried.tensor;
    JitValue* chosen = call_.call("aten::argmax", {scores, 1, true});
    JitValue* best = call_.call("aten::gather", {scores, 1, chosen, false});
    JitValue* found = call_.call("aten::gt.Scalar", {best, kGone});
    JitValue* gone = overlaps(chosen);
    JitValue* left = call_.call("aten::masked_fill.Scalar", {scores, gone, kGone});
    left = call_.call("aten::scatter.value", {left, 1, chosen, kGone});
    const auto first = [&](JitValue* value) { return call_.call("aten::squeeze.dim", {value, 1}); };
    JitValue* more = call_.call("aten::Bool.Tensor", {call_.call("aten::any", {found})});
    loop.end_body(
        call_,
        {Operand{JM_BOOL, nullptr, HostNumbers{0, {more}}, {}}, Operand{JM_FLOAT32, left, {}, {}},
         Operand{JM_INT64, first(chosen), {}, {}}, Operand{JM_BOOL, first(found), {}, {}}});
  }

  /// (batch, class, box) of all that were found, those of one row by their scores.
  void give(const std::vector<Operand>& results) {
    JitValue* boxes = call_.call("aten::t", {results[1].tensor});
    JitValue* found = call_.call("aten::t", {results[2].tensor});
    JitValue* at = call_.call("aten::nonzero", {found});
    JitValue* row = column(call_, at, 0);
    JitValue* box = call_.call("aten::masked_select", {boxes, found});
    call_.graph.declare(box, at::kLong, 1);
    const auto split = [&](const char* op) { return call_.call(op, {row, classes_}); };
    JitValue* batch = call_.call("aten::div.Scalar_mode", {row, classes_, "floor"});
    call_.result(
        call_.call("aten::stack",
                   {call_.graph.tensor_list({batch, split("aten::remainder.Scalar"), box}), 1}));
  }

  OpCall& call_;
  JitValue *classes_ = nullptr, *rows_ = nullptr, *boxes_ = nullptr, *area_ = nullptr;
  Corners at_{};
};

void non_max_suppression(OpCall& call) {
  Suppression(call).write();
}

constexpr Entry kEntries[] = {
    {"NonMaxSuppression", 10, non_max_suppression},
    {"RoiAlign", 10, roi_align},
    {"MaxRoiPool", 1, max_roi_pool},
};

}  // namespace

std::span<const Entry> boxes() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
