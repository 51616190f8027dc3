// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/regions.h"

#include <limits>
#include <string>

#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

constexpr double kLeast = -std::numeric_limits<double>::infinity();

/// Where the samples of one dimension lie: [regions, bins, samples] each.
struct Samples {
  Value low, high;  ///< the pixels on both sides: int64
  Value weight_low, weight_high;
  Value used;   ///< whether the sample is one of the region's
  Value count;  ///< of samples in a bin: [regions, 1, 1]
};

class RoiAlign {
 public:
  explicit RoiAlign(OpCall& call)
      : call_(call),
        half_(call.opset() >= 16 &&
              call.text("coordinate_transformation_mode", "half_pixel") == "half_pixel"),
        mode_(call.text("mode", "avg")),
        samples_(call.integer("sampling_ratio", 0)),
        type_(call.type(0) == kDouble ? kDouble : kFloat) {
    if (call.rank(0) != 4) call.invalid("its images are not of two dimensions");
    if (mode_ != "avg" && mode_ != "max") call.unsupported("mode '" + mode_ + "'");
  }

  void write() {
    const Samples y = along(1, 2, call_.integer("output_height", 1));
    const Samples x = along(0, 3, call_.integer("output_width", 1));
    const Value last = channels_last(call_, call_.cast(call_.tensor(0), type_));
    pixels_ = call_.reshape(
        last, ops::joined(call_, {call_.ints({-1}), part(call_, call_.shape(last), 3, 4)}));
    Value corners = weighed(rows(y.low), rows(y.weight_low), x);
    corners = joined(corners, weighed(rows(y.high), rows(y.weight_high), x));
    const Value pooled = mode_ == "max" ? most(corners, y, x) : mean(corners, y, x);
    call_.result(call_.cast(call_.transpose(pooled, {0, 3, 1, 2}), call_.type(0)));
  }

 private:
  Value number(double value) { return call_.scalar(value, type_); }
  Value op(const char* name, Value a, Value b) { return call_.op(name, {a, b}); }
  Value chosen(Value where, Value yes, Value no) { return call_.op("SelectV2", {where, yes, no}); }
  Value joined(Value a, Value b) { return op(mode_ == "max" ? "Maximum" : "AddV2", a, b); }

  /// 0, 1, … along one of three axes.
  Value counted(Value count, const Ints& sizes) {
    const Value range = call_.op("Range", {call_.int_scalar(0), count, call_.int_scalar(1)});
    return call_.reshape(call_.cast(range, type_), sizes);
  }

  /// One coordinate of the regions' corners, of (x1, y1, x2, y2): [regions, 1, 1].
  Value corner(std::int64_t i) {
    const Value one = call_.op("GatherV2", {call_.cast(call_.tensor(1), type_), call_.int_scalar(i),
                                            call_.int_scalar(1, kInt32)});
    const Value scaled = op("Mul", one, number(call_.real("spatial_scale", 1)));
    return call_.reshape(op("Sub", scaled, number(half_ ? 0.5 : 0)), Ints{-1, 1, 1});
  }

  /// Samples in a bin of each region; `all`: the most of them, an int64 scalar.
  Value sample_count(Value bin, Value& all) {
    all = call_.int_scalar(samples_);
    if (samples_ > 0) return number(static_cast<double>(samples_));
    const Value count = op("Maximum", call_.op("Ceil", {bin}), number(0));
    const Value largest = call_.op("Max", {count, call_.ints({0, 1, 2}, kInt32)});
    // A region of no size has no samples, and no regions have no largest one.
    all = call_.cast(op("Maximum", largest, number(1)), kInt64);
    return count;
  }

  Samples along(std::int64_t first, std::int64_t axis, std::int64_t bins) {
    const Value start = corner(first);
    Value length = op("Sub", corner(first + 2), start);
    if (!half_) length = op("Maximum", length, number(1));
    const Value bin = op("RealDiv", length, number(static_cast<double>(bins)));
    Samples made{};
    Value all;
    made.count = sample_count(bin, all);
    const Value sample = counted(all, {1, 1, -1});
    const Value part = op("RealDiv", op("AddV2", sample, number(0.5)), made.count);
    const Value at = op("AddV2", counted(call_.int_scalar(bins), {1, -1, 1}), part);
    made.used = op("Less", sample, made.count);
    weigh(made, op("AddV2", start, op("Mul", at, bin)),
          call_.cast(size_of_axis(call_, call_.tensor(0), axis), type_));
    return made;
  }

  void weigh(Samples& samples, Value position, Value size) {
    const Value last = op("Sub", size, number(1));
    const Value near =
        op("LogicalAnd", op("GreaterEqual", position, number(-1)), op("LessEqual", position, size));
    const Value inside = op("LogicalAnd", near, samples.used);
    const Value clamped = op("Minimum", op("Maximum", position, number(0)), last);
    // What no sample is may be no number: it reads pixel 0 and counts for nothing.
    const Value at = chosen(inside, clamped, number(0));
    const Value low = call_.op("Floor", {at});
    const Value fraction = op("Sub", at, low);
    samples.weight_high = chosen(inside, fraction, number(0));
    samples.weight_low = chosen(inside, op("Sub", number(1), fraction), number(0));
    samples.low = call_.cast(low, kInt64);
    samples.high = call_.cast(op("Minimum", op("AddV2", low, number(1)), last), kInt64);
  }

  Value widened(Value x, std::int64_t axis) {
    return call_.op("ExpandDims", {x, call_.int_scalar(axis, kInt32)});
  }
  /// Of the rows [regions, bins, samples, 1, 1], of the columns [regions, 1, 1, bins, samples].
  Value rows(Value x) { return widened(widened(x, -1), -1); }
  Value columns(Value x) { return widened(widened(x, 1), 1); }

  /// The pixels on both sides of each sample in a row, weighed: [regions, row bins, row samples,
  /// column bins, column samples, channels].
  Value weighed(Value row, Value weight, const Samples& x) {
    return joined(pixel(row, columns(x.low), op("Mul", weight, columns(x.weight_low))),
                  pixel(row, columns(x.high), op("Mul", weight, columns(x.weight_high))));
  }

  Value pixel(Value row, Value column, Value weight) {
    const Value image = call_.tensor(0);
    const Value batch = call_.reshape(call_.cast(call_.tensor(2), kInt64), Ints{-1, 1, 1, 1, 1});
    Value at = op("AddV2", op("Mul", batch, size_of_axis(call_, image, 2)), row);
    at = op("AddV2", op("Mul", at, size_of_axis(call_, image, 3)), column);
    const Value read = call_.op("GatherV2", {pixels_, at, call_.int_scalar(0, kInt32)});
    return op("Mul", read, widened(weight, -1));
  }

  Value mean(Value samples, const Samples& y, const Samples& x) {
    const Value total = call_.op("Sum", {samples, call_.ints({2, 4}, kInt32)});
    const Value count = op("Maximum", op("Mul", y.count, x.count), number(1));
    const bool scalar = call_.rank_of(count) == 0;
    return op("RealDiv", total, scalar ? count : widened(count, -1));
  }

  Value most(Value samples, const Samples& y, const Samples& x) {
    const Value used = widened(op("LogicalAnd", rows(y.used), columns(x.used)), -1);
    const Value largest =
        call_.op("Max", {chosen(used, samples, number(kLeast)), call_.ints({2, 4}, kInt32)});
    return chosen(op("Equal", largest, number(kLeast)), number(0), largest);
  }

  OpCall& call_;
  bool half_;
  std::string mode_;
  std::int64_t samples_;
  Type type_;
  Value pixels_;  ///< of all images: [pixels, channels]
};

}  // namespace

void roi_align(OpCall& call) {
  RoiAlign(call).write();
}

}  // namespace joulemark::tf::ops
