// SPDX-License-Identifier: Apache-2.0
// Metrics by the names that people type, with their units: "p95_ms", "peak_rss_mb", "energy".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "verdict/metric.h"

namespace joulemark::verdict {

/// A metric and the unit in which a number beside it is meant.
struct NamedMetric {
  MetricId id = MetricId::kTime;
  double unit = 1;   ///< of the metric's own: 1e6 for "peak_rss_mb", whose metric is in bytes
  std::string name;  ///< as it was typed
};

/// Reads a metric's key ("latency_p95_ms"), the key without "latency_" or "_per_inference"
/// ("p95_ms", "energy_J"), either without its unit ("p95", "energy"), or with another unit of its
/// kind ("peak_rss_mb", "peak_rss_gib", "energy_mJ", "time_ms"). kUsage, with the nearest name.
Result<NamedMetric> parse_metric_name(std::string_view name);

/// The shortest name of every metric, with its unit: what help shows.
std::vector<std::string> metric_names();

/// Of a language model: what `id` is per generated token, where it is per inference. Else `id`.
MetricId of_text(MetricId id);

}  // namespace joulemark::verdict
