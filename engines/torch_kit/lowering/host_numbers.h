// SPDX-License-Identifier: Apache-2.0
// Arithmetic on shapes: what exporters write between Shape and Reshape stays on the host, so that
// it costs no tensor, and no wait for a device.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit {

/// Lowers the node when all that it reads are host numbers or small constants, one at least of the
/// former, and its operator is one of shape arithmetic; else writes nothing and is false.
bool lower_on_host(OpCall& call);

}  // namespace joulemark::torch_kit
