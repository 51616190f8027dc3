// SPDX-License-Identifier: Apache-2.0
// Images sampled at positions that the model computes.
#include <string>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

enum class Outside { kZero, kBorder, kReflected };

/// One pixel that a sample reads along an axis.
struct Tap {
  Value place;   ///< int64, inside of the image
  Value weight;  ///< 0 where the sample lies outside and reads nothing
};

/// Samples of a node. All positions are [batch, samples], in float32 or double.
class Sampler {
 public:
  explicit Sampler(OpCall& call)
      : call_(call),
        mode_(call.text("mode", "linear")),
        aligned_(call.integer("align_corners", 0) != 0),
        type_(call.type(0) == kDouble ? kDouble : kFloat),
        axes_(call.rank(0) - 2) {
    if (mode_ == "bilinear") mode_ = "linear";
    if (mode_ == "bicubic") mode_ = "cubic";
    if (mode_ != "linear" && mode_ != "nearest" && mode_ != "cubic")
      call.unsupported("mode '" + mode_ + "'");
    const std::string padding = call.text("padding_mode", "zeros");
    if (padding != "zeros" && padding != "border" && padding != "reflection")
      call.unsupported("padding_mode '" + padding + "'");
    outside_ = padding == "zeros"    ? Outside::kZero
               : padding == "border" ? Outside::kBorder
                                     : Outside::kReflected;
    if (axes_ != 2 && axes_ != 3) call.unsupported("an input of rank " + std::to_string(axes_ + 2));
    if (axes_ == 3 && mode_ == "cubic") call.unsupported("cubic interpolation of volumes");
  }

  void write() {
    for (std::int64_t axis = 0; axis < axes_; ++axis) taps_.push_back(taps_along(axis));
    const Value last = channels_last(call_, call_.cast(call_.tensor(0), type_));
    const Value shape = call_.shape(last);
    pixels_ = call_.reshape(last, joined(call_, {part(call_, shape, 0, 1), call_.ints({-1}),
                                                 part(call_, shape, axes_ + 1, axes_ + 2)}));
    const Value sum = gathered(0, {}, {});
    const Value sizes = call_.shape(call_.tensor(1));
    const Value image = call_.reshape(
        sum, joined(call_,
                    {part(call_, sizes, 0, axes_ + 1), part(call_, shape, axes_ + 1, axes_ + 2)}));
    call_.result(call_.cast(channels_first(call_, image), call_.type(0)));
  }

 private:
  Value number(double value) { return call_.scalar(value, type_); }
  Value op(const char* name, Value a, Value b) { return call_.op(name, {a, b}); }
  Value size(std::int64_t axis) {
    return call_.cast(size_of_axis(call_, call_.tensor(0), axis + 2), type_);
  }

  /// Where samples lie along an axis, in pixels. The grid has the last axis first.
  Value positions(std::int64_t axis) {
    const Value grid = call_.cast(call_.tensor(1), type_);
    const Value one = call_.op("GatherV2", {grid, call_.int_scalar(axes_ - 1 - axis),
                                            call_.int_scalar(axes_ + 1, kInt32)});
    const Value flat = flattened(call_, one, 1);
    const Value from_edge = op("AddV2", flat, number(1));
    const Value half = number(0.5);
    if (aligned_) return op("Mul", op("Mul", from_edge, half), op("Sub", size(axis), number(1)));
    return op("Mul", op("Sub", op("Mul", from_edge, size(axis)), number(1)), half);
  }

  Value clamped(Value x, std::int64_t axis) {
    return op("Minimum", op("Maximum", x, number(0)), op("Sub", size(axis), number(1)));
  }

  /// Mirrored at the centres of the outer pixels, or at their edges.
  Value reflected(Value x, std::int64_t axis) {
    const Value low = number(aligned_ ? 0 : -0.5);
    const Value span = aligned_ ? op("Sub", size(axis), number(1)) : size(axis);
    const Value distance = call_.op("Abs", {op("Sub", x, low)});
    // An image of one pixel that is mirrored at its centre is that pixel.
    const Value safe = op("Maximum", span, number(aligned_ ? 1 : 0));
    const Value twice = op("FloorMod", distance, op("Mul", safe, number(2)));
    const Value back = op("Minimum", twice, op("Sub", op("Mul", safe, number(2)), twice));
    return op("AddV2", back, low);
  }

  /// A position brought inside as `outside_` says.
  Value inside(Value x, std::int64_t axis) {
    if (outside_ == Outside::kZero) return x;
    return clamped(outside_ == Outside::kReflected ? reflected(x, axis) : x, axis);
  }

  /// A whole position as a tap.
  Tap tap(Value place, Value weight, std::int64_t axis) {
    const Value within = clamped(place, axis);
    if (outside_ == Outside::kZero)
      weight = call_.op("SelectV2", {op("Equal", within, place), weight, number(0)});
    return {call_.cast(within, kInt64), weight};
  }

  std::vector<Tap> taps_along(std::int64_t axis) {
    const Value x = positions(axis);
    if (mode_ == "cubic") return cubic_taps(x, axis);
    const Value at = inside(x, axis);
    if (mode_ == "nearest") return {tap(call_.op("Rint", {at}), number(1), axis)};
    const Value low = call_.op("Floor", {at});
    const Value fraction = op("Sub", at, low);
    return {tap(low, op("Sub", number(1), fraction), axis),
            tap(op("AddV2", low, number(1)), fraction, axis)};
  }

  /// a x³ + b x² + c x + d.
  Value polynomial(Value x, double a, double b, double c, double d) {
    Value y = op("AddV2", op("Mul", x, number(a)), number(b));
    y = op("AddV2", op("Mul", x, y), number(c));
    return op("AddV2", op("Mul", x, y), number(d));
  }

  /// Keys' cubic convolution with -0.75.
  std::vector<Tap> cubic_taps(Value x, std::int64_t axis) {
    constexpr double kSharpness = -0.75;
    const Value low = call_.op("Floor", {x});
    const Value t = op("Sub", x, low);
    const Value rest = op("Sub", number(1), t);
    const auto near = [&](Value d) {
      return polynomial(d, kSharpness + 2, -(kSharpness + 3), 0, 1);
    };
    const auto far = [&](Value d) {
      return polynomial(op("AddV2", d, number(1)), kSharpness, -5 * kSharpness, 8 * kSharpness,
                        -4 * kSharpness);
    };
    const auto at = [&](double offset, Value weight) {
      return tap(inside(op("AddV2", low, number(offset)), axis), weight, axis);
    };
    return {at(-1, far(t)), at(0, near(t)), at(1, near(rest)), at(2, far(rest))};
  }

  /// The sum over all taps of this axis and those behind it: [batch, samples, channels]. `place`:
  /// in the flat image, `weight`: of the axes in front; nothing in front of the first.
  Value gathered(std::size_t axis, const std::optional<Value>& place,
                 const std::optional<Value>& weight) {
    if (axis == taps_.size()) {
      const Value read =
          call_.op("GatherV2", {pixels_, *place, call_.int_scalar(1, kInt32)}, {{"batch_dims", 1}});
      return op("Mul", read, call_.op("ExpandDims", {*weight, call_.int_scalar(2, kInt32)}));
    }
    std::optional<Value> sum;
    const Value length = size_of_axis(call_, call_.tensor(0), static_cast<std::int64_t>(axis) + 2);
    for (const Tap& tap : taps_[axis]) {
      const Value at = place ? op("AddV2", op("Mul", *place, length), tap.place) : tap.place;
      const Value part =
          gathered(axis + 1, at, weight ? op("Mul", *weight, tap.weight) : tap.weight);
      sum = sum ? op("AddV2", *sum, part) : part;
    }
    return *sum;
  }

  OpCall& call_;
  std::string mode_;
  bool aligned_;
  Type type_;
  std::int64_t axes_;
  Outside outside_ = Outside::kZero;
  std::vector<std::vector<Tap>> taps_;  ///< of each axis
  Value pixels_;                        ///< [batch, pixels, channels]
};

void grid_sample(OpCall& call) {
  Sampler(call).write();
}

/// Positions from -1 to 1 along an axis of `size`: of the outer pixels' centres, or of the edges.
Value steps(OpCall& call, Value size, Type type) {
  const bool aligned = call.integer("align_corners", 0) != 0;
  const auto number = [&](double value) { return call.scalar(value, type); };
  const Value count = call.cast(size, type);
  const Value range =
      call.cast(call.op("Range", {call.int_scalar(0), size, call.int_scalar(1)}), type);
  const Value from = aligned ? range : call.op("AddV2", {range, number(0.5)});
  const Value length =
      aligned ? call.op("Maximum", {call.op("Sub", {count, number(1)}), number(1)}) : count;
  const Value scaled = call.op("RealDiv", {call.op("Mul", {from, number(2)}), length});
  return call.op("Sub", {scaled, number(1)});
}

/// theta [batch, axes, axes + 1] times the positions of an image's pixels, the last axis first.
void affine_grid(OpCall& call) {
  const Value theta = call.tensor(0);
  const Type type = call.graph.type(theta);
  const std::int64_t axes = call.dims_of(theta)[1];
  if (axes != 2 && axes != 3) call.unsupported("images of other than two or three dimensions");
  const Value sizes = call.cast(call.tensor(1), kInt64);
  const Value image = part(call, sizes, 2, 2 + axes);
  std::vector<Value> coordinates;
  for (std::int64_t axis = axes; axis-- > 0;) {
    Ints dims(static_cast<std::size_t>(axes), 1);
    dims[static_cast<std::size_t>(axis)] = -1;
    const Value line = call.reshape(steps(call, element(call, image, axis), type), dims);
    coordinates.push_back(call.op("BroadcastTo", {line, image}, {{"Tidx", kInt64}}));
  }
  coordinates.push_back(call.op("Fill", {image, call.scalar(1, type)}, {{"index_type", kInt64}}));
  const Value points = call.op("Pack", {coordinates}, {{"axis", axes}});
  const Value rows =
      call.op("ExpandDims", {call.reshape(points, Ints{-1, axes + 1}), call.int_scalar(0, kInt32)});
  const Value grid = call.op("BatchMatMulV2", {rows, theta}, {{"adj_y", true}});
  call.result(
      call.reshape(grid, joined(call, {part(call, sizes, 0, 1), image, call.ints({axes})})));
}

constexpr Entry kEntries[] = {
    {"GridSample", 16, grid_sample},
    {"AffineGrid", 20, affine_grid},
};

}  // namespace

std::span<const Entry> vision() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
