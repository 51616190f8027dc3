// SPDX-License-Identifier: Apache-2.0
// Col2Im: overlapping blocks summed into an image of any number of dimensions.
#include <algorithm>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

struct Blocks {
  explicit Blocks(OpCall& call)
      : image(call.int_elements(1)), block(call.int_elements(2)), count(image.size()) {
    dilations = call.integers("dilations", Ints(count, 1));
    strides = call.integers("strides", Ints(count, 1));
    pads = call.integers("pads", Ints(2 * count, 0));
    if (count == 0 || block.size() != count || dilations.size() != count ||
        strides.size() != count || pads.size() != 2 * count)
      call.invalid("its sizes, dilations, strides and pads are of different dimensions");
  }
  [[nodiscard]] bool is_symmetric() const {
    return std::equal(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(count),
                      pads.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::vector<JitValue*> image;
  std::vector<JitValue*> block;
  std::size_t count;
  Ints dilations, strides, pads;
};

/// An int of the graph that is a + factor b.
JitValue* plus_times(OpCall& call, JitValue* a, std::int64_t factor, JitValue* b) {
  return call.call("aten::add.int", {a, call.call("aten::mul.int", {b, factor})});
}

/// Size of one dimension of the padded image, and how many blocks lie along it.
struct Extent {
  JitValue* padded;
  JitValue* blocks;
};

Extent extent_of(OpCall& call, const Blocks& blocks, std::size_t i) {
  JitValue* padded =
      call.call("aten::add.int", {blocks.image[i], blocks.pads[i] + blocks.pads[i + blocks.count]});
  // padded - dilation (block - 1) - 1, in steps
  JitValue* room = plus_times(call, padded, -blocks.dilations[i], blocks.block[i]);
  room = call.call("aten::add.int", {room, blocks.dilations[i] - 1});
  JitValue* steps = call.call("aten::floordiv.int", {room, blocks.strides[i]});
  return {padded, call.call("aten::add.int", {steps, 1})};
}

/// Where every element of every block lies in the flat padded image: (block…, blocks along…).
JitValue* places_of(OpCall& call, const Blocks& blocks, const std::vector<Extent>& extents) {
  const auto count = static_cast<std::int64_t>(blocks.count);
  JitValue* places = nullptr;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    JitValue* inside = counted(call, blocks.block[at], i, 2 * count);
    JitValue* start = counted(call, extents[at].blocks, count + i, 2 * count);
    inside = call.call("aten::mul.Scalar", {inside, blocks.dilations[at]});
    JitValue* place = call.call("aten::add.Tensor", {inside, start, blocks.strides[at]});
    if (places != nullptr)
      place = call.call("aten::add.Tensor",
                        {place, call.call("aten::mul.Scalar", {places, extents[at].padded}), 1});
    places = place;
  }
  return call.call("aten::reshape", {places, Ints{-1}});
}

JitValue* sum_blocks(OpCall& call, JitValue* x, const Blocks& blocks) {
  std::vector<Extent> extents;
  for (std::size_t i = 0; i < blocks.count; ++i) extents.push_back(extent_of(call, blocks, i));
  JitValue* block = blocks.block[0];
  JitValue* all = extents[0].padded;
  for (std::size_t i = 1; i < blocks.count; ++i) {
    block = call.call("aten::mul.int", {block, blocks.block[i]});
    all = call.call("aten::mul.int", {all, extents[i].padded});
  }
  const at::ScalarType type = call.type_of(x);
  JitValue* batch = call.size(x, 0);
  JitValue* channels = call.call("aten::floordiv.int", {call.size(x, 1), block});
  x = call.call("aten::reshape",
                {x, call.graph.int_list({batch, channels, call.constant_value(-1)})});
  JitValue* zeros =
      call.call("aten::zeros", {call.graph.int_list({batch, channels, all}), type, c10::IValue(),
                                c10::IValue(call.graph.device()), c10::IValue()});
  JitValue* sums = call.call("aten::index_add", {zeros, 2, places_of(call, blocks, extents), x, 1});
  std::vector<JitValue*> sizes{batch, channels};
  for (const Extent& extent : extents) sizes.push_back(extent.padded);
  return call.call("aten::reshape", {sums, call.graph.int_list(sizes)});
}

void col2im(OpCall& call) {
  JitValue* x = call.tensor(0);
  const Blocks blocks(call);
  const auto rank = static_cast<std::int64_t>(blocks.count) + 2;
  if (blocks.count == 2 && blocks.is_symmetric()) {
    const Ints pads{blocks.pads[0], blocks.pads[1]};
    JitValue* image = call.call(
        "aten::col2im", {x, call.graph.int_list(blocks.image), call.graph.int_list(blocks.block),
                         blocks.dilations, pads, blocks.strides});
    return call.result(call.graph.declare(image, call.type_of(x), rank));
  }
  const at::ScalarType type = call.type_of(x);
  JitValue* image = call.graph.declare(sum_blocks(call, x, blocks), type, rank);
  for (std::size_t i = 0; i < blocks.count; ++i) {
    const std::int64_t begin = blocks.pads[i];
    if (begin == 0 && blocks.pads[i + blocks.count] == 0) continue;
    JitValue* end = call.call("aten::add.int", {blocks.image[i], begin});
    image =
        call.call("aten::slice.Tensor", {image, static_cast<std::int64_t>(i) + 2, begin, end, 1});
  }
  call.result(image);
}

constexpr Entry kEntries[] = {
    {"Col2Im", 18, col2im},
};

}  // namespace

std::span<const Entry> folding() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
