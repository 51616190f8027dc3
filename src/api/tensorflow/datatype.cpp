// SPDX-License-Identifier: Apache-2.0
#include "api/tensorflow/datatype.h"

#include <algorithm>
#include <array>

namespace joulemark::api::tensorflow {
namespace {

enum class Json { kYes, kNo };

struct Row {
  jm_dtype dtype;
  std::string_view name;
  Json json;
};

constexpr std::array<Row, 16> kDatatypes{{{JM_FLOAT32, "DT_FLOAT", Json::kYes},
                                          {JM_FLOAT64, "DT_DOUBLE", Json::kYes},
                                          {JM_INT8, "DT_INT8", Json::kYes},
                                          {JM_INT16, "DT_INT16", Json::kYes},
                                          {JM_INT32, "DT_INT32", Json::kYes},
                                          {JM_INT64, "DT_INT64", Json::kYes},
                                          {JM_UINT8, "DT_UINT8", Json::kYes},
                                          {JM_UINT16, "DT_UINT16", Json::kYes},
                                          {JM_UINT32, "DT_UINT32", Json::kYes},
                                          {JM_UINT64, "DT_UINT64", Json::kYes},
                                          {JM_BOOL, "DT_BOOL", Json::kYes},
                                          {JM_STRING, "DT_STRING", Json::kYes},
                                          {JM_FLOAT16, "DT_HALF", Json::kNo},
                                          {JM_BFLOAT16, "DT_BFLOAT16", Json::kNo},
                                          {JM_COMPLEX64, "DT_COMPLEX64", Json::kNo},
                                          {JM_COMPLEX128, "DT_COMPLEX128", Json::kNo}}};

const Row* row_of(jm_dtype dtype) {
  const auto* const row = std::find_if(kDatatypes.begin(), kDatatypes.end(),
                                       [&](const Row& each) { return each.dtype == dtype; });
  return row == kDatatypes.end() ? nullptr : row;
}

}  // namespace

jm_dtype dtype_of(std::string_view datatype) {
  const auto* const row = std::find_if(kDatatypes.begin(), kDatatypes.end(),
                                       [&](const Row& each) { return each.name == datatype; });
  return row == kDatatypes.end() ? JM_UNDEFINED : row->dtype;
}

std::string_view datatype_of(jm_dtype dtype) {
  const Row* row = row_of(dtype);
  return row == nullptr ? std::string_view{} : row->name;
}

bool has_json(jm_dtype dtype) {
  const Row* row = row_of(dtype);
  return row != nullptr && row->json == Json::kYes;
}

}  // namespace joulemark::api::tensorflow
