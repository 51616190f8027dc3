// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/level_zero_library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace joulemark::sensors {
namespace {

/// No machine has more of anything; a driver that says so is not believed.
constexpr std::uint32_t kMostHandles = 256;
constexpr const char* kEnable = "ZES_ENABLE_SYSMAN";

zes::Functions bind_all(const SharedLibrary& library) {
  zes::Functions f;
  library.bind(f.init, "zesInit");
  if (f.init != nullptr) {
    library.bind(f.drivers, "zesDriverGet");
    library.bind(f.devices, "zesDeviceGet");
  } else {
    library.bind(f.drivers, "zeDriverGet");
    library.bind(f.devices, "zeDeviceGet");
  }
  library.bind(f.properties, "zesDeviceGetProperties");
  library.bind(f.pci, "zesDevicePciGetProperties");
  library.bind(f.power_domains, "zesDeviceEnumPowerDomains");
  library.bind(f.power_properties, "zesPowerGetProperties");
  library.bind(f.energy, "zesPowerGetEnergyCounter");
  library.bind(f.thermometers, "zesDeviceEnumTemperatureSensors");
  library.bind(f.temperature, "zesTemperatureGetState");
  return f;
}

const char* missing_of(const zes::Functions& functions) {
  if (functions.drivers == nullptr) return "zesDriverGet";
  if (functions.devices == nullptr) return "zesDeviceGet";
  if (functions.power_domains == nullptr) return "zesDeviceEnumPowerDomains";
  if (functions.power_properties == nullptr) return "zesPowerGetProperties";
  if (functions.energy == nullptr) return "zesPowerGetEnergyCounter";
  return nullptr;
}

/// What `list` says when it is asked twice, for the number of handles and for themselves.
template <class List>
ZesHandles handles(List list) {
  std::uint32_t count = 0;
  if (const auto code = list(&count, nullptr); code != zes::kSuccess) return tl::unexpected(code);
  std::vector<zes::Handle> handles(std::min(count, kMostHandles));
  if (handles.empty()) return handles;
  std::uint32_t filled = static_cast<std::uint32_t>(handles.size());
  if (const auto code = list(&filled, handles.data()); code != zes::kSuccess)
    return tl::unexpected(code);
  handles.resize(std::min<std::size_t>(filled, handles.size()));
  std::erase(handles, nullptr);
  return handles;
}

}  // namespace

tl::expected<std::shared_ptr<const LevelZeroLibrary>, LibraryFailure> LevelZeroLibrary::open(
    const std::vector<std::filesystem::path>& paths) {
  auto loaded = SharedLibrary::open(paths);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  std::shared_ptr<LevelZeroLibrary> library(new LevelZeroLibrary(*std::move(loaded)));
  library->functions_ = bind_all(library->library_);
  if (const char* symbol = missing_of(library->functions_))
    return tl::unexpected(library->library_.lacks(symbol));
  if (const zes::Return code = library->start(); code != zes::kSuccess)
    return tl::unexpected(library->library_.refuses(code, zes_error_text(code)));
  return library;
}

/// A loader without zesInit looks at the environment while it is initialised. The variable is gone
/// after that: engines that use Level Zero would be slowed by it.
zes::Return LevelZeroLibrary::start() {
  if (functions_.init != nullptr) return functions_.init(0);
  zes::Return (*init)(std::uint32_t) = nullptr;
  library_.bind(init, "zeInit");
  if (init == nullptr) return zes::kUnsupported;
  const bool is_set = std::getenv(kEnable) != nullptr;
  if (!is_set) setenv(kEnable, "1", 1);
  const zes::Return code = init(zes::kOnlyGpus);
  if (!is_set) unsetenv(kEnable);
  return code;
}

ZesHandles LevelZeroLibrary::devices() const {
  const auto drivers = handles(functions_.drivers);
  if (!drivers) return drivers;
  std::vector<zes::Handle> all;
  for (const zes::Handle driver : *drivers) {
    const auto devices = parts(functions_.devices, driver);
    if (!devices) return devices;
    all.insert(all.end(), devices->begin(), devices->end());
  }
  return all;
}

ZesHandles LevelZeroLibrary::parts(zes::Return (*list)(zes::Handle, std::uint32_t*, zes::Handle*),
                                   zes::Handle owner) {
  if (list == nullptr) return std::vector<zes::Handle>();
  return handles([&](std::uint32_t* count, zes::Handle* room) { return list(owner, count, room); });
}

std::string zes_error_text(zes::Return code) {
  switch (code) {
    case zes::kUnsupported:
      return "not supported";
    case zes::kNoPermission:
      return "permission denied";
    case zes::kUninitialized:
      return "no driver is initialised";
    case zes::kDeviceLost:
      return "the device is lost";
    case zes::kNeedsReset:
      return "the device has to be reset";
    default:
      return fmt::format("error {:#x}", static_cast<unsigned>(code));
  }
}

}  // namespace joulemark::sensors
