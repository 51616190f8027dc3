// SPDX-License-Identifier: Apache-2.0
// The part of OpenVINO's C interface that this plugin calls, found by name in libopenvino_c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace joulemark::openvino {

// Opaque types of the library.
struct Core;
struct Model;
struct CompiledModel;
struct Request;
struct Tensor;
struct Port;

/// ov_status_e: 0 is success.
using StatusCode = int;
/// ov_element_type_e; its numbers differ between versions, see ov_types.h.
using ElementType = int;

/// ov_shape_t.
struct Shape {
  std::int64_t rank;
  std::int64_t* dims;
};
/// ov_dimension_t, also ov_rank_t: dynamic unless both are equal.
struct Dimension {
  std::int64_t min;
  std::int64_t max;
};
/// ov_partial_shape_t.
struct PartialShape {
  Dimension rank;
  Dimension* dims;
};
/// ov_version_t.
struct Version {
  const char* build;
  const char* description;
};
/// ov_available_devices_t.
struct Devices {
  char** names;
  std::size_t count;
};

// clang-format off
// X(return type, name, parameters)
#define JM_OV_FUNCTIONS(X)                                                                          \
  X(const char*, ov_get_last_err_msg, ())                                                     \
  X(const char*, ov_get_error_info, (StatusCode))                                             \
  X(void, ov_free, (const char*))                                                             \
  X(StatusCode, ov_get_openvino_version, (Version*))                                          \
  X(void, ov_version_free, (Version*))                                                        \
  X(StatusCode, ov_core_create, (Core**))                                                     \
  X(void, ov_core_free, (Core*))                                                              \
  X(StatusCode, ov_core_get_available_devices, (const Core*, Devices*))                       \
  X(void, ov_available_devices_free, (Devices*))                                              \
  X(StatusCode, ov_core_set_property, (const Core*, const char* device, ...))                 \
  X(StatusCode, ov_core_get_property,                                                         \
    (const Core*, const char* device, const char* key, char** value))                               \
  X(StatusCode, ov_core_read_model,                                                           \
    (const Core*, const char* path, const char* weights, Model**))                                  \
  X(StatusCode, ov_core_compile_model,                                                        \
    (const Core*, const Model*, const char* device, std::size_t properties, CompiledModel**, ...))  \
  X(void, ov_model_free, (Model*))                                                            \
  X(StatusCode, ov_model_inputs_size, (const Model*, std::size_t*))                           \
  X(StatusCode, ov_model_outputs_size, (const Model*, std::size_t*))                          \
  X(StatusCode, ov_model_const_input_by_index, (const Model*, std::size_t, Port**))           \
  X(StatusCode, ov_model_const_output_by_index, (const Model*, std::size_t, Port**))          \
  X(bool, ov_model_is_dynamic, (const Model*))                                                \
  X(StatusCode, ov_model_reshape_by_port_indexes,                                             \
    (const Model*, const std::size_t* indexes, const PartialShape*, std::size_t count))             \
  X(StatusCode, ov_port_get_any_name, (const Port*, char**))                                  \
  X(StatusCode, ov_port_get_element_type, (const Port*, ElementType*))                        \
  X(StatusCode, ov_port_get_partial_shape, (const Port*, PartialShape*))                      \
  X(void, ov_partial_shape_free, (PartialShape*))                                             \
  X(void, ov_output_const_port_free, (Port*))                                                 \
  X(StatusCode, ov_compiled_model_get_property,                                               \
    (const CompiledModel*, const char* key, char** value))                                          \
  X(StatusCode, ov_compiled_model_create_infer_request, (const CompiledModel*, Request**))    \
  X(void, ov_compiled_model_free, (CompiledModel*))                                           \
  X(StatusCode, ov_infer_request_set_input_tensor_by_index,                                   \
    (Request*, std::size_t, const Tensor*))                                                         \
  X(StatusCode, ov_infer_request_get_output_tensor_by_index,                                  \
    (const Request*, std::size_t, Tensor**))                                                        \
  X(StatusCode, ov_infer_request_infer, (Request*))                                           \
  X(void, ov_infer_request_free, (Request*))                                                  \
  X(StatusCode, ov_tensor_create, (ElementType, Shape, Tensor**))                             \
  X(StatusCode, ov_tensor_create_from_host_ptr, (ElementType, Shape, void*, Tensor**))        \
  X(StatusCode, ov_tensor_get_shape, (const Tensor*, Shape*))                                 \
  X(StatusCode, ov_shape_free, (Shape*))                                                      \
  X(StatusCode, ov_tensor_get_element_type, (const Tensor*, ElementType*))                    \
  X(StatusCode, ov_tensor_get_size, (const Tensor*, std::size_t*))                            \
  X(StatusCode, ov_tensor_get_byte_size, (const Tensor*, std::size_t*))                       \
  X(StatusCode, ov_tensor_data, (const Tensor*, void**))                                      \
  X(void, ov_tensor_free, (Tensor*))
// clang-format on

/// The functions by name.
struct Api {
#define JM_OV_MEMBER(result, name, parameters) result(*name) parameters = nullptr;
  JM_OV_FUNCTIONS(JM_OV_MEMBER)
#undef JM_OV_MEMBER
};

/// An opened library.
struct Library {
  Api api;
  std::string path;
  std::string version;  ///< "2026.4.1"
  std::string build;    ///< "2026.4.1-22982-…"
};

/// Opens `libopenvino_c.so*` in `folder`. Throws plugin::Failure: JM_LIBRARY_MISSING,
/// JM_LIBRARY_UNUSABLE.
Library open_library(const std::string& folder);

}  // namespace joulemark::openvino
