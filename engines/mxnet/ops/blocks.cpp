// SPDX-License-Identifier: Apache-2.0
// Blocks of elements moved between channels and planes, or repeated.
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

struct Blocks {
  std::int64_t size;
  Ints dims;  ///< batch, channels, height, width
};

Blocks read_blocks(OpCall& call) {
  Blocks blocks{call.integer("blocksize", 0), call.dims(0)};
  if (blocks.size < 1) call.invalid("blocksize must be positive");
  if (blocks.dims.size() != 4) call.invalid("its input must have rank 4");
  return blocks;
}

void depth_to_space(OpCall& call) {
  const auto [size, dims] = read_blocks(call);
  if (dims[1] % (size * size) != 0) call.invalid("its channels do not make whole blocks");
  const std::int64_t channels = dims[1] / (size * size);
  const bool depth_first = call.text("mode", "DCR") == "DCR";
  const Ints split = depth_first ? Ints{dims[0], size, size, channels, dims[2], dims[3]}
                                 : Ints{dims[0], channels, size, size, dims[2], dims[3]};
  const Ints order = depth_first ? Ints{0, 3, 4, 1, 5, 2} : Ints{0, 1, 4, 2, 5, 3};
  const Value moved = call.transpose(call.reshape(call.tensor(0), split), order);
  call.result(call.reshape(moved, {dims[0], channels, dims[2] * size, dims[3] * size}));
}

void space_to_depth(OpCall& call) {
  const auto [size, dims] = read_blocks(call);
  if (dims[2] % size != 0 || dims[3] % size != 0)
    call.invalid("its planes do not make whole blocks");
  const Value split =
      call.reshape(call.tensor(0), {dims[0], dims[1], dims[2] / size, size, dims[3] / size, size});
  const bool depth_first = call.text("mode", "DCR") == "DCR";
  const Value moved =
      call.transpose(split, depth_first ? Ints{0, 3, 5, 1, 2, 4} : Ints{0, 1, 3, 5, 2, 4});
  call.result(
      call.reshape(moved, {dims[0], dims[1] * size * size, dims[2] / size, dims[3] / size}));
}

void tile(OpCall& call) {
  Value y = call.tensor(0);
  const Ints counts = call.constant_ints(1);
  if (counts.size() != y->dims.size()) call.invalid("it has no number for every axis of its input");
  // One axis at a time: MXNet's kernel has no more than a few axes, and takes two for each.
  for (std::size_t axis = 0; axis < counts.size(); ++axis) {
    Ints alone(counts.size(), 1);
    alone[axis] = counts[axis];
    if (counts[axis] != 1) y = call.op("_npi_tile", {y}, {{"reps", alone}});
  }
  call.result(y);
}

constexpr Entry kEntries[] = {
    {"DepthToSpace", 1, depth_to_space},
    {"SpaceToDepth", 1, space_to_depth},
    {"Tile", 6, tile},
};

}  // namespace

std::span<const Entry> blocks() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
