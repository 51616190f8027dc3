// SPDX-License-Identifier: Apache-2.0
#include "dtypes.h"

#include <array>

namespace joulemark::tf {
namespace {

enum class Kind { kFloating, kInteger, kOther };

struct Row {
  jm_dtype dtype;
  Type type;
  std::size_t bytes;
  Kind kind;
  const char* float_name = "";
};

constexpr std::array kRows = {
    Row{JM_FLOAT32, kFloat, 4, Kind::kFloating, "f32"},
    Row{JM_FLOAT64, kDouble, 8, Kind::kFloating, "f64"},
    Row{JM_FLOAT16, kHalf, 2, Kind::kFloating, "f16"},
    Row{JM_BFLOAT16, kBfloat16, 2, Kind::kFloating, "bf16"},
    Row{JM_INT8, kInt8, 1, Kind::kInteger},
    Row{JM_INT16, kInt16, 2, Kind::kInteger},
    Row{JM_INT32, kInt32, 4, Kind::kInteger},
    Row{JM_INT64, kInt64, 8, Kind::kInteger},
    Row{JM_UINT8, kUint8, 1, Kind::kInteger},
    Row{JM_UINT16, kUint16, 2, Kind::kInteger},
    Row{JM_UINT32, kUint32, 4, Kind::kInteger},
    Row{JM_UINT64, kUint64, 8, Kind::kInteger},
    Row{JM_BOOL, kBool, 1, Kind::kOther},
    Row{JM_COMPLEX64, kComplex64, 8, Kind::kOther},
    Row{JM_COMPLEX128, kComplex128, 16, Kind::kOther},
};

const Row* row_of(Type type) {
  for (const Row& row : kRows)
    if (row.type == type) return &row;
  return nullptr;
}

}  // namespace

std::optional<Type> type_of(jm_dtype dtype) {
  for (const Row& row : kRows)
    if (row.dtype == dtype) return row.type;
  return std::nullopt;
}

jm_dtype dtype_of(Type type) {
  const Row* row = row_of(type);
  return row == nullptr ? JM_UNDEFINED : row->dtype;
}

bool is_floating(Type type) {
  const Row* row = row_of(type);
  return row != nullptr && row->kind == Kind::kFloating;
}

bool is_integer(Type type) {
  const Row* row = row_of(type);
  return row != nullptr && row->kind == Kind::kInteger;
}

const char* float_name(Type type) {
  const Row* row = row_of(type);
  return row == nullptr ? "" : row->float_name;
}

std::size_t size_of(Type type) {
  const Row* row = row_of(type);
  return row == nullptr ? 0 : row->bytes;
}

}  // namespace joulemark::tf
