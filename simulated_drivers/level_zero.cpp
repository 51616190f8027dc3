// SPDX-License-Identifier: Apache-2.0
// The loader's C interface. Board N of the scenario is at PCI address 0000:0N+3:00.0, and has three
// power domains: of a tile, of the package, and of the card, which draw a half, 0.8 and all of its
// power. A scenario whose `driver` is "0" is one of a driver that does not name its domains.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "sensors/boards/level_zero_abi.h"
#include "simulated_drivers/driver.h"

namespace zes = joulemark::sensors::zes;
using simulated::Gpu;
using simulated::Time;

namespace {

constexpr std::uint32_t kDomains = 3;
constexpr double kShares[kDomains] = {0.5, 0.8, 1.0};
constexpr int kKinds[kDomains] = {zes::kPackageDomain, zes::kPackageDomain, zes::kCardDomain};

/// A handle is a number and 1; that of a domain is kDomains times its board's number and its own.
zes::Handle handle_of(std::size_t number) {
  return reinterpret_cast<zes::Handle>(number + 1);
}
std::size_t number_of(zes::Handle handle) {
  return reinterpret_cast<std::size_t>(handle) - 1;
}

zes::Return give(std::size_t first, std::size_t all, std::uint32_t* count, zes::Handle* list) {
  for (std::size_t i = 0; list != nullptr && i < std::min<std::size_t>(*count, all); ++i)
    list[i] = handle_of(first + i);
  *count = static_cast<std::uint32_t>(all);
  return zes::kSuccess;
}

template <class Answer>
zes::Return ask(std::size_t board, const char* function, Answer answer) {
  const int code = simulated::ask(board, function, [&](const Gpu& gpu, Time t) {
    answer(gpu, t);
    return 0;
  });
  return code == simulated::kLost ? zes::kDeviceLost : code;
}

zes::Return list_drivers(std::uint32_t* count, zes::Handle* list) {
  return give(0, 1, count, list);
}

zes::Return list_devices(std::uint32_t* count, zes::Handle* list) {
  const auto& scenario = simulated::driver().scenario;
  const zes::Return code = give(0, scenario.gpus.size(), count, list);
  if (scenario.count) *count = *scenario.count;
  return code;
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): Level Zero's names

#ifdef OLD_DRIVER
DRIVER_EXPORT zes::Return zeInit(std::uint32_t) {
  const char* enabled = std::getenv("ZES_ENABLE_SYSMAN");
  if (enabled == nullptr || std::strcmp(enabled, "1") != 0) return zes::kUninitialized;
  return simulated::begin();
}
DRIVER_EXPORT zes::Return zeDriverGet(std::uint32_t* count, zes::Handle* list) {
  return list_drivers(count, list);
}
DRIVER_EXPORT zes::Return zeDeviceGet(zes::Handle, std::uint32_t* count, zes::Handle* list) {
  return list_devices(count, list);
}
#else
DRIVER_EXPORT zes::Return zesInit(std::uint32_t) {
  return simulated::begin();
}
DRIVER_EXPORT zes::Return zesDriverGet(std::uint32_t* count, zes::Handle* list) {
  return list_drivers(count, list);
}
DRIVER_EXPORT zes::Return zesDeviceGet(zes::Handle, std::uint32_t* count, zes::Handle* list) {
  return list_devices(count, list);
}
#endif

DRIVER_EXPORT zes::Return zesDeviceGetProperties(zes::Handle device,
                                                 zes::DeviceProperties* properties) {
  if (properties->core.type_of_struct != zes::kCoreProperties) return zes::kUnsupported;
  return ask(number_of(device), __func__, [&](const Gpu& gpu, Time) {
    properties->core.type = zes::kGpu;
    properties->core.flags = gpu.integrated != 0 ? zes::kIntegrated : 0;
    std::strncpy(properties->core.name, gpu.name.c_str(), sizeof properties->core.name - 1);
    if (gpu.endless_name != 0)
      std::memset(properties->core.name, '\xff', sizeof properties->core.name);
    std::strncpy(properties->driver, "1.3.29735", sizeof properties->driver);
  });
}

DRIVER_EXPORT zes::Return zesDevicePciGetProperties(zes::Handle device, zes::PciProperties* pci) {
  return ask(number_of(device), __func__, [&](const Gpu&, Time) {
    pci->bus = static_cast<std::uint32_t>(number_of(device) + 3);
  });
}

DRIVER_EXPORT zes::Return zesDeviceEnumPowerDomains(zes::Handle device, std::uint32_t* count,
                                                    zes::Handle* list) {
  return ask(number_of(device), __func__,
             [&](const Gpu&, Time) { give(number_of(device) * kDomains, kDomains, count, list); });
}

DRIVER_EXPORT zes::Return zesPowerGetProperties(zes::Handle domain,
                                                zes::PowerProperties* properties) {
  const std::size_t which = number_of(domain) % kDomains;
  const bool names = simulated::driver().scenario.driver != "0";
  return ask(number_of(domain) / kDomains, __func__, [&](const Gpu& gpu, Time) {
    const auto limit_mw = static_cast<std::int32_t>(std::lround(gpu.limit_w * 1e3));
    properties->on_subdevice = which == 0 || (!names && which == 1) ? 1 : 0;
    properties->default_mw = limit_mw;
    auto* extension = static_cast<zes::PowerExtension*>(properties->next);
    if (!names || extension == nullptr) return;
    extension->domain = kKinds[which];
    if (extension->default_limit != nullptr) extension->default_limit->limit_mw = limit_mw;
  });
}

DRIVER_EXPORT zes::Return zesPowerGetEnergyCounter(zes::Handle domain, zes::EnergyCounter* energy) {
  const double share = kShares[number_of(domain) % kDomains];
  return ask(number_of(domain) / kDomains, __func__, [&](const Gpu& gpu, Time t) {
    *energy = {simulated::raw_counter(gpu, t, 1e-6 / share), static_cast<std::uint64_t>(t / 1000)};
  });
}

DRIVER_EXPORT zes::Return zesDeviceEnumTemperatureSensors(zes::Handle device, std::uint32_t* count,
                                                          zes::Handle* list) {
  return ask(number_of(device), __func__,
             [&](const Gpu&, Time) { give(number_of(device), 1, count, list); });
}

DRIVER_EXPORT zes::Return zesTemperatureGetState(zes::Handle thermometer, double* celsius) {
  return ask(number_of(thermometer), __func__,
             [&](const Gpu& gpu, Time) { *celsius = gpu.garbage != 0 ? std::nan("") : 61; });
}

// NOLINTEND(readability-identifier-naming)
