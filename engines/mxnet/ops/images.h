// SPDX-License-Identifier: Apache-2.0
// What convolutions and pooling share: how much stands around images.
#pragma once

#include "lowering_kit/padding.h"
#include "mxnet/lowering/op_call.h"

namespace joulemark::mx::ops {

using lowering::AutoPad;
using lowering::Padding;
using lowering::read_window;
using lowering::Window;
using lowering::with_overhang;

/// Sizes of the last axes; the first two are those of the batch and of channels.
Ints spatial_sizes(const OpCall& call, const Value& x, std::size_t axes);

/// What the window asks for.
Padding padding_of(const OpCall& call, const Window& window, const Value& x, const Ints& kernel);

}  // namespace joulemark::mx::ops
