// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/dtypes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace joulemark::torch_kit {
namespace {

struct Row {
  jm_dtype dtype;
  Storage storage;
};

constexpr std::array kRows{
    Row{JM_FLOAT32, {at::kFloat}},
    Row{JM_UINT8, {at::kByte}},
    Row{JM_INT8, {at::kChar}},
    Row{JM_UINT16, {at::kUInt16}},
    Row{JM_INT16, {at::kShort}},
    Row{JM_INT32, {at::kInt}},
    Row{JM_INT64, {at::kLong}},
    Row{JM_BOOL, {at::kBool}},
    Row{JM_FLOAT16, {at::kHalf}},
    Row{JM_FLOAT64, {at::kDouble}},
    Row{JM_UINT32, {at::kUInt32}},
    Row{JM_UINT64, {at::kUInt64}},
    Row{JM_COMPLEX64, {at::kComplexFloat}},
    Row{JM_COMPLEX128, {at::kComplexDouble}},
    Row{JM_BFLOAT16, {at::kBFloat16}},
    Row{JM_FLOAT8E4M3FN, {at::kFloat8_e4m3fn}},
    Row{JM_FLOAT8E4M3FNUZ, {at::kFloat8_e4m3fnuz}},
    Row{JM_FLOAT8E5M2, {at::kFloat8_e5m2}},
    Row{JM_FLOAT8E5M2FNUZ, {at::kFloat8_e5m2fnuz}},
    Row{JM_FLOAT8E8M0, {at::kFloat8_e8m0fnu}},
    Row{JM_UINT4, {at::kByte, 4}},
    Row{JM_INT4, {at::kChar, 4}},
    Row{JM_FLOAT4E2M1, {at::kFloat, 4}},
    Row{JM_UINT2, {at::kByte, 2}},
    Row{JM_INT2, {at::kChar, 2}},
};

}  // namespace

std::optional<Storage> storage_of(jm_dtype dtype) {
  for (const Row& row : kRows)
    if (row.dtype == dtype) return row.storage;
  return std::nullopt;
}

jm_dtype dtype_of(at::ScalarType type) {
  for (const Row& row : kRows)
    if (row.storage.type == type && row.storage.packed_bits == 0) return row.dtype;
  return JM_UNDEFINED;
}

bool lacks_arithmetic(at::ScalarType type) {
  return type == at::kUInt16 || type == at::kUInt32 || type == at::kUInt64;
}

at::ScalarType arithmetic_type(at::ScalarType type) {
  if (type == at::kUInt16) return at::kInt;
  return lacks_arithmetic(type) ? at::kLong : type;
}

std::string narrowest_float(const std::vector<at::ScalarType>& types) {
  // From the narrowest on; of two types with as many bits the one with fewer digits is first.
  static constexpr std::pair<at::ScalarType, const char*> kTypes[] = {
      {at::kBFloat16, "bf16"}, {at::kHalf, "f16"}, {at::kFloat, "f32"}, {at::kDouble, "f64"}};
  for (const auto& [type, name] : kTypes)
    if (std::ranges::find(types, type) != types.end()) return name;
  return "";
}

}  // namespace joulemark::torch_kit
