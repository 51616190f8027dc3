// SPDX-License-Identifier: Apache-2.0
// Catches everything at the edge: a C program cannot.
#include "joulemark/meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <filesystem>
#include <limits>
#include <new>

#include "base/calibration.h"
#include "base/meter_address.h"
#include "sensors/calibration.h"
#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sensors/sampling/sampler.h"

using namespace joulemark;

struct jm_meter {
  explicit jm_meter(const sensors::SensorEnvironment& environment)
      : found(sensors::discover(environment)),
        keep_alive(found.sensors, {.hz = 0, .root = environment.root}) {}
  sensors::Discovered found;
  sensors::Sampler keep_alive;
};

struct jm_window {
  jm_meter* meter;
  sensors::Readings begin;
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  std::vector<jm_energy> energies;     ///< empty until the end
  std::vector<double> calibrations_j;  ///< parallel to them
};

namespace {

template <std::size_t N>
void copy_text(const std::string& text, char (&into)[N]) {
  const std::size_t size = std::min(text.size(), N - 1);
  std::memcpy(into, text.data(), size);
  into[size] = '\0';
}

void say(jm_meter_message* message, const std::string& text) {
  if (message != nullptr) copy_text(text, message->text);
}

jm_energy energy_of(const Energy& energy) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  jm_energy result{};
  copy_text(energy.scope, result.scope);
  copy_text(energy.sensor, result.sensor);
  copy_text(energy.reason, result.reason);
  copy_text(energy.detail, result.detail);
  result.energy_class = static_cast<std::int32_t>(energy.energy_class);
  result.joules = energy.joules.value_or(nan);
  result.uncertainty_j = energy.uncertainty_j.value_or(nan);
  return result;
}

static_assert(static_cast<int>(EnergyClass::kMeasured) == JM_MEASURED &&
              static_cast<int>(EnergyClass::kDerived) == JM_DERIVED &&
              static_cast<int>(EnergyClass::kEstimated) == JM_ESTIMATED &&
              static_cast<int>(EnergyClass::kAbsent) == JM_ABSENT);

/// `call`, whose exceptions become `failure` and a message.
template <class Call, class Value>
Value guarded(jm_meter_message* message, Value failure, Call call) {
  try {
    return call();
  } catch (const std::exception& error) {
    say(message, error.what());
  } catch (...) {
    say(message, "an exception of no known kind");
  }
  return failure;
}

/// What this library knows of `options`, the rest as it is by default. kUsage where a program asks
/// for what only a newer one knows.
Result<jm_meter_options> known_part(const jm_meter_options& options) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&options);
  jm_meter_options known = JM_METER_OPTIONS_INIT;
  const std::size_t size = std::min(options.size, sizeof known);
  if (size < sizeof options.size)
    return fail(ErrorKind::kUsage,
                "the options have no size; begin with those of JM_METER_OPTIONS_INIT");
  if (std::any_of(bytes + size, bytes + options.size, [](unsigned char byte) { return byte != 0; }))
    return fail(ErrorKind::kUsage,
                fmt::format("the options have one that version {} of the library does not know; "
                            "use a newer libjoulemark_meter.so",
                            JM_METER_VERSION));
  std::memcpy(&known, &options, size);
  return known;
}

std::vector<std::string> texts_of(const char* const* texts, std::size_t count) {
  return {texts, texts + count};
}

Result<sensors::SensorEnvironment> environment_of(const jm_meter_options& options) {
  sensors::SensorEnvironment environment;
  if (options.root != nullptr) environment.root = options.root;
  if (!std::filesystem::is_directory(environment.root))
    return fail(ErrorKind::kUsage,
                fmt::format("cannot open a meter for '{}': there is no such folder",
                            environment.root.string()));
  auto meters = parse_meter_addresses(texts_of(options.meters, options.meter_count));
  if (!meters) return fail(ErrorKind::kUsage, "a meter " + meters.error().message);
  auto calibrations = parse_calibrations(texts_of(options.calibrations, options.calibration_count));
  if (!calibrations)
    return fail(ErrorKind::kUsage, "a calibration " + calibrations.error().message);
  if (auto known = sensors::check_calibrations(*calibrations, sensors::sensor_names()); !known)
    return fail(ErrorKind::kUsage, "a calibration " + known.error().message);
  environment.meters = *std::move(meters);
  environment.calibrations = *std::move(calibrations);
  return environment;
}

Result<jm_meter*> open_meter(const jm_meter_options& options) {
  const auto known = known_part(options);
  if (!known) return fail(known.error());
  const auto environment = environment_of(*known);
  if (!environment) return fail(environment.error());
  auto meter = std::make_unique<jm_meter>(*environment);
  if (auto started = meter->keep_alive.start(); !started) return fail(started.error());
  return meter.release();
}

int end_window(jm_window& window, jm_meter_message* message) {
  if (!window.energies.empty()) {
    say(message, "the window has ended already");
    return 1;
  }
  const sensors::Discovered& found = window.meter->found;
  window.t1_ns = monotonic_now();
  const sensors::Readings end = sensors::read_all(found.sensors);
  for (const Energy& energy :
       sensors::measure_between(found.sensors, window.begin, end, found.statuses)) {
    window.energies.push_back(energy_of(energy));
    window.calibrations_j.push_back(
        energy.calibration_j.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return 0;
}

}  // namespace

extern "C" {

uint32_t jm_meter_version(void) {
  return JM_METER_VERSION;
}

jm_meter* jm_meter_open(const char* root, jm_meter_message* message) {
  jm_meter_options options = JM_METER_OPTIONS_INIT;
  options.root = root;
  return jm_meter_open_with(&options, message);
}

jm_meter* jm_meter_open_with(const jm_meter_options* options, jm_meter_message* message) {
  jm_meter* const none = nullptr;
  return guarded(message, none, [&] {
    const jm_meter_options usual = JM_METER_OPTIONS_INIT;
    const auto meter = open_meter(options != nullptr ? *options : usual);
    if (!meter) say(message, meter.error().message);
    return meter.value_or(nullptr);
  });
}

void jm_meter_close(jm_meter* meter) {
  delete meter;
}

jm_window* jm_window_begin(jm_meter* meter, jm_meter_message* message) {
  jm_window* const none = nullptr;
  return guarded(message, none, [&] {
    auto window = std::make_unique<jm_window>();
    window->meter = meter;
    window->begin = sensors::read_fresh(meter->found.sensors);
    window->t0_ns = monotonic_now();
    return window.release();
  });
}

int jm_window_end(jm_window* window, jm_meter_message* message) {
  return guarded(message, 1, [&] { return end_window(*window, message); });
}

double jm_window_seconds(const jm_window* window) {
  return window->energies.empty() ? std::numeric_limits<double>::quiet_NaN()
                                  : to_seconds(window->t1_ns - window->t0_ns);
}

size_t jm_window_count(const jm_window* window) {
  return window->energies.size();
}

const jm_energy* jm_window_energies(const jm_window* window) {
  return window->energies.empty() ? nullptr : window->energies.data();
}

const jm_energy* jm_window_total(const jm_window* window) {
  return window->energies.empty() ? nullptr : &window->energies.back();
}

double jm_window_calibration_j(const jm_window* window, size_t index) {
  return index < window->calibrations_j.size() ? window->calibrations_j[index]
                                               : std::numeric_limits<double>::quiet_NaN();
}

void jm_window_free(jm_window* window) {
  delete window;
}

}  // extern "C"
