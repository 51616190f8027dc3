// SPDX-License-Identifier: Apache-2.0
// What convolutions and pooling share: images as TensorFlow's kernels take them, and padding.
#pragma once

#include <optional>
#include <string>

#include "lowering_kit/padding.h"
#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

using lowering::AutoPad;
using lowering::Padding;
using lowering::read_window;
using lowering::Window;
using lowering::with_overhang;

/// How the kernels of an operation take images.
struct Form {
  bool channels_first;      ///< as the model has them; the optimiser may convert them
  std::size_t axes;         ///< spatial ones of the kernels: 2 or 3; an image of one has one more
  std::size_t model_axes;   ///< spatial ones of the model
  const char* data_format;  ///< "NCHW"

  /// One number for each axis of an image, from one for each spatial axis of the model.
  [[nodiscard]] Ints each_axis(const Ints& spatial, std::int64_t others) const;
  /// The same with two numbers for an axis.
  [[nodiscard]] Ints pairs(const Ints& begin, const Ints& end) const;
};

/// For images of `type` with so many spatial axes; JM_UNSUPPORTED for more than three.
Form form_of(const OpCall& call, Type type, std::size_t axes);

/// The input as that form has it, and a result of it back.
Value to_form(OpCall& call, const Form& form, Value x);
Value from_form(OpCall& call, const Form& form, Value y);

/// What the window asks for. Where the sizes of `x` must be known for it and are not, it is
/// JM_UNSUPPORTED.
Padding padding_of(OpCall& call, const Window& window, Value x, const Ints& kernel);

/// `x`, in the model's form, with `value` around its spatial axes.
Value pad_images(OpCall& call, Value x, const Padding& padding, double value);

/// Sizes of the last axes.
Ints spatial_sizes(OpCall& call, Value x, std::size_t axes);

}  // namespace joulemark::tf::ops
