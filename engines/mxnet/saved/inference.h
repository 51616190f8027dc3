// SPDX-License-Identifier: Apache-2.0
// MXNet's own rules for a whole symbol: which sizes and types follow from those that are known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mxnet/arrays.h"

namespace joulemark::mx {

/// What one of the library's lists of names holds.
std::vector<std::string> names_by(const Api& api,
                                  int (*list)(Symbol*, std::uint32_t*, const char***),
                                  Symbol* symbol);

/// By the names of variables; without those that stay unknown.
struct Sizes {
  std::map<std::string, Ints> of;
  bool complete = false;  ///< those of every value inside are known
};

/// `known`: of arguments of the symbol. Throws plugin::Failure where they contradict each other.
Sizes infer_sizes(const Api& api, Symbol* symbol, const std::map<std::string, Ints>& known,
                  Shapes shapes);

/// kNoType: unknown.
struct Types {
  std::map<std::string, Type> of_arguments;
  std::vector<Type> of_outputs;  ///< in the symbol's order
};

/// `known`: of variables; those that are no arguments of the symbol are left out.
Types infer_types(const Api& api, Symbol* symbol, const std::map<std::string, Type>& known);

}  // namespace joulemark::mx
