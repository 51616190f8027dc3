// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/op_symbol.h"

#include <utility>

#include "mxnet/mx_errors.h"

namespace joulemark::mx {

Owned<Symbol> variable(const Api& api, const std::string& name) {
  Symbol* symbol = nullptr;
  check(api, Stage::kLoad, api.MXSymbolCreateVariable(name.c_str(), &symbol));
  return {symbol, api.NNSymbolFree};
}

OpSymbol::OpSymbol(const Api& api, const char* op_type, std::vector<const char*> attr_keys,
                   std::vector<const char*> attr_values)
    : type(op_type), keys(std::move(attr_keys)), values(std::move(attr_values)) {
  check(api, Stage::kLoad, api.NNGetOpHandle(type, &op));
}

Owned<Symbol> OpSymbol::over(const Api& api, const std::string& name,
                             std::vector<Symbol*> inputs) const {
  Symbol* symbol = nullptr;
  check(api, Stage::kLoad,
        api.MXSymbolCreateAtomicSymbol(op, static_cast<std::uint32_t>(keys.size()),
                                       const_cast<const char**>(keys.data()),
                                       const_cast<const char**>(values.data()), &symbol));
  Owned<Symbol> owned{symbol, api.NNSymbolFree};
  check(api, Stage::kLoad,
        api.MXSymbolCompose(symbol, name.c_str(), static_cast<std::uint32_t>(inputs.size()),
                            nullptr, inputs.data()));
  return owned;
}

}  // namespace joulemark::mx
