// SPDX-License-Identifier: Apache-2.0
// Measures how the library numbers its element types.
#include "ov_types.h"

#include <algorithm>

#include "plugin_kit/ports.h"

namespace joulemark::openvino {
namespace {

/// Bytes of eight elements of the type with this number; 0 for none.
std::size_t bytes_of_eight(const Api& api, ElementType type) {
  std::int64_t dims[] = {8};
  Tensor* tensor = nullptr;
  if (api.ov_tensor_create(type, Shape{1, dims}, &tensor) != 0 || tensor == nullptr) return 0;
  std::size_t bytes = 0;
  if (api.ov_tensor_get_byte_size(tensor, &bytes) != 0) bytes = 0;
  api.ov_tensor_free(tensor);
  return bytes;
}

}  // namespace

ElementTypes::ElementTypes(const Api& api) {
  // Number 5 is f64 where the list starts with dynamic, and f32 where undefined stood before it.
  if (bytes_of_eight(api, 5) == 8 * sizeof(float)) types_.push_back(JM_UNDEFINED);
  types_.push_back(JM_UNDEFINED);  // dynamic
  const auto add = [this](std::initializer_list<jm_dtype> more) {
    types_.insert(types_.end(), more.begin(), more.end());
  };
  add({JM_BOOL, JM_BFLOAT16, JM_FLOAT16, JM_FLOAT32, JM_FLOAT64, JM_INT4, JM_INT8, JM_INT16,
       JM_INT32, JM_INT64, JM_UNDEFINED /* u1 */});
  // Newer versions have u2, u3 and u6 among the others.
  const bool has_odd_sizes = bytes_of_eight(api, static_cast<ElementType>(types_.size())) == 2;
  if (has_odd_sizes) add({JM_UINT2, JM_UNDEFINED /* u3 */});
  add({JM_UINT4});
  if (has_odd_sizes) add({JM_UNDEFINED /* u6 */});
  add({JM_UINT8, JM_UINT16, JM_UINT32, JM_UINT64, JM_UNDEFINED /* nf4 */, JM_FLOAT8E4M3FN,
       JM_FLOAT8E5M2, JM_STRING, JM_FLOAT4E2M1, JM_FLOAT8E8M0});
}

jm_dtype ElementTypes::from_library(ElementType type) const {
  const auto index = static_cast<std::size_t>(type);
  return index < types_.size() ? types_[index] : JM_UNDEFINED;
}

ElementType ElementTypes::to_library(jm_dtype type) const {
  const auto found = std::find(types_.begin(), types_.end(), type);
  if (type == JM_UNDEFINED || found == types_.end())
    plugin::fail(JM_UNSUPPORTED, "OpenVINO has no element type '" + plugin::dtype_name(type) + "'");
  return static_cast<ElementType>(found - types_.begin());
}

}  // namespace joulemark::openvino
