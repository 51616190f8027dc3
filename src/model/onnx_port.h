// SPDX-License-Identifier: Apache-2.0
// One input or output of a graph: a ValueInfoProto as a Port.
#pragma once

#include "model/port.h"
#include "model/wire.h"

namespace joulemark::model {

/// Name, kind, element type and shape; what the message does not say stays unknown. Throws what
/// wire's readers throw.
Port read_port(wire::Reader reader);

}  // namespace joulemark::model
