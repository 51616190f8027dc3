// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/quantized.h"

#include <ATen/ops/count_nonzero.h>

#include "model/dtype.h"
#include "torch_kit/dtypes.h"

namespace joulemark::torch_kit::ops {
namespace {

bool is_one_element(OpCall& call, JitValue* value) {
  const Fact* known = call.graph.fact(value);
  return known != nullptr && known->exact && known->example.toTensor().numel() == 1;
}

/// A scale for every element: each is repeated, and the last block may be shorter.
JitValue* repeated(OpCall& call, JitValue* of, JitValue* x, QuantAxis where) {
  const std::int64_t axis = call.axis_of(x, where.axis);
  if (where.block < 0) call.invalid("block_size must not be negative");
  JitValue* each =
      call.call("aten::repeat_interleave.self_int", {of, where.block, axis, c10::IValue()});
  JitValue* count = call.size(x, axis);
  JitValue* cut = call.call("aten::slice.Tensor", {each, axis, 0, count, 1});
  return call.graph.declare(cut, call.type_of(of), call.rank_of(of));
}

}  // namespace

JitValue* spread(OpCall& call, JitValue* of, JitValue* x, QuantAxis where) {
  const std::int64_t rank = call.rank_of(of);
  if (rank == 0) return of;
  if (is_one_element(call, of)) return call.call("aten::reshape", {of, Ints{}});
  if (where.block != 0) return repeated(call, of, x, where);
  if (rank != 1) call.invalid("a scale or zero point has rank " + std::to_string(rank));
  const std::int64_t x_rank = call.rank_of(x);
  // With one scale in all, the axis need not exist.
  if (x_rank <= 1) return of;
  const std::int64_t axis = call.axis_of(x, where.axis);
  if (axis + 1 == x_rank) return of;
  Ints shape(static_cast<std::size_t>(x_rank - axis), 1);
  shape.front() = -1;
  return call.call("aten::reshape", {of, shape});
}

bool is_zero(OpCall& call, std::size_t i) {
  if (!call.has(i)) return true;
  const auto known = call.constant(i);
  if (!known) return false;
  return known->to(at::kDouble).count_nonzero().item().toLong() == 0;
}

std::optional<IntegerRange> integer_range(jm_dtype dtype) {
  switch (dtype) {
    case JM_UINT8:
      return IntegerRange{0, 255};
    case JM_INT8:
      return IntegerRange{-128, 127};
    case JM_UINT16:
      return IntegerRange{0, 65535};
    case JM_INT16:
      return IntegerRange{-32768, 32767};
    case JM_UINT4:
      return IntegerRange{0, 15};
    case JM_INT4:
      return IntegerRange{-8, 7};
    case JM_UINT2:
      return IntegerRange{0, 3};
    case JM_INT2:
      return IntegerRange{-2, 1};
    default:
      return std::nullopt;
  }
}

JitValue* to_grid(OpCall& call, JitValue* steps, JitValue* zero, jm_dtype to) {
  const auto range = integer_range(to);
  if (!range) call.unsupported("quantised to " + std::string(model::dtype_name(to)));
  if (zero != nullptr) steps = call.call("aten::add.Tensor", {steps, zero});
  JitValue* inside =
      call.call("aten::clamp", {call.call("aten::round", {steps}), range->low, range->high});
  return call.cast(inside, storage_of(to)->type);
}

}  // namespace joulemark::torch_kit::ops
