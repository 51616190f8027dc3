// SPDX-License-Identifier: Apache-2.0
// What is known of each element type: its name, its width, and how an element becomes a double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::model {

/// How the bits of an element are to be read.
enum class ElementKind {
  kUndefined,
  kFloat,     ///< IEEE or one of the small formats
  kSigned,    ///< two's complement
  kUnsigned,  ///<
  kBool,      ///< one byte, 0 or 1
  kString,    ///< no fixed width
  kComplex,   ///< real part, imaginary part
};

/// One row of the table of element types.
struct DtypeInfo {
  jm_dtype dtype;
  const char* name;  ///< as numpy and ONNX write it: "float32", "int4", "float8e4m3fn"
  ElementKind kind;
  int bits;  ///< of one element; 0 for strings and undefined
};

/// The row of `dtype`; the row of JM_UNDEFINED for a value that is none.
const DtypeInfo& dtype_info(jm_dtype dtype);

/// "float32"; "undefined" for a value that is none.
const char* dtype_name(jm_dtype dtype);

/// The type with this name; "f32", "f16" and "bf16" are understood too.
std::optional<jm_dtype> dtype_from_name(std::string_view name);

/// The type with this number in onnx.TensorProto.DataType; nothing for 0 and unknown numbers.
std::optional<jm_dtype> dtype_from_onnx(std::int64_t number);

/// The largest tensor that is read, generated or held, in bytes.
inline constexpr std::size_t kMaxTensorBytes = std::size_t{1} << 34;

/// Product of dims; 1 for a scalar. Fails on a negative dim or a product that no tensor can have.
Result<std::size_t> element_count(std::span<const std::int64_t> dims);

/// Bytes of a dense tensor, packed types rounded up to whole bytes; 0 for strings. Fails above
/// kMaxTensorBytes.
Result<std::size_t> byte_size(jm_dtype dtype, std::span<const std::int64_t> dims);

/// Element `index` of `data` as a double: bool 0 or 1, the small floats widened, packed types
/// unpacked. For complex types `index` counts the parts. `data` must hold the element.
double element_as_double(jm_dtype dtype, const std::byte* data, std::size_t index);

/// Writes `value` as element `index`, rounded to nearest even and saturated as the type demands.
/// Not for strings.
void set_element(jm_dtype dtype, std::byte* data, std::size_t index, double value);

/// "[2, 3]"; "[]" for a scalar.
std::string format_dims(std::span<const std::int64_t> dims);

}  // namespace joulemark::model
