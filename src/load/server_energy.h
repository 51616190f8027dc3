// SPDX-License-Identifier: Apache-2.0
// What joulemark-server counts of its energy, in its metrics.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "load/record.h"

namespace joulemark::load {

/// Where its counter stands.
struct EnergyReading {
  bool measured = false;
  double joules = 0;          ///< of the machine since the server began
  double request_joules = 0;  ///< put down to requests of them
  std::string reason = {};    ///< why none are measured
};

/// Of a text in the format of Prometheus; nothing where it is no joulemark-server's.
std::optional<EnergyReading> parse_energy(std::string_view metrics);

/// Asks for /metrics. Nothing where there are none, or those of another server.
std::optional<EnergyReading> read_energy(http::Client& client, const http::Call& call);

/// The same when its sensors have been read again, so that what is over is counted: within 3 s, or
/// what there is then.
std::optional<EnergyReading> read_settled_energy(http::Client& client, const http::Call& call);

/// Of one of `answers` requests between the two readings. Nothing where the server does not tell.
std::optional<ToldEnergy> energy_of_each(const std::optional<EnergyReading>& before,
                                         const std::optional<EnergyReading>& after,
                                         std::int64_t answers);

}  // namespace joulemark::load
