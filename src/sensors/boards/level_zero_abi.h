// SPDX-License-Identifier: Apache-2.0
// What joulemark calls of Level Zero's system management (zes_api.h), declared as its binary
// interface has it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace joulemark::sensors::zes {

/// ze_result_t
using Return = int;
inline constexpr Return kSuccess = 0;
inline constexpr Return kDeviceLost = 0x70000001;
inline constexpr Return kNeedsReset = 0x70000006;
inline constexpr Return kNoPermission = 0x70010000;
inline constexpr Return kUninitialized = 0x78000001;
inline constexpr Return kUnsupported = 0x78000003;

/// zes_driver_handle_t, zes_device_handle_t, zes_pwr_handle_t, zes_temp_handle_t
using Handle = void*;

/// ze_structure_type_t, zes_structure_type_t
inline constexpr int kCoreProperties = 0x3;
inline constexpr int kDeviceProperties = 0x1;
inline constexpr int kPciProperties = 0x2;
inline constexpr int kPowerProperties = 0xd;
inline constexpr int kPowerLimit = 0x27;
inline constexpr int kPowerExtension = 0x28;

inline constexpr unsigned kOnlyGpus = 1;    ///< ZE_INIT_FLAG_GPU_ONLY
inline constexpr int kGpu = 1;              ///< ZE_DEVICE_TYPE_GPU
inline constexpr unsigned kIntegrated = 1;  ///< ZE_DEVICE_PROPERTY_FLAG_INTEGRATED
inline constexpr int kCardDomain = 1;       ///< ZES_POWER_DOMAIN_CARD
inline constexpr int kPackageDomain = 2;    ///< ZES_POWER_DOMAIN_PACKAGE

/// ze_device_properties_t
struct CoreProperties {
  int type_of_struct = kCoreProperties;
  void* next = nullptr;
  int type = 0;
  std::uint32_t vendor = 0;
  std::uint32_t device = 0;
  std::uint32_t flags = 0;
  std::uint32_t rest[20] = {};
  char name[256] = {};
};
static_assert(sizeof(CoreProperties) == 368 && offsetof(CoreProperties, name) == 112);

/// zes_device_properties_t
struct DeviceProperties {
  int type_of_struct = kDeviceProperties;
  void* next = nullptr;
  CoreProperties core = {};
  std::uint32_t subdevices = 0;
  char texts[5][64] = {};
  char driver[64] = {};
};
static_assert(sizeof(DeviceProperties) == 776 && offsetof(DeviceProperties, driver) == 708);

/// zes_pci_properties_t
struct PciProperties {
  int type_of_struct = kPciProperties;
  void* next = nullptr;
  std::uint32_t domain = 0;
  std::uint32_t bus = 0;
  std::uint32_t device = 0;
  std::uint32_t function = 0;
  std::int64_t rest[3] = {};
};
static_assert(sizeof(PciProperties) == 56);

/// zes_power_limit_ext_desc_t
struct PowerLimit {
  int type_of_struct = kPowerLimit;
  const void* next = nullptr;
  int level = 0;
  int source = 0;
  int unit = 0;
  std::uint8_t flags[3] = {};
  std::int32_t interval = 0;
  std::uint8_t locked = 0;
  std::int32_t limit_mw = 0;
};
static_assert(sizeof(PowerLimit) == 48 && offsetof(PowerLimit, limit_mw) == 40);

/// zes_power_ext_properties_t
struct PowerExtension {
  int type_of_struct = kPowerExtension;
  void* next = nullptr;
  int domain = 0;  ///< 0 where the driver does not know the extension
  PowerLimit* default_limit = nullptr;
};
static_assert(sizeof(PowerExtension) == 32);

/// zes_power_properties_t; limits in milliwatts, -1 where they are not known
struct PowerProperties {
  int type_of_struct = kPowerProperties;
  void* next = nullptr;
  std::uint8_t on_subdevice = 0;
  std::uint32_t subdevice = 0;
  std::uint8_t can_control = 0;
  std::uint8_t has_threshold = 0;
  std::int32_t default_mw = -1;
  std::int32_t min_mw = -1;
  std::int32_t max_mw = -1;
};
static_assert(sizeof(PowerProperties) == 40 && offsetof(PowerProperties, default_mw) == 28);

/// zes_power_energy_counter_t
struct EnergyCounter {
  std::uint64_t microjoules = 0;
  std::uint64_t timestamp_us = 0;
};
static_assert(sizeof(EnergyCounter) == 16);

/// The entry points; nullptr for what the loader lacks. Names in level_zero_library.cpp. Of the
/// first three there is a newer and an older form, whose handles are the same.
struct Functions {
  Return (*init)(std::uint32_t) = nullptr;
  Return (*drivers)(std::uint32_t*, Handle*) = nullptr;
  Return (*devices)(Handle, std::uint32_t*, Handle*) = nullptr;
  Return (*properties)(Handle, DeviceProperties*) = nullptr;
  Return (*pci)(Handle, PciProperties*) = nullptr;
  Return (*power_domains)(Handle, std::uint32_t*, Handle*) = nullptr;
  Return (*power_properties)(Handle, PowerProperties*) = nullptr;
  Return (*energy)(Handle, EnergyCounter*) = nullptr;
  Return (*thermometers)(Handle, std::uint32_t*, Handle*) = nullptr;
  Return (*temperature)(Handle, double*) = nullptr;
};

}  // namespace joulemark::sensors::zes
