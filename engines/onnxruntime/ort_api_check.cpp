// SPDX-License-Identifier: Apache-2.0
// Compares every slot of ort_api.h with the official header; compiled only where a user has that.
#include <onnxruntime_c_api.h>

#include <cstddef>

#include "ort_api.h"

// A header older than the slot has no such member and could not be compiled against, so that this
// file wants a header at least as new as the newest slot.
static_assert(ORT_API_VERSION >= 24, "use the header of ONNX Runtime 1.24 or newer");

#define JM_ORT_CHECK(slot, since, result, name, parameters)       \
  static_assert(offsetof(OrtApi, name) == (slot) * sizeof(void*), \
                "ort_api.h has the wrong slot for " #name);
JM_ORT_FUNCTIONS(JM_ORT_CHECK)
