// SPDX-License-Identifier: Apache-2.0
// What Prometheus' client libraries tell of their own process.
#pragma once

#include "serve/metrics/text.h"

namespace joulemark::serve {

/// process_cpu_seconds_total, process_resident_memory_bytes and the like, from /proc; what cannot
/// be read is absent.
void append_process(MetricsText& text);

}  // namespace joulemark::serve
