// SPDX-License-Identifier: Apache-2.0
// Short ways to write what entries write often.
#pragma once

#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

// Ints of the graph.
JitValue* add(OpCall& call, JitValue* a, JitValue* b);
JitValue* sub(OpCall& call, JitValue* a, JitValue* b);
JitValue* mul(OpCall& call, JitValue* a, JitValue* b);
JitValue* floor_div(OpCall& call, JitValue* a, JitValue* b);
JitValue* int_constant(OpCall& call, std::int64_t value);
std::vector<JitValue*> constants(OpCall& call, const Ints& values);

/// An argument that may be left out: null is None.
tj::NamedValue or_none(JitValue* value);

/// `value` with other sizes; -1 once for what remains.
JitValue* reshape(OpCall& call, JitValue* value, const std::vector<JitValue*>& sizes);

}  // namespace joulemark::torch_kit::ops
