// SPDX-License-Identifier: Apache-2.0
// Meters of a simulated machine, which answer on the loopback.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "sim/kinds.h"
#include "sim/machine.h"

namespace joulemark::sim {

/// The meters that speak HTTP.
extern const HttpMeter kNetio;
extern const HttpMeter kShelly;
extern const HttpMeter kOldShelly;
extern const HttpMeter kTasmota;

/// Why `part` can be no meter; "" where it can.
std::string meter_objection(const Part& part);

/// What the meters know of their machine. They ask from threads of their own.
struct MeteredWorld {
  std::function<Shown(const Part&)> shown;  ///< at the part's last update
  std::function<bool()> takes_time;         ///< whether answers are late as on a real machine
};

/// Serves as long as it lives, each meter on a port that was free.
class Meters {
 public:
  /// Of the parts of `machine` that are meters. Both arguments have to outlive the answer, which is
  /// kMachine where there is no port to be had.
  static Result<std::unique_ptr<Meters>> serve(const Machine& machine, const MeteredWorld& world);
  ~Meters();
  Meters(const Meters&) = delete;
  Meters& operator=(const Meters&) = delete;

  /// As `--meter` takes them: "shelly://127.0.0.1:40123".
  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  struct Server;
  Meters();
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::string> addresses_;
};

}  // namespace joulemark::sim
