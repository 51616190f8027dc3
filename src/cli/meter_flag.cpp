// SPDX-License-Identifier: Apache-2.0
#include "cli/meter_flag.h"

#include <fmt/format.h>

#include "config/settings.h"

namespace joulemark::cli {
namespace {

constexpr const char* kFlag = "--meter";

}  // namespace

void declare_meters(Arguments& arguments, std::vector<std::string>& meters) {
  arguments.repeated(fmt::format("{} KIND://HOST", kFlag), meters, config::find_flag(kFlag)->help);
}

Result<std::vector<MeterAddress>> meters_from(const std::vector<std::string>& texts) {
  auto meters = parse_meter_addresses(texts);
  if (!meters)
    return fail(meters.error().kind, fmt::format("{} {}", kFlag, meters.error().message));
  return meters;
}

Result<std::vector<MeterAddress>> meters_or(const std::vector<std::string>& texts,
                                            const Experiment& experiment) {
  return meters_from(texts.empty() ? experiment.meters : texts);
}

}  // namespace joulemark::cli
