// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/convert.h"

#include <limits>

#include "model/dtype.h"
#include "torch_kit/dtypes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// The largest value of an 8-bit float; nothing for other types.
std::optional<double> largest_float8(jm_dtype dtype) {
  switch (dtype) {
    case JM_FLOAT8E4M3FN:
      return 448;
    case JM_FLOAT8E4M3FNUZ:
      return 240;
    case JM_FLOAT8E5M2:
    case JM_FLOAT8E5M2FNUZ:
      return 57344;
    default:
      return std::nullopt;
  }
}

/// The low bits of the integer, as ONNX's casts take them.
JitValue* to_packed(OpCall& call, JitValue* value, jm_dtype from, jm_dtype to) {
  const PackedRange range = *packed_range(to);
  const at::ScalarType held = storage_of(to)->type;
  const auto source = packed_range(from);
  if (source && source->is_signed == range.is_signed && source->bits <= range.bits)
    return call.cast(value, held);
  const int half = 1 << (range.bits - 1);
  JitValue* whole = call.cast(value, at::kInt);
  JitValue* low = call.call("aten::bitwise_and.Scalar", {whole, 2 * half - 1});
  if (range.is_signed) {
    JitValue* flipped = call.call("aten::bitwise_xor.Scalar", {low, half});
    low = call.call("aten::sub.Scalar", {flipped, half});
  }
  return call.cast(low, held);
}

/// To the nearest of 0, 0.5, 1, 1.5, 2, 3, 4 and 6, ties to even mantissas, which are the even
/// multiples of the distance between neighbours.
JitValue* to_float4(OpCall& call, JitValue* value) {
  JitValue* x = call.call("aten::clamp", {call.cast(value, at::kFloat), -6.0, 6.0});
  JitValue* size = call.call("aten::abs", {x});
  JitValue* small =
      call.call("aten::where.Scalar", {call.call("aten::ge.Scalar", {size, 2.0}), 1.0, 0.5});
  JitValue* step =
      call.call("aten::where.ScalarSelf", {call.call("aten::ge.Scalar", {size, 4.0}), 2.0, small});
  JitValue* steps = call.call("aten::round", {call.call("aten::div.Tensor", {x, step})});
  return call.call("aten::mul.Tensor", {steps, step});
}

/// NaN for what rounds to more than 448: PyTorch's cast saturates.
JitValue* without_overflow(OpCall& call, JitValue* x) {
  JitValue* over = call.call("aten::gt.Scalar", {call.call("aten::abs", {x}), 464.0});
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  return call.call("aten::masked_fill.Scalar", {x, over, kNan});
}

JitValue* to_float8(OpCall& call, JitValue* value, const Conversion& conversion) {
  JitValue* x = value;
  const at::ScalarType type = call.type_of(x);
  if (type != at::kHalf && type != at::kBFloat16 && type != at::kDouble)
    x = call.cast(x, at::kFloat);
  const double largest = *largest_float8(conversion.to);
  if (conversion.saturate)
    x = call.call("aten::clamp", {x, -largest, largest});
  else if (conversion.to == JM_FLOAT8E4M3FN)
    x = without_overflow(call, x);
  return call.cast(x, storage_of(conversion.to)->type);
}

/// Whether the exponent of a float32 goes up by one: a tensor of bool.
JitValue* rounds_up(OpCall& call, JitValue* bits, JitValue* exponent, const std::string& mode) {
  JitValue* fraction = call.call("aten::bitwise_and.Scalar", {bits, 0x7FFFFF});
  if (mode == "up") return call.call("aten::gt.Scalar", {fraction, 0});
  // Half way up too, but for denormal numbers.
  JitValue* normal = call.call("aten::gt.Scalar", {exponent, 0});
  JitValue* nudged = call.call("aten::add.Tensor", {fraction, normal});
  return call.call("aten::gt.Scalar", {nudged, 0x400000});
}

/// A power of two, which is the exponent of a float32; PyTorch's own cast knows no rounding modes.
JitValue* to_float8e8m0(OpCall& call, JitValue* value, const Conversion& conversion) {
  const std::string& mode = conversion.round;
  if (mode != "up" && mode != "down" && mode != "nearest")
    call.invalid("round_mode '" + mode + "' is not up, down or nearest");
  JitValue* bits = call.call("aten::view_copy.dtype", {call.cast(value, at::kFloat), at::kInt});
  JitValue* shifted = call.call("aten::bitwise_right_shift.Tensor_Scalar", {bits, 23});
  JitValue* exponent = call.call("aten::bitwise_and.Scalar", {shifted, 0xFF});
  if (mode != "down") {
    JitValue* up = rounds_up(call, bits, exponent, mode);
    JitValue* may = call.call("aten::lt.Scalar", {exponent, conversion.saturate ? 0xFE : 0xFF});
    exponent = call.call("aten::add.Tensor", {exponent, call.call("aten::logical_and", {up, may})});
  }
  return call.call("aten::view_copy.dtype", {call.cast(exponent, at::kByte), at::kFloat8_e8m0fnu});
}

}  // namespace

std::optional<PackedRange> packed_range(jm_dtype dtype) {
  switch (dtype) {
    case JM_UINT4:
      return PackedRange{4, false};
    case JM_INT4:
      return PackedRange{4, true};
    case JM_UINT2:
      return PackedRange{2, false};
    case JM_INT2:
      return PackedRange{2, true};
    default:
      return std::nullopt;
  }
}

JitValue* convert(OpCall& call, JitValue* value, jm_dtype from, const Conversion& conversion) {
  const jm_dtype to = conversion.to;
  const auto storage = storage_of(to);
  if (!storage)
    call.unsupported("PyTorch has no tensors of element type " +
                     std::string(model::dtype_name(to)));
  if (from == to) return value;
  const bool small = at::isFloat8Type(call.type_of(value));
  if (small) value = call.cast(value, at::kFloat);
  if (packed_range(to)) return to_packed(call, value, from, to);
  if (to == JM_FLOAT4E2M1) return to_float4(call, value);
  if (to == JM_FLOAT8E8M0) return to_float8e8m0(call, value, conversion);
  if (largest_float8(to)) return to_float8(call, value, conversion);
  return call.cast(value, storage->type);
}

}  // namespace joulemark::torch_kit::ops
