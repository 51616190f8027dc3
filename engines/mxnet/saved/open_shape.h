// SPDX-License-Identifier: Apache-2.0
// What a symbol says of its inputs' shapes, which is little: MXNet is told them when it runs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "lowering_kit/node_call.h"
#include "mxnet/saved/symbol_file.h"

namespace joulemark::mx {

using lowering::Ints;

/// "(1, 3, 224)" → 1, 3, 224; what is not known (0, -1, None) is -1. Nothing for other texts.
std::optional<Ints> shape_of_text(const std::string& text);

/// The sizes of a parameter; nothing where there is none.
using SizesOf = std::function<std::optional<Ints>(const std::string& name)>;

/// The variable's attribute "__shape__"; else, where a convolution reads it (a normalisation or an
/// activation may stand between), rank and channels, all else -1. Nothing where neither tells.
std::optional<Ints> open_shape(const SymbolFile& file, std::size_t variable, const SizesOf& sizes);

}  // namespace joulemark::mx
