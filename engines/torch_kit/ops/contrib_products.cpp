// SPDX-License-Identifier: Apache-2.0
// Products of matrices with weights of a few bits, as ONNX Runtime's quantiser writes them.
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

/// What the attributes of MatMulNBits say of its weights: `columns` rows of blocks.
struct Blocks {
  explicit Blocks(OpCall& call)
      : rows(call.integer("K", 0)),
        columns(call.integer("N", 0)),
        bits(call.integer("bits", 4)),
        size(call.integer("block_size", 0)) {
    if (rows < 1 || columns < 1 || size < 1) call.invalid("K, N and block_size must be positive");
    if (bits != 2 && bits != 4 && bits != 8)
      call.unsupported("weights of " + std::to_string(bits) + " bits");
    count = (rows + size - 1) / size;
  }

  std::int64_t rows, columns, bits, size;
  std::int64_t count = 0;  ///< blocks in a row
};

/// Every number that the last axis of bytes holds, the lowest bits first.
JitValue* unpacked(OpCall& call, JitValue* bytes, std::int64_t bits) {
  if (bits == 8) return bytes;
  std::vector<JitValue*> parts;
  for (std::int64_t at = 0; at < 8; at += bits) {
    JitValue* low =
        at == 0 ? bytes : call.call("aten::bitwise_right_shift.Tensor_Scalar", {bytes, at});
    const std::int64_t mask = (1 << bits) - 1;
    parts.push_back(call.call("aten::bitwise_and.Scalar", {low, mask}));
  }
  JitValue* together = call.call("aten::stack", {call.graph.tensor_list(parts), -1});
  return call.call("aten::flatten.using_ints", {together, -2, -1});
}

/// One number a block, (columns, blocks, 1).
JitValue* zero_points(OpCall& call, const Blocks& blocks, at::ScalarType type) {
  const Ints shape{blocks.columns, blocks.count, 1};
  if (!call.has(3))
    return call.scalar_tensor(static_cast<double>(std::int64_t{1} << (blocks.bits - 1)), type);
  if (call.type(3) != at::kByte)
    return call.cast(call.call("aten::reshape", {call.tensor(3), shape}), type);
  JitValue* bytes = call.call("aten::reshape", {call.tensor(3), Ints{blocks.columns, -1}});
  JitValue* all = unpacked(call, bytes, blocks.bits);
  all = call.call("aten::slice.Tensor", {all, 1, 0, blocks.count, 1});
  return call.cast(call.call("aten::unsqueeze", {all, 2}), type);
}

/// (columns, rows), of the type of the other factor. All of it folds where the weights are
/// constants.
JitValue* weights_of(OpCall& call, const Blocks& blocks) {
  const at::ScalarType type = call.type(0);
  const Ints shape{blocks.columns, blocks.count, blocks.size};
  JitValue* bytes =
      call.call("aten::reshape", {call.tensor(1), Ints{blocks.columns, blocks.count, -1}});
  JitValue* whole = call.call("aten::reshape", {unpacked(call, bytes, blocks.bits), shape});
  JitValue* scales =
      call.call("aten::reshape", {call.tensor(2), Ints{blocks.columns, blocks.count, 1}});
  JitValue* centred =
      call.call("aten::sub.Tensor", {call.cast(whole, type), zero_points(call, blocks, type)});
  JitValue* scaled = call.call("aten::mul.Tensor", {centred, call.cast(scales, type)});
  JitValue* flat = call.call("aten::flatten.using_ints", {scaled, 1, 2});
  if (blocks.count * blocks.size == blocks.rows) return flat;
  flat = call.call("aten::slice.Tensor", {flat, 1, 0, blocks.rows, 1});
  return call.call("aten::contiguous", {flat, 0});
}

void matmul_n_bits(OpCall& call) {
  if (call.has(4)) call.unsupported("MatMulNBits with g_idx");
  const Blocks blocks(call);
  call.result(call.call("aten::linear",
                        {call.tensor(0), weights_of(call, blocks), call.tensor_or_none(5)}));
}

constexpr Entry kEntries[] = {
    {"MatMulNBits", 1, matmul_n_bits, Types::kAsTheyAre, kMicrosoft},
};

}  // namespace

std::span<const Entry> contrib_products() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
