// SPDX-License-Identifier: Apache-2.0
// The C library's memory, which PyTorch takes every CPU tensor from.
#pragma once

namespace joulemark::torch_kit {

/// From now on the process keeps freed memory for its next allocation (glibc only). Without this,
/// pages go back to the system whenever enough of them end up at the top of the heap, and are
/// fetched and zeroed anew in the next run.
void keep_freed_memory();

}  // namespace joulemark::torch_kit
