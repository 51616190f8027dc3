// SPDX-License-Identifier: Apache-2.0
// A model that MXNet itself has saved: a symbol.json with its .params.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mxnet/lowering/lower.h"
#include "mxnet/saved/inference.h"
#include "mxnet/saved/saved_params.h"
#include "mxnet/saved/symbol_file.h"
#include "plugin_kit/ports.h"

namespace joulemark::mx {

/// Its inputs are the variables without parameters; labels of a network's training are none.
class SavedSymbol {
 public:
  /// Throws plugin::Failure: as parse_symbol, check_nodes and SavedParams, and JM_INVALID_MODEL for
  /// parameters that the symbol does not read or that are missing.
  SavedSymbol(const Api& api, const std::string& path, std::optional<int> epoch);

  /// Of an image that a convolution reads, rank and channels; else as "__shape__" says, or of any
  /// shape.
  [[nodiscard]] std::vector<plugin::Port> inputs() const;
  [[nodiscard]] const std::vector<plugin::Port>& outputs() const { return outputs_; }

  /// For inputs of these sizes. Parameters borrow the file's bytes, which live as long as this.
  /// Throws plugin::Failure where parameters and inputs do not fit each other.
  [[nodiscard]] Lowered lower(const std::vector<Elements>& inputs) const;

 private:
  [[nodiscard]] Shapes shapes() const;
  [[nodiscard]] Owned<Symbol> whole() const;
  void sort_variables();
  void check_superfluous() const;
  void read_types();
  [[nodiscard]] Sizes sizes_for(Symbol* symbol, const std::vector<Elements>& inputs) const;
  void check_parameters(const Sizes& sizes, const std::vector<Elements>& inputs) const;
  void add_values(const std::vector<Elements>& inputs, const Sizes& sizes, Lowered& lowered) const;
  [[nodiscard]] std::string precision(Symbol* symbol) const;

  const Api& api_;
  std::string name_;  ///< the file's, for messages
  SymbolFile file_;
  SavedParams params_;
  std::vector<std::size_t> inputs_;  ///< places of variables
  std::vector<std::size_t> labels_;
  std::map<std::string, Type> types_;  ///< of variables
  std::vector<plugin::Port> outputs_;
};

}  // namespace joulemark::mx
