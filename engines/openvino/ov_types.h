// SPDX-License-Identifier: Apache-2.0
// Element types: the C interface numbers them anew in some versions, so that the numbers are
// measured.
#pragma once

#include <vector>

#include "joulemark/engine_abi.h"
#include "ov_api.h"

namespace joulemark::openvino {

/// The element types of one library. Types that one side lacks have no counterpart.
class ElementTypes {
 public:
  /// Asks the library for the sizes of a few types, which tells which numbering it has.
  explicit ElementTypes(const Api& api);

  /// JM_UNDEFINED for a type that the engine interface lacks (u1, nf4 …) or that is dynamic.
  [[nodiscard]] jm_dtype from_library(ElementType type) const;
  /// Throws JM_UNSUPPORTED for a type that OpenVINO lacks.
  [[nodiscard]] ElementType to_library(jm_dtype type) const;

 private:
  std::vector<jm_dtype> types_;  ///< by the library's number
};

}  // namespace joulemark::openvino
