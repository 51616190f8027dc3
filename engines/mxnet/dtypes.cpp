// SPDX-License-Identifier: Apache-2.0
#include "dtypes.h"

#include <array>

namespace joulemark::mx {
namespace {

enum class Kind { kFloating, kInteger, kOther };

struct Row {
  jm_dtype dtype;
  Type type;
  std::size_t bytes;
  Kind kind;
  const char* name;
  const char* float_name = "";
};

constexpr std::array kRows = {
    Row{JM_FLOAT32, kFloat, 4, Kind::kFloating, "float32", "f32"},
    Row{JM_FLOAT64, kDouble, 8, Kind::kFloating, "float64", "f64"},
    Row{JM_INT8, kInt8, 1, Kind::kInteger, "int8"},
    Row{JM_INT32, kInt32, 4, Kind::kInteger, "int32"},
    Row{JM_INT64, kInt64, 8, Kind::kInteger, "int64"},
    Row{JM_UINT8, kUint8, 1, Kind::kInteger, "uint8"},
    Row{JM_BOOL, kBool, 1, Kind::kOther, "bool"},
};
constexpr Row kNone{JM_UNDEFINED, kNoType, 0, Kind::kOther, ""};

const Row& row_of(Type type) {
  for (const Row& row : kRows)
    if (row.type == type) return row;
  return kNone;
}

}  // namespace

std::optional<Type> type_of(jm_dtype dtype) {
  for (const Row& row : kRows)
    if (row.dtype == dtype) return row.type;
  return std::nullopt;
}

jm_dtype dtype_of(Type type) {
  return row_of(type).dtype;
}

bool is_floating(Type type) {
  return row_of(type).kind == Kind::kFloating;
}

bool is_integer(Type type) {
  return row_of(type).kind == Kind::kInteger;
}

const char* type_name(Type type) {
  return row_of(type).name;
}

const char* float_name(Type type) {
  return row_of(type).float_name;
}

std::size_t size_of(Type type) {
  return row_of(type).bytes;
}

}  // namespace joulemark::mx
