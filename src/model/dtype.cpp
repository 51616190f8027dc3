// SPDX-License-Identifier: Apache-2.0
// The table of element types, and the widening and rounding of their elements.
#include "model/dtype.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "model/small_float.h"

namespace joulemark::model {
namespace {

constexpr DtypeInfo kDtypes[] = {
    {JM_UNDEFINED, "undefined", ElementKind::kUndefined, 0},
    {JM_FLOAT32, "float32", ElementKind::kFloat, 32},
    {JM_UINT8, "uint8", ElementKind::kUnsigned, 8},
    {JM_INT8, "int8", ElementKind::kSigned, 8},
    {JM_UINT16, "uint16", ElementKind::kUnsigned, 16},
    {JM_INT16, "int16", ElementKind::kSigned, 16},
    {JM_INT32, "int32", ElementKind::kSigned, 32},
    {JM_INT64, "int64", ElementKind::kSigned, 64},
    {JM_STRING, "string", ElementKind::kString, 0},
    {JM_BOOL, "bool", ElementKind::kBool, 8},
    {JM_FLOAT16, "float16", ElementKind::kFloat, 16},
    {JM_FLOAT64, "float64", ElementKind::kFloat, 64},
    {JM_UINT32, "uint32", ElementKind::kUnsigned, 32},
    {JM_UINT64, "uint64", ElementKind::kUnsigned, 64},
    {JM_COMPLEX64, "complex64", ElementKind::kComplex, 64},
    {JM_COMPLEX128, "complex128", ElementKind::kComplex, 128},
    {JM_BFLOAT16, "bfloat16", ElementKind::kFloat, 16},
    {JM_FLOAT8E4M3FN, "float8e4m3fn", ElementKind::kFloat, 8},
    {JM_FLOAT8E4M3FNUZ, "float8e4m3fnuz", ElementKind::kFloat, 8},
    {JM_FLOAT8E5M2, "float8e5m2", ElementKind::kFloat, 8},
    {JM_FLOAT8E5M2FNUZ, "float8e5m2fnuz", ElementKind::kFloat, 8},
    {JM_UINT4, "uint4", ElementKind::kUnsigned, 4},
    {JM_INT4, "int4", ElementKind::kSigned, 4},
    {JM_FLOAT4E2M1, "float4e2m1", ElementKind::kFloat, 4},
    {JM_FLOAT8E8M0, "float8e8m0", ElementKind::kFloat, 8},
    {JM_UINT2, "uint2", ElementKind::kUnsigned, 2},
    {JM_INT2, "int2", ElementKind::kSigned, 2},
};

template <class T>
T load(const std::byte* data, std::size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

template <class T>
void store(std::byte* data, std::size_t index, T value) {
  std::memcpy(data + index * sizeof(T), &value, sizeof(T));
}

/// The bits of an element that is narrower than a byte.
unsigned load_packed(const std::byte* data, std::size_t index, int bits) {
  const std::size_t per_byte = 8 / static_cast<std::size_t>(bits);
  const unsigned shift = static_cast<unsigned>(index % per_byte) * static_cast<unsigned>(bits);
  return (std::to_integer<unsigned>(data[index / per_byte]) >> shift) & ((1u << bits) - 1u);
}

void store_packed(std::byte* data, std::size_t index, int bits, unsigned value) {
  const std::size_t per_byte = 8 / static_cast<std::size_t>(bits);
  const unsigned shift = static_cast<unsigned>(index % per_byte) * static_cast<unsigned>(bits);
  const unsigned mask = ((1u << bits) - 1u) << shift;
  std::byte& target = data[index / per_byte];
  target = static_cast<std::byte>((std::to_integer<unsigned>(target) & ~mask) |
                                  ((value << shift) & mask));
}

double sign_extended(unsigned value, int bits) {
  const int signed_value = static_cast<int>(value);
  return signed_value >= (1 << (bits - 1)) ? signed_value - (1 << bits) : signed_value;
}

template <class T>
T saturated(double value) {
  if (std::isnan(value)) return 0;
  const double rounded = std::nearbyint(value);
  // 2^63 and 2^64 are exact as doubles and one above the largest value, hence >=.
  const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (rounded >= above) return std::numeric_limits<T>::max();
  if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) {
    return std::numeric_limits<T>::min();
  }
  return static_cast<T>(rounded);
}

unsigned saturated_bits(double value, const DtypeInfo& info) {
  const double low = info.kind == ElementKind::kSigned ? -(1 << (info.bits - 1)) : 0;
  const double high = low + (1 << info.bits) - 1;
  const double rounded = std::isnan(value) ? 0 : std::nearbyint(value);
  const int clamped = static_cast<int>(std::clamp(rounded, low, high));
  return static_cast<unsigned>(clamped) & ((1u << info.bits) - 1u);
}

/// Calls `visit` with a value of the C++ type that elements (of complex types: parts) have; false
/// where C++ has none.
template <class Visit>
bool with_native_type(jm_dtype dtype, Visit visit) {
  switch (dtype) {
    case JM_FLOAT32:
    case JM_COMPLEX64:
      return visit(float{}), true;
    case JM_FLOAT64:
    case JM_COMPLEX128:
      return visit(double{}), true;
    case JM_INT8:
      return visit(std::int8_t{}), true;
    case JM_INT16:
      return visit(std::int16_t{}), true;
    case JM_INT32:
      return visit(std::int32_t{}), true;
    case JM_INT64:
      return visit(std::int64_t{}), true;
    case JM_UINT8:
      return visit(std::uint8_t{}), true;
    case JM_UINT16:
      return visit(std::uint16_t{}), true;
    case JM_UINT32:
      return visit(std::uint32_t{}), true;
    case JM_UINT64:
      return visit(std::uint64_t{}), true;
    default:
      return false;
  }
}

}  // namespace

const DtypeInfo& dtype_info(jm_dtype dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  return index < std::size(kDtypes) ? kDtypes[index] : kDtypes[0];
}

const char* dtype_name(jm_dtype dtype) {
  return dtype_info(dtype).name;
}

std::optional<jm_dtype> dtype_from_name(std::string_view name) {
  if (name == "f32") return JM_FLOAT32;
  if (name == "f16") return JM_FLOAT16;
  if (name == "bf16") return JM_BFLOAT16;
  for (const DtypeInfo& info : kDtypes) {
    if (info.dtype != JM_UNDEFINED && name == info.name) return info.dtype;
  }
  return std::nullopt;
}

std::optional<jm_dtype> dtype_from_onnx(std::int64_t number) {
  if (number <= 0 || number >= static_cast<std::int64_t>(std::size(kDtypes))) return std::nullopt;
  return static_cast<jm_dtype>(number);
}

Result<std::size_t> element_count(std::span<const std::int64_t> dims) {
  std::size_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : dims) {
    if (dim < 0) {
      return fail(ErrorKind::kFailed,
                  fmt::format("shape {} has a negative dimension", format_dims(dims)));
    }
    if (dim == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(count, static_cast<std::size_t>(dim), &count)) {
      return fail(ErrorKind::kFailed, fmt::format("shape {} is too large", format_dims(dims)));
    }
  }
  return empty ? 0 : count;
}

Result<std::size_t> byte_size(jm_dtype dtype, std::span<const std::int64_t> dims) {
  const auto count = element_count(dims);
  if (!count) return fail(count.error());
  const auto bits = static_cast<std::size_t>(dtype_info(dtype).bits);
  if (bits != 0 && *count > kMaxTensorBytes / bits * 8) {
    return fail(ErrorKind::kFailed,
                fmt::format("a {} tensor of shape {} needs more than {} GiB", dtype_name(dtype),
                            format_dims(dims), kMaxTensorBytes >> 30));
  }
  if (bits == 0 && *count > kMaxTensorBytes / sizeof(std::string)) {
    return fail(ErrorKind::kFailed, fmt::format("shape {} is too large", format_dims(dims)));
  }
  return (*count * bits + 7) / 8;
}

double element_as_double(jm_dtype dtype, const std::byte* data, std::size_t index) {
  double value = 0;
  const bool native = with_native_type(
      dtype, [&]<class T>(T) { value = static_cast<double>(load<T>(data, index)); });
  if (native) return value;
  const DtypeInfo& info = dtype_info(dtype);
  if (dtype == JM_BOOL) return data[index] != std::byte{0} ? 1 : 0;
  if (info.bits == 16) return widen(dtype, load<std::uint16_t>(data, index));
  if (info.bits == 8) return widen(dtype, load<std::uint8_t>(data, index));
  if (info.bits == 0) return 0;
  const unsigned bits = load_packed(data, index, info.bits);
  if (info.kind == ElementKind::kFloat) return widen(dtype, bits);
  return info.kind == ElementKind::kSigned ? sign_extended(bits, info.bits) : bits;
}

void set_element(jm_dtype dtype, std::byte* data, std::size_t index, double value) {
  const bool native = with_native_type(dtype, [&]<class T>(T) {
    if constexpr (std::is_integral_v<T>) {
      store(data, index, saturated<T>(value));
    } else {
      store(data, index, static_cast<T>(value));
    }
  });
  const DtypeInfo& info = dtype_info(dtype);
  if (native || info.bits == 0) return;
  if (dtype == JM_BOOL) {
    data[index] = std::byte{value != 0};
  } else if (info.bits == 16) {
    store(data, index, static_cast<std::uint16_t>(narrow(dtype, value)));
  } else if (info.bits == 8) {
    store(data, index, static_cast<std::uint8_t>(narrow(dtype, value)));
  } else {
    const bool is_float = info.kind == ElementKind::kFloat;
    store_packed(data, index, info.bits,
                 is_float ? narrow(dtype, value) : saturated_bits(value, info));
  }
}

std::string format_dims(std::span<const std::int64_t> dims) {
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

}  // namespace joulemark::model
