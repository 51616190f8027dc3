// SPDX-License-Identifier: Apache-2.0
// The sliding window that convolutions and pooling share, and its padding.
#pragma once

#include <optional>
#include <vector>

#include "lowering_kit/window.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {

using lowering::AutoPad;
using lowering::read_window;
using lowering::Window;

/// How many elements stand before and after each axis, as ints of the graph.
struct Padding {
  std::vector<JitValue*> begin, end;
};

/// What the window asks for on `x`. `kernel`: its sizes, as ints of the graph.
Padding padding_of(OpCall& call, const Window& window, JitValue* x,
                   const std::vector<JitValue*>& kernel);

/// The paddings when both sides of every axis are the same known number.
std::optional<Ints> symmetric(OpCall& call, const Padding& padding);

/// `x` with `value` around its last axes. Negative padding cuts.
JitValue* pad(OpCall& call, JitValue* x, const Padding& padding, const c10::IValue& value);

/// "aten::conv1d" and the like by the number of axes; JM_UNSUPPORTED for more than three.
const char* by_axes(const OpCall& call, std::size_t axes, const char* one, const char* two,
                    const char* three);

}  // namespace joulemark::torch_kit::ops
