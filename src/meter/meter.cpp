// SPDX-License-Identifier: Apache-2.0
// Catches everything at the edge: a C program cannot.
#include "joulemark/meter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <filesystem>
#include <limits>
#include <new>

#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sensors/sampling/sampler.h"

using namespace joulemark;

struct jm_meter {
  explicit jm_meter(const std::filesystem::path& root)
      : found(sensors::discover({.root = root})), keep_alive(found.sensors, {.hz = 0}) {}
  sensors::Discovered found;
  sensors::Sampler keep_alive;
};

struct jm_window {
  jm_meter* meter;
  sensors::Readings begin;
  Nanoseconds t0_ns = 0;
  Nanoseconds t1_ns = 0;
  std::vector<jm_energy> energies;  ///< empty until the end
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

jm_meter* open_meter(const std::filesystem::path& root, jm_meter_message* message) {
  if (!std::filesystem::is_directory(root)) {
    say(message, "cannot open a meter for '" + root.string() + "': there is no such folder");
    return nullptr;
  }
  auto meter = std::make_unique<jm_meter>(root);
  if (auto started = meter->keep_alive.start(); !started) {
    say(message, started.error().message);
    return nullptr;
  }
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
       sensors::measure_between(found.sensors, window.begin, end, found.statuses))
    window.energies.push_back(energy_of(energy));
  return 0;
}

}  // namespace

extern "C" {

uint32_t jm_meter_version(void) {
  return JM_METER_VERSION;
}

jm_meter* jm_meter_open(const char* root, jm_meter_message* message) {
  jm_meter* const none = nullptr;
  return guarded(message, none, [&] { return open_meter(root != nullptr ? root : "/", message); });
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

void jm_window_free(jm_window* window) {
  delete window;
}

}  // extern "C"
