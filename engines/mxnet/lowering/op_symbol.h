// SPDX-License-Identifier: Apache-2.0
// One operator of MXNet with its attributes, before it has inputs.
#pragma once

#include <string>
#include <vector>

#include "mxnet/arrays.h"

namespace joulemark::mx {

/// A variable that is called `name`. Throws plugin::Failure.
Owned<Symbol> variable(const Api& api, const std::string& name);

struct OpSymbol {
  /// `keys` and `values` outlive this. Throws plugin::Failure for an operator that MXNet lacks.
  OpSymbol(const Api& api, const char* type, std::vector<const char*> keys,
           std::vector<const char*> values);

  /// A new symbol of it over these. Throws plugin::Failure for attributes that it does not take.
  [[nodiscard]] Owned<Symbol> over(const Api& api, const std::string& name,
                                   std::vector<Symbol*> inputs) const;

  const char* type;
  Operator* op = nullptr;
  std::vector<const char*> keys;
  std::vector<const char*> values;
};

}  // namespace joulemark::mx
