// SPDX-License-Identifier: Apache-2.0
// Images sampled at positions that the model computes.
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"

namespace joulemark::torch_kit::ops {
namespace {

/// PyTorch's number of an interpolation or padding, by the order of its enumeration.
std::int64_t number_of(OpCall& call, const std::string& name,
                       std::initializer_list<std::initializer_list<const char*>> names) {
  std::int64_t number = 0;
  for (const auto& synonyms : names) {
    for (const char* each : synonyms)
      if (name == each) return number;
    ++number;
  }
  call.unsupported("'" + name + "'");
}

/// grid_sampler on the CPU has float and double only.
JitValue* as_real(OpCall& call, JitValue* x) {
  const at::ScalarType type = call.type_of(x);
  if (type == at::kFloat || type == at::kDouble) return x;
  return call.cast(x, at::isFloatingType(type) ? at::kFloat : at::kDouble);
}

JitValue* sample(OpCall& call, JitValue* x, JitValue* grid, std::int64_t mode, std::int64_t padding,
                 bool align_corners) {
  JitValue* real = as_real(call, x);
  JitValue* at = call.cast(grid, call.type_of(real));
  JitValue* made = call.call("aten::grid_sampler", {real, at, mode, padding, align_corners});
  return call.graph.declare(made, call.type_of(real), call.rank_of(x));
}

void grid_sample(OpCall& call) {
  const std::int64_t rank = call.rank(0);
  const std::int64_t mode = number_of(call, call.text("mode", "linear"),
                                      {{"linear", "bilinear"}, {"nearest"}, {"cubic", "bicubic"}});
  const std::int64_t padding =
      number_of(call, call.text("padding_mode", "zeros"), {{"zeros"}, {"border"}, {"reflection"}});
  if (rank != 4 && rank != 5) call.unsupported("an input of rank " + std::to_string(rank));
  if (rank == 5 && mode == 2) call.unsupported("cubic interpolation in three dimensions");
  JitValue* made = sample(call, call.tensor(0), call.tensor(1), mode, padding,
                          call.integer("align_corners", 0) != 0);
  call.result(call.cast(made, call.type(0)));
}

void affine_grid(OpCall& call) {
  JitValue* theta = call.tensor(0);
  const std::size_t rank = call.int_elements(1).size();
  if (rank != 4 && rank != 5) call.unsupported("images of rank " + std::to_string(rank));
  JitValue* made =
      call.call("aten::affine_grid_generator",
                {as_real(call, theta), call.int_list(1), call.integer("align_corners", 0) != 0});
  call.graph.declare(made, call.type_of(as_real(call, theta)), static_cast<std::int64_t>(rank));
  call.result(call.cast(made, call.type_of(theta)));
}

/// Sizes of a deformable convolution.
struct Deformable {
  explicit Deformable(OpCall& of)
      : call(of),
        x(of.tensor(0)),
        weight(of.tensor(1)),
        groups(of.integer("group", 1)),
        offset_groups(of.integer("offset_group", 1)),
        strides(of.integers("strides", {1, 1})),
        dilations(of.integers("dilations", {1, 1})),
        pads(of.integers("pads", {0, 0, 0, 0})) {
    if (of.rank(0) != 4) of.unsupported("images that are not of two dimensions");
    if (strides.size() != 2 || dilations.size() != 2 || pads.size() != 4 || groups < 1 ||
        offset_groups < 1)
      of.invalid("strides, dilations, pads or groups do not fit");
    batch = of.size(x, 0);
    rows = of.size(of.tensor(2), 2);
    columns = of.size(of.tensor(2), 3);
    kernel = {of.size(weight, 2), of.size(weight, 3)};
    taps = of.call("aten::mul.int", {kernel[0], kernel[1]});
  }

  OpCall& call;
  JitValue* x;
  JitValue* weight;
  std::int64_t groups, offset_groups;
  Ints strides, dilations, pads;
  JitValue *batch = nullptr, *rows = nullptr, *columns = nullptr, *taps = nullptr;
  std::vector<JitValue*> kernel;
};

JitValue* reshaped(OpCall& call, JitValue* x, const std::vector<JitValue*>& sizes) {
  JitValue* made = call.call("aten::reshape", {x, call.graph.int_list(sizes)});
  return call.graph.declare(made, call.type_of(x), static_cast<std::int64_t>(sizes.size()));
}

/// first, first + step, … along one of five axes: batch and groups, kernel, output.
JitValue* ramp(Deformable& of, JitValue* count, std::int64_t step, std::int64_t first,
               std::int64_t axis) {
  OpCall& call = of.call;
  JitValue* made =
      call.call("aten::mul.Scalar", {counted(call, count, axis, 5, at::kDouble), step});
  return call.call("aten::add.Scalar", {made, first, 1});
}

/// Where each tap of the kernel reads along one dimension (0: rows, 1: columns), as grid_sampler
/// wants it: -1 is the outer edge of the first pixel and 1 that of the last one.
JitValue* coordinates(Deformable& of, JitValue* offsets, std::int64_t dimension) {
  OpCall& call = of.call;
  const auto d = static_cast<std::size_t>(dimension);
  JitValue* at = call.call("aten::select.int", {offsets, 3, dimension});
  JitValue* output =
      ramp(of, dimension == 0 ? of.rows : of.columns, of.strides[d], -of.pads[d], 3 + dimension);
  JitValue* tap = ramp(of, of.kernel[d], of.dilations[d], 0, 1 + dimension);
  at = call.call("aten::add.Tensor", {at, output, 1});
  at = call.call("aten::add.Tensor", {at, tap, 1});
  at = call.call("aten::add.Scalar", {call.call("aten::mul.Scalar", {at, 2}), 1, 1});
  JitValue* size = call.size(of.x, 2 + dimension);
  return call.call("aten::sub.Scalar", {call.call("aten::div.Scalar", {at, size}), 1, 1});
}

/// What the kernel reads: [batch, channels * taps, rows * columns].
JitValue* columns_of(Deformable& of) {
  OpCall& call = of.call;
  JitValue* minus = call.constant_value(std::int64_t{-1});
  JitValue* rows = call.call("aten::mul.int", {of.batch, of.offset_groups});
  JitValue* offsets = reshaped(call, call.tensor(2),
                               {rows, of.kernel[0], of.kernel[1],
                                call.constant_value(std::int64_t{2}), of.rows, of.columns});
  JitValue* grid = call.call(
      "aten::stack",
      {call.graph.tensor_list({coordinates(of, offsets, 1), coordinates(of, offsets, 0)}), -1});
  JitValue* lines = call.call("aten::mul.int", {of.taps, of.rows});
  grid = reshaped(call, grid, {rows, lines, of.columns, call.constant_value(std::int64_t{2})});
  // In double, because a position just outside of the image must not come inside by rounding.
  JitValue* x = reshaped(call, call.cast(of.x, at::kDouble),
                         {rows, minus, call.size(of.x, 2), call.size(of.x, 3)});
  JitValue* read = sample(call, x, grid, 0, 0, false);
  JitValue* pixels = call.call("aten::mul.int", {of.rows, of.columns});
  read = reshaped(call, read, {rows, minus, of.taps, pixels});
  if (call.has(4))
    read =
        call.call("aten::mul.Tensor",
                  {read, reshaped(call, call.tensor(4),
                                  {rows, call.constant_value(std::int64_t{1}), of.taps, pixels})});
  return reshaped(call, read, {of.batch, minus, pixels});
}

void deform_conv(OpCall& call) {
  Deformable of(call);
  const at::ScalarType type = call.type(0);
  JitValue* minus = call.constant_value(std::int64_t{-1});
  JitValue* groups = call.constant_value(of.groups);
  JitValue* pixels = call.call("aten::mul.int", {of.rows, of.columns});
  JitValue* inner = call.call("aten::mul.int", {call.size(of.weight, 1), of.taps});
  JitValue* read =
      reshaped(call, call.cast(columns_of(of), type), {of.batch, groups, inner, pixels});
  JitValue* weight = reshaped(call, of.weight, {groups, minus, inner});
  JitValue* made = call.call("aten::matmul", {weight, read});
  made = reshaped(call, made, {of.batch, call.size(of.weight, 0), of.rows, of.columns});
  if (call.has(3))
    made = call.call("aten::add.Tensor",
                     {made, call.call("aten::reshape", {call.tensor(3), Ints{-1, 1, 1}}), 1});
  call.result(made);
}

constexpr Entry kEntries[] = {
    {"GridSample", 16, grid_sample},
    {"AffineGrid", 20, affine_grid},
    {"DeformConv", 19, deform_conv},
};

}  // namespace

std::span<const Entry> vision() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
