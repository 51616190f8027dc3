// SPDX-License-Identifier: Apache-2.0
#include "serve/kserve/answer.h"

namespace joulemark::serve {

int status_of(Ending ending) {
  switch (ending) {
    case Ending::kDone:
      return 200;
    case Ending::kExpired:
      return 504;
    case Ending::kGone:
      return 499;
    case Ending::kDraining:
      return 503;
    case Ending::kUnfit:
      return 400;
    case Ending::kFailed:
      break;
  }
  return 500;
}

http::Response kserve_failure(int status, const std::string& reason) {
  http::Response response{{.status = status}, api::write_kserve_error(reason)};
  if (status == 429 || status == 503) response.head.headers.push_back({"Retry-After", "1"});
  return response;
}

api::Parameters energy_parameters(const EnergyShare& share) {
  if (!share.measured) return {{"joulemark_energy_reason", share.reason}};
  return {{"joulemark_energy_joules", share.joules},
          {"joulemark_energy_window_s", share.window_s},
          {"joulemark_energy_window_joules", share.window_joules},
          {"joulemark_energy_share", share.share},
          {"joulemark_energy_method", share.method}};
}

}  // namespace joulemark::serve
