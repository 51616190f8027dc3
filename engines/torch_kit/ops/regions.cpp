// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/regions.h"

#include <limits>

#include "torch_kit/lowering/loop_writer.h"
#include "torch_kit/ops/arithmetic.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

/// A value for each region as [regions, 1, 1].
JitValue* each_region(OpCall& call, JitValue* value) {
  return call.call("aten::reshape", {value, Ints{-1, 1, 1}});
}

/// Where the samples of one dimension lie: all are [regions, bins, samples].
struct Samples {
  JitValue *low, *high;  ///< the pixels on both sides, as int64
  JitValue *weight_low, *weight_high;
  JitValue* used;   ///< whether the sample is one of the region's
  JitValue* count;  ///< [regions, 1, 1], of samples in a bin
};

class RoiAlign {
 public:
  explicit RoiAlign(OpCall& call)
      : call_(call),
        half_(call.opset() >= 16 &&
              call.text("coordinate_transformation_mode", "half_pixel") == "half_pixel"),
        max_(call.text("mode", "avg") == "max"),
        samples_(call.integer("sampling_ratio", 0)) {
    if (call.rank(0) != 4) call.invalid("its images are not of two dimensions");
    if (!max_ && call.text("mode", "avg") != "avg") call.unsupported("its mode");
    type_ = call.type(0) == at::kDouble ? at::kDouble : at::kFloat;
  }

  void write() {
    const Samples y = along(1, 2, call_.integer("output_height", 1));
    const Samples x = along(0, 3, call_.integer("output_width", 1));
    JitValue* corners = nullptr;
    for (const bool down : {false, true})
      for (const bool right : {false, true}) {
        JitValue* corner = weighed(y, x, down, right);
        if (corners != nullptr)
          corner =
              max_ ? call_.call("aten::maximum", {corners, corner}) : sum(call_, corners, corner);
        corners = corner;
      }
    JitValue* pooled = max_ ? most(corners, y, x) : mean(corners, y, x);
    pooled = call_.call("aten::permute", {pooled, Ints{0, 3, 1, 2}});
    call_.result(call_.cast(pooled, call_.type(0)));
  }

 private:
  /// One coordinate of the regions' corners: `i` 0 to 3 of (x1, y1, x2, y2).
  JitValue* corner(std::int64_t i) {
    JitValue* value = call_.call("aten::select.int", {call_.cast(call_.tensor(1), type_), 1, i});
    value = call_.call("aten::mul.Scalar", {value, call_.real("spatial_scale", 1)});
    return call_.call("aten::sub.Scalar", {value, half_ ? 0.5 : 0.0, 1});
  }

  /// Samples in a bin of each region, and the most of all.
  JitValue* sample_count(JitValue* bin, JitValue*& most_samples) {
    if (samples_ > 0) {
      most_samples = call_.constant_value(samples_);
      return call_.scalar_tensor(samples_, type_);
    }
    JitValue* count =
        call_.call("aten::clamp", {call_.call("aten::ceil", {bin}), 0, c10::IValue()});
    // A region of no size has no samples; without regions there is nothing to take the maximum of.
    JitValue* one = call_.call(
        "aten::ones", {Ints{1, 1, 1}, type_, c10::IValue(), call_.graph.device(), c10::IValue()});
    JitValue* all = call_.call("aten::cat", {call_.graph.tensor_list({count, one}), 0});
    JitValue* largest = call_.cast(call_.call("aten::max", {all}), at::kLong);
    most_samples = call_.call("aten::Int.Tensor", {largest});
    return count;
  }

  Samples along(std::int64_t first, std::int64_t axis, std::int64_t bins) {
    JitValue* start = each_region(call_, corner(first));
    JitValue* length = difference(call_, each_region(call_, corner(first + 2)), start);
    if (!half_) length = call_.call("aten::clamp", {length, 1.0, c10::IValue()});
    JitValue* bin = call_.call("aten::div.Scalar", {length, bins});
    Samples made{};
    JitValue* most_samples = nullptr;
    made.count = sample_count(bin, most_samples);
    JitValue* sample = counted(call_, most_samples, 2, 3, type_);
    JitValue* part = quotient(call_, call_.call("aten::add.Scalar", {sample, 0.5, 1}), made.count);
    JitValue* position = sum(call_, counted(call_, int_constant(call_, bins), 1, 3, type_), part);
    position = sum(call_, start, product(call_, position, bin));
    made.used = call_.call("aten::lt.Tensor", {sample, made.count});
    weigh(made, position, call_.size(call_.tensor(0), axis));
    return made;
  }

  void weigh(Samples& samples, JitValue* position, JitValue* size) {
    JitValue* last = call_.call("aten::sub.int", {size, 1});
    JitValue* inside =
        call_.call("aten::logical_and", {call_.call("aten::ge.Scalar", {position, -1.0}),
                                         call_.call("aten::le.Scalar", {position, size})});
    inside = call_.call("aten::logical_and", {inside, samples.used});
    position = call_.call("aten::clamp", {position, 0, last});
    // What no sample is may be no number: it reads pixel 0 and counts for nothing.
    position = call_.call("aten::where.ScalarOther", {inside, position, 0.0});
    JitValue* low = call_.call("aten::floor", {position});
    JitValue* fraction = difference(call_, position, low);
    const auto where_inside = [&](JitValue* weight) {
      return call_.call("aten::where.ScalarOther", {inside, weight, 0.0});
    };
    samples.weight_high = where_inside(fraction);
    samples.weight_low = where_inside(call_.call("aten::rsub.Scalar", {fraction, 1.0, 1}));
    samples.low = call_.cast(low, at::kLong);
    JitValue* next = call_.call("aten::add.Scalar", {samples.low, 1, 1});
    samples.high = call_.call("aten::clamp", {next, 0, last});
  }

  /// Of the rows [regions, bins, samples, 1, 1], of the columns [regions, 1, 1, bins, samples].
  JitValue* rows(JitValue* value) {
    return call_.call("aten::unsqueeze", {call_.call("aten::unsqueeze", {value, -1}), -1});
  }
  JitValue* columns(JitValue* value) {
    return call_.call("aten::unsqueeze", {call_.call("aten::unsqueeze", {value, 1}), 1});
  }

  /// One of the four pixels around each sample, weighed:
  /// [regions, row bins, row samples, column bins, column samples, channels].
  JitValue* weighed(const Samples& y, const Samples& x, bool down, bool right) {
    JitValue* image = call_.tensor(0);
    JitValue* height = call_.size(image, 2);
    JitValue* width = call_.size(image, 3);
    JitValue* batch =
        call_.call("aten::reshape", {call_.cast(call_.tensor(2), at::kLong), Ints{-1, 1, 1, 1, 1}});
    JitValue* row =
        sum(call_, call_.call("aten::mul.Scalar", {batch, height}), rows(down ? y.high : y.low));
    JitValue* index =
        sum(call_, call_.call("aten::mul.Scalar", {row, width}), columns(right ? x.high : x.low));
    JitValue* pixels = call_.call("aten::permute", {call_.cast(image, type_), Ints{0, 2, 3, 1}});
    pixels = call_.call("aten::flatten.using_ints", {pixels, 0, 2});
    JitValue* read = looked_up(call_, pixels, index);
    call_.graph.declare(read, type_, 6);
    JitValue* weight = product(call_, rows(down ? y.weight_high : y.weight_low),
                               columns(right ? x.weight_high : x.weight_low));
    return product(call_, read, call_.call("aten::unsqueeze", {weight, -1}));
  }

  JitValue* mean(JitValue* samples, const Samples& y, const Samples& x) {
    JitValue* total =
        call_.call("aten::sum.dim_IntList", {samples, Ints{2, 4}, false, c10::IValue()});
    JitValue* count =
        call_.call("aten::clamp", {product(call_, y.count, x.count), 1.0, c10::IValue()});
    return quotient(call_, total, call_.call("aten::unsqueeze", {count, -1}));
  }

  JitValue* most(JitValue* samples, const Samples& y, const Samples& x) {
    JitValue* used = call_.call("aten::logical_and", {rows(y.used), columns(x.used)});
    JitValue* unused = call_.call("aten::unsqueeze", {call_.call("aten::logical_not", {used}), -1});
    constexpr double kLeast = -std::numeric_limits<double>::infinity();
    samples = call_.call("aten::masked_fill.Scalar", {samples, unused, kLeast});
    JitValue* largest = call_.call("aten::amax", {samples, Ints{2, 4}, false});
    call_.graph.declare(largest, type_, 4);
    JitValue* none = call_.call("aten::eq.Scalar", {largest, kLeast});
    return call_.call("aten::masked_fill.Scalar", {largest, none, 0.0});
  }

  OpCall& call_;
  bool half_;
  bool max_;
  std::int64_t samples_;
  at::ScalarType type_ = at::kFloat;
};

/// Whether a pixel of one dimension belongs to a bin of a region: [bins, pixels].
JitValue* outside_bins(OpCall& call, JitValue* region, std::int64_t first, std::int64_t bins,
                       JitValue* size) {
  const auto edge = [&](std::int64_t i) {
    JitValue* value = call.call("aten::select.int", {region, 0, i});
    value = call.call("aten::mul.Scalar", {value, call.real("spatial_scale", 1)});
    // Halves are rounded up.
    return call.call("aten::floor", {call.call("aten::add.Scalar", {value, 0.5, 1})});
  };
  JitValue* start = edge(first);
  JitValue* length =
      call.call("aten::add.Scalar", {difference(call, edge(first + 2), start), 1, 1});
  length = call.call("aten::clamp", {length, 1.0, c10::IValue()});
  JitValue* bin = call.call("aten::div.Scalar", {length, bins});
  JitValue* number = counted(call, int_constant(call, bins), 0, 2, at::kFloat);
  JitValue* next = call.call("aten::add.Scalar", {number, 1.0, 1});
  JitValue* from = sum(call, call.call("aten::floor", {product(call, number, bin)}), start);
  JitValue* to = sum(call, call.call("aten::ceil", {product(call, next, bin)}), start);
  JitValue* pixel = counted(call, size, 1, 2, at::kFloat);
  return call.call("aten::logical_or", {call.call("aten::lt.Tensor", {pixel, from}),
                                        call.call("aten::ge.Tensor", {pixel, to})});
}

/// The maxima of `x` [channels, rows, columns] over the bins of a region.
JitValue* pool_region(OpCall& call, JitValue* x, JitValue* region, const Ints& bins) {
  constexpr double kLeast = -std::numeric_limits<double>::infinity();
  JitValue* row_out = outside_bins(call, region, 2, bins[0], call.size(x, 1));
  JitValue* column_out = outside_bins(call, region, 1, bins[1], call.size(x, 2));
  JitValue* made = call.call(
      "aten::masked_fill.Scalar",
      {call.call("aten::unsqueeze", {x, 1}), call.call("aten::unsqueeze", {row_out, -1}), kLeast});
  made = call.call("aten::amax", {made, Ints{2}, false});
  made = call.call("aten::masked_fill.Scalar",
                   {call.call("aten::unsqueeze", {made, 2}), column_out, kLeast});
  made = call.call("aten::amax", {made, Ints{3}, false});
  JitValue* none = call.call("aten::eq.Scalar", {made, kLeast});
  return call.call("aten::masked_fill.Scalar", {made, none, 0.0});
}

}  // namespace

void roi_align(OpCall& call) {
  RoiAlign(call).write();
}

void max_roi_pool(OpCall& call) {
  const Ints bins = call.integers("pooled_shape", {});
  if (bins.size() != 2) call.invalid("pooled_shape must be two numbers");
  JitValue* x = call.tensor(0);
  JitValue* regions = call.tensor(1);
  LoopWriter loop(call, call.size(regions, 0), call.constant_value(true));
  loop.collect({});
  loop.begin();
  {
    const tj::WithInsertPoint at(loop.block());
    JitValue* step = loop.iteration().host->elements.front();
    JitValue* region = call.cast(call.call("aten::select.int", {regions, 0, step}), at::kFloat);
    JitValue* batch = call.cast(call.call("aten::select.int", {region, 0, 0}), at::kLong);
    JitValue* image = call.call("aten::select.int", {x, 0, call.call("aten::Int.Tensor", {batch})});
    loop.end_body(call, {loop.condition(),
                         Operand{call.dtype(0), pool_region(call, image, region, bins), {}, {}}});
  }
  call.result(loop.finish().front());
}

}  // namespace joulemark::torch_kit::ops
