// SPDX-License-Identifier: Apache-2.0
// Elements repeated, or moved between dimensions as blocks.
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

void tile(OpCall& call) {
  JitValue* x = call.tensor(0);
  JitValue* value = call.call("aten::tile", {x, call.int_list(1)});
  call.graph.declare(value, call.type_of(x), call.rank_of(x));
  give_moved(call, value);
}

std::int64_t block_size(OpCall& call) {
  const std::int64_t size = call.integer("blocksize", 0);
  if (size < 1) call.invalid("its blocksize is not positive");
  if (call.rank(0) != 4) call.invalid("its input has not 4 dimensions");
  return size;
}

/// CRD: channels are (channel, row, column), which is PyTorch's pixel shuffle. DCR: (row, column,
/// channel).
void depth_to_space(OpCall& call) {
  const std::int64_t size = block_size(call);
  JitValue* x = call.tensor(0);
  if (call.text("mode", "DCR") == "CRD")
    return give_moved(
        call, call.graph.declare(call.call("aten::pixel_shuffle", {x, size}), call.type_of(x), 4));
  x = call.call("aten::unflatten.int", {x, 1, Ints{size, size, -1}});
  x = call.call("aten::permute", {x, Ints{0, 3, 4, 1, 5, 2}});
  x = call.call("aten::flatten.using_ints", {x, 4, 5});
  give_moved(call, call.call("aten::flatten.using_ints", {x, 2, 3}));
}

void space_to_depth(OpCall& call) {
  const std::int64_t size = block_size(call);
  JitValue* x = call.tensor(0);
  if (call.text("mode", "DCR") == "CRD")
    return give_moved(call, call.graph.declare(call.call("aten::pixel_unshuffle", {x, size}),
                                               call.type_of(x), 4));
  x = call.call("aten::unflatten.int", {x, 3, Ints{-1, size}});
  x = call.call("aten::unflatten.int", {x, 2, Ints{-1, size}});
  x = call.call("aten::permute", {x, Ints{0, 3, 5, 1, 2, 4}});
  give_moved(call, call.call("aten::flatten.using_ints", {x, 1, 3}));
}

/// The first elements of each sequence of a batch in reverse, the others as they are.
void reverse_sequence(OpCall& call) {
  JitValue* x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  const std::int64_t time = call.axis_of(x, call.integer("time_axis", 0));
  const std::int64_t batch = call.axis_of(x, call.integer("batch_axis", 1));
  Ints dims(static_cast<std::size_t>(rank), 1);
  dims[static_cast<std::size_t>(batch)] = -1;
  JitValue* lengths = call.call("aten::reshape", {call.cast(call.tensor(1), at::kLong), dims});
  JitValue* steps = counted(call, call.size(x, time), time, rank);
  JitValue* mirrored =
      call.call("aten::sub.Tensor", {call.call("aten::sub.Scalar", {lengths, 1, 1}), steps, 1});
  JitValue* inside = call.call("aten::lt.Tensor", {steps, lengths});
  JitValue* places = call.call("aten::where.self", {inside, mirrored, steps});
  places = call.call("aten::expand_as", {places, x});
  JitValue* value = call.call("aten::gather", {x, time, places, false});
  give_moved(call, call.graph.declare(value, call.type_of(x), rank));
}

constexpr Entry kEntries[] = {
    {"Tile", 6, tile},
    {"DepthToSpace", 1, depth_to_space, Types::kWidened},
    {"SpaceToDepth", 1, space_to_depth, Types::kWidened},
    {"ReverseSequence", 10, reverse_sequence, Types::kWidened},
};

}  // namespace

std::span<const Entry> blocks() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
