// SPDX-License-Identifier: Apache-2.0
// What every API of the server stands on.
#pragma once

#include "base/clock.h"
#include "serve/energy/served_energy.h"
#include "serve/engine/job_queue.h"
#include "serve/engine/service.h"
#include "serve/metrics/metrics.h"

namespace joulemark::serve {

/// What it names outlives the routes that are made with it.
struct ApiContext {
  Service& service;
  EnergyMeter& energy;
  Metrics& metrics;
  Nanoseconds time_limit = 0;  ///< of one request, from its arrival; 0: none
  BatchRule batching = {};     ///< what the service does with them
};

}  // namespace joulemark::serve
