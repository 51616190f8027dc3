// SPDX-License-Identifier: Apache-2.0
// The parameters beside a symbol.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/mapped_file.h"
#include "mxnet/arrays.h"

namespace joulemark::mx {

/// Parameters by name; their elements are the mapped file's.
class SavedParams {
 public:
  /// Those beside the symbol, of this epoch of the training where one is given. Throws
  /// plugin::Failure: JM_INVALID_MODEL where there are none, several of which none was chosen, or
  /// what is no such file; JM_UNSUPPORTED for element types that this engine passes no tensors of.
  SavedParams(const std::string& symbol_path, std::optional<int> epoch);

  /// Null when there is none.
  [[nodiscard]] const Elements* find(const std::string& name) const;
  [[nodiscard]] const std::map<std::string, Elements>& all() const { return all_; }
  /// The file's name, for messages.
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::optional<model::MappedFile> bytes_;
  std::map<std::string, Elements> all_;
};

}  // namespace joulemark::mx
