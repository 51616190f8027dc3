// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/heap.h"

#include <malloc.h>

namespace joulemark::torch_kit {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, -1);  // never
  mallopt(M_MMAP_MAX, 0);         // a block mapped on its own is unmapped when it is freed
#endif
}

}  // namespace joulemark::torch_kit
