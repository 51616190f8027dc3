// SPDX-License-Identifier: Apache-2.0
// How much stands around images that a window slides over, where sizes are known numbers.
#pragma once

#include "lowering_kit/window.h"

namespace joulemark::lowering {

/// How many elements stand before and behind each spatial axis.
struct Padding {
  Ints begin, end;
  [[nodiscard]] bool none() const;
  /// As much behind as before, which kernels do themselves.
  [[nodiscard]] bool is_even() const { return begin == end; }
};

/// What the window asks for around an image of these sizes, one an axis; -1 is a size that only a
/// run tells, JM_UNSUPPORTED where the padding depends on it. Not looked at unless
/// window.pads_by_size().
Padding padding_of(const NodeCall& call, const Window& window, const Ints& kernel,
                   const Ints& sizes);

/// What a node of pooling says.
struct PoolingWindow {
  Ints kernel;
  Window window;
  /// How many elements of an axis a window spans.
  [[nodiscard]] std::int64_t reach(std::size_t axis) const;
  [[nodiscard]] bool is_dilated() const;
  /// Whether windows that reach beyond the padded image count (ceil_mode).
  bool is_open_ended = false;
};

PoolingWindow read_pooling_window(const NodeCall& call);

/// What must be added behind each axis so that windows which start inside of the padded image and
/// reach beyond it are counted too: 0, whatever the sizes,
/// unless the window is open-ended. Sizes as for padding_of().
Ints overhang(const NodeCall& call, const PoolingWindow& pool, const Padding& padding,
              const Ints& sizes);

Padding with_overhang(Padding padding, const Ints& more);

}  // namespace joulemark::lowering
