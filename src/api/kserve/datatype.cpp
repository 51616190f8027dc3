// SPDX-License-Identifier: Apache-2.0
#include "api/kserve/datatype.h"

#include <algorithm>
#include <array>

namespace joulemark::api {
namespace {

struct Row {
  jm_dtype dtype;
  std::string_view name;
};

constexpr std::array<Row, 14> kDatatypes{{{JM_BOOL, "BOOL"},
                                          {JM_UINT8, "UINT8"},
                                          {JM_UINT16, "UINT16"},
                                          {JM_UINT32, "UINT32"},
                                          {JM_UINT64, "UINT64"},
                                          {JM_INT8, "INT8"},
                                          {JM_INT16, "INT16"},
                                          {JM_INT32, "INT32"},
                                          {JM_INT64, "INT64"},
                                          {JM_FLOAT16, "FP16"},
                                          {JM_FLOAT32, "FP32"},
                                          {JM_FLOAT64, "FP64"},
                                          {JM_BFLOAT16, "BF16"},
                                          {JM_STRING, "BYTES"}}};

}  // namespace

std::string_view kserve_datatype(jm_dtype dtype) {
  const auto* const row = std::find_if(kDatatypes.begin(), kDatatypes.end(),
                                       [&](const Row& each) { return each.dtype == dtype; });
  return row == kDatatypes.end() ? std::string_view{} : row->name;
}

std::optional<jm_dtype> kserve_dtype(std::string_view datatype) {
  const auto* const row = std::find_if(kDatatypes.begin(), kDatatypes.end(),
                                       [&](const Row& each) { return each.name == datatype; });
  if (row == kDatatypes.end()) return std::nullopt;
  return row->dtype;
}

bool kserve_has_json(jm_dtype dtype) {
  return !kserve_datatype(dtype).empty() && dtype != JM_FLOAT16 && dtype != JM_BFLOAT16;
}

}  // namespace joulemark::api
