// SPDX-License-Identifier: Apache-2.0
// Blocks repeated, and moved between channels and space.
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

void tile(OpCall& call) {
  if (call.opset() < 6) call.unsupported("Tile before opset 6");
  call.result(call.op("Tile", {call.tensor(0), call.tensor(1)}));
}

/// Six axes between two forms of an image.
struct Blocks {
  Ints split;
  Ints order;
  Ints merged;
};

void move_blocks(OpCall& call, const Blocks& blocks) {
  const Value six = call.reshape(call.tensor(0), blocks.split);
  call.result(call.reshape(call.transpose(six, blocks.order), blocks.merged));
}

std::int64_t block_size(OpCall& call) {
  const std::int64_t size = call.integer("blocksize", 0);
  if (size < 1) call.invalid("blocksize must be positive");
  return size;
}

/// The sizes of an image; only the batch may be open.
Ints image_sizes(OpCall& call) {
  const Ints dims = call.dims_of(call.tensor(0));
  if (dims.size() != 4)
    call.invalid("its input has rank " + std::to_string(dims.size()) + ", not 4");
  for (std::size_t i = 1; i < 4; ++i)
    if (dims[i] < 0) call.unsupported("sizes of images must be known when the model is loaded");
  return dims;
}

void depth_to_space(OpCall& call) {
  const std::int64_t b = block_size(call);
  const Ints d = image_sizes(call);
  const std::int64_t c = d[1] / (b * b);
  const Ints merged{d[0], c, d[2] * b, d[3] * b};
  if (call.text("mode", "DCR") == "DCR")
    return move_blocks(call, {{d[0], b, b, c, d[2], d[3]}, {0, 3, 4, 1, 5, 2}, merged});
  move_blocks(call, {{d[0], c, b, b, d[2], d[3]}, {0, 1, 4, 2, 5, 3}, merged});
}

void space_to_depth(OpCall& call) {
  const std::int64_t b = block_size(call);
  const Ints d = image_sizes(call);
  const bool depth_first = call.text("mode", "DCR") == "DCR";
  move_blocks(call, {{d[0], d[1], d[2] / b, b, d[3] / b, b},
                     depth_first ? Ints{0, 3, 5, 1, 2, 4} : Ints{0, 1, 3, 5, 2, 4},
                     {d[0], d[1] * b * b, d[2] / b, d[3] / b}});
}

/// The first elements of each sequence of a batch in reverse, the others as they are.
void reverse_sequence(OpCall& call) {
  const Value x = call.tensor(0);
  call.result(call.op("ReverseSequence", {x, call.cast(call.tensor(1), kInt64)},
                      {{"seq_dim", call.axis_of(x, call.integer("time_axis", 0))},
                       {"batch_dim", call.axis_of(x, call.integer("batch_axis", 1))}}));
}

constexpr Entry kEntries[] = {
    {"Tile", 1, tile},
    {"DepthToSpace", 1, depth_to_space},
    {"SpaceToDepth", 1, space_to_depth},
    {"ReverseSequence", 10, reverse_sequence},
};

}  // namespace

std::span<const Entry> blocks() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
