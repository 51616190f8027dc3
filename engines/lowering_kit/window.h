// SPDX-License-Identifier: Apache-2.0
// The sliding window that convolutions and pooling share, as a node's attributes say it.
#pragma once

#include "lowering_kit/node_call.h"

namespace joulemark::lowering {

enum class AutoPad { kExplicit, kSameUpper, kSameLower, kValid };

/// Attributes of a window over the last axes, one element an axis, checked.
struct Window {
  AutoPad auto_pad = AutoPad::kExplicit;
  Ints strides, dilations;
  Ints begin, end;  ///< the attribute `pads`; all 0 unless auto_pad is kExplicit
  [[nodiscard]] std::size_t axes() const { return strides.size(); }
  /// Whether the padding follows from the image's sizes.
  [[nodiscard]] bool pads_by_size() const {
    return auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower;
  }
};

Window read_window(const NodeCall& call, std::size_t axes);

}  // namespace joulemark::lowering
