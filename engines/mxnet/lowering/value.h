// SPDX-License-Identifier: Apache-2.0
// A value while its symbol is written.
#pragma once

#include <memory>
#include <string>

#include "mxnet/arrays.h"

namespace joulemark::mx {

/// A constant, or a result of a symbol. Type and sizes are known of all.
struct Node {
  explicit Node(const Api& api)
      : array(nullptr, api.MXNDArrayFree), symbol(nullptr, api.NNSymbolFree) {}

  Type type = kNoType;
  Ints dims;
  OwnedArray array;      ///< of a constant; null where it depends on an input
  Owned<Symbol> symbol;  ///< null for a constant that no symbol has read yet
  Elements bound;        ///< of an input: what it was when the symbol was written
  std::string name;      ///< of the variable that `symbol` is; empty where it is none
};
using Value = std::shared_ptr<Node>;

}  // namespace joulemark::mx
