// SPDX-License-Identifier: Apache-2.0
// How the outcome of a call is told in the Open Inference Protocol.
#pragma once

#include <string>

#include "api/kserve/message.h"
#include "http/message.h"
#include "serve/energy/served_energy.h"
#include "serve/engine/job.h"

namespace joulemark::serve {

/// A served model has one.
inline constexpr const char* kModelVersion = "1";

/// 499 where the client had gone.
int status_of(Ending ending);

/// {"error": "…"}; with Retry-After where it makes sense to ask again.
http::Response kserve_failure(int status, const std::string& reason);

/// joulemark_energy_joules and what it is the share of, or joulemark_energy_reason: parameters have
/// no objects.
api::Parameters energy_parameters(const EnergyShare& share);

}  // namespace joulemark::serve
