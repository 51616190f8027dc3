// SPDX-License-Identifier: Apache-2.0
#include "base/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text_table.h"

namespace joulemark {
namespace {

constexpr double kLeastGain = 0.5;
constexpr double kMostGain = 2;
constexpr double kMostU = 1;

tl::unexpected<Error> not_a_calibration(std::string_view text) {
  return fail(ErrorKind::kUsage,
              fmt::format("must be SENSOR=GAIN±U or SENSOR:SCOPE=GAIN±U with GAIN from {} to {} "
                          "and U, its relative "
                          "standard uncertainty, from 0 to {}, like perf=1.013±0.008, not '{}'",
                          kLeastGain, kMostGain, kMostU, printable(text)));
}

std::optional<double> number_in(std::string_view text, double least, double most) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool fits = error == std::errc() && stop == end && value >= least && value <= most;
  return fits ? std::optional(value) : std::nullopt;
}

/// Neither half of "SENSOR:SCOPE" may be missing.
bool is_name(std::string_view name) {
  const auto colon = name.find(':');
  return !name.empty() && colon != 0 && colon != name.size() - 1;
}

Calibration of_name(std::string_view name, double gain, double u) {
  const auto colon = std::min(name.find(':'), name.size());
  return {.sensor = std::string(name.substr(0, colon)),
          .gain = gain,
          .relative_u = u,
          .scope = std::string(name.substr(std::min(colon + 1, name.size())))};
}

}  // namespace

Result<Calibration> parse_calibration(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || !is_name(text.substr(0, equals)))
    return not_a_calibration(text);
  const std::string_view numbers = text.substr(equals + 1);
  for (const std::string_view between : {std::string_view("±"), std::string_view("+-")}) {
    const auto at = numbers.find(between);
    if (at == std::string_view::npos) continue;
    const auto gain = number_in(numbers.substr(0, at), kLeastGain, kMostGain);
    const auto u = number_in(numbers.substr(at + between.size()), 0, kMostU);
    if (gain && u) return of_name(text.substr(0, equals), *gain, *u);
  }
  return not_a_calibration(text);
}

Result<std::vector<Calibration>> parse_calibrations(const std::vector<std::string>& texts) {
  std::vector<Calibration> all;
  for (const std::string& text : texts) {
    auto calibration = parse_calibration(text);
    if (!calibration) return fail(calibration.error());
    if (std::any_of(all.begin(), all.end(),
                    [&](const Calibration& other) { return other.name() == calibration->name(); }))
      return fail(ErrorKind::kUsage,
                  fmt::format("names the sensor '{}' twice", printable(calibration->name())));
    all.push_back(*std::move(calibration));
  }
  return all;
}

}  // namespace joulemark
