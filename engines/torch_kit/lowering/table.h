// SPDX-License-Identifier: Apache-2.0
// The table from (operator, opset range) to ATen calls. It is the documentation of coverage too.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lowering_kit/table.h"
#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit {

using lowering::kMicrosoft;
using lowering::kOnnx;
/// kWidened: unsigned integers without arithmetic in PyTorch come as signed ones.
using lowering::Types;
/// One operator over a range of opset versions of its domain.
using Entry = lowering::Entry<OpCall>;
using Table = lowering::Table<OpCall>;
/// One family, one file of ops/.
using Family = Table::Family;

/// All families, in the order in which they are listed.
std::span<const Family> families();

const Table& table();

/// The entry for a node; null when there is none.
const Entry* find_entry(std::string_view domain, std::string_view name, std::int64_t opset);

}  // namespace joulemark::torch_kit
