// SPDX-License-Identifier: Apache-2.0
// A meter that is asked over HTTP: NETIO, Shelly, Tasmota.
#pragma once

#include <memory>
#include <optional>

#include "net/http.h"
#include "sensors/meters/meter.h"

namespace joulemark::sensors {

struct HttpMeterOptions {
  MeterAddress address;
  std::unique_ptr<net::HttpClient> http;  ///< with a limit of time for a whole request
  std::optional<net::Credentials> credentials;
};

/// Never null. Answers of more than 64 KiB are refused.
std::unique_ptr<Meter> make_http_meter(HttpMeterOptions options);

}  // namespace joulemark::sensors
