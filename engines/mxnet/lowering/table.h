// SPDX-License-Identifier: Apache-2.0
// The table from (operator, opset range) to MXNet's operators. It is the documentation of coverage
// too.
#pragma once

#include <span>

#include "lowering_kit/table.h"
#include "mxnet/lowering/op_call.h"

namespace joulemark::mx {

using Entry = lowering::Entry<OpCall>;
using Table = lowering::Table<OpCall>;
/// One family, one file of ops/.
using Family = Table::Family;

/// All families, in the order in which they are listed.
std::span<const Family> families();

const Table& table();

}  // namespace joulemark::mx
