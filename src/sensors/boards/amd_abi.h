// SPDX-License-Identifier: Apache-2.0
// What joulemark calls of AMD SMI (amdsmi.h) and of ROCm SMI (rocm_smi.h), declared as their binary
// interfaces have it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace joulemark::sensors::amd {

/// amdsmi_status_t, rsmi_status_t
using Return = unsigned;
inline constexpr Return kSuccess = 0;
inline constexpr Return kNotSupported = 2;
/// Of amdsmi_status_t
inline constexpr Return kSmiNoPermission = 10;
inline constexpr Return kSmiNotFound = 31;
inline constexpr Return kSmiDriverNotLoaded = 34;
/// Of rsmi_status_t
inline constexpr Return kRocmPermission = 4;
inline constexpr Return kRocmNotFound = 10;

/// amdsmi_socket_handle, amdsmi_processor_handle
using Handle = void*;

inline constexpr std::uint64_t kInitGpus = 2;  ///< AMDSMI_INIT_AMD_GPUS
inline constexpr int kProcessorGpu = 1;        ///< AMDSMI_PROCESSOR_TYPE_AMD_GPU
inline constexpr int kHotspot = 1;             ///< …_TEMPERATURE_TYPE_HOTSPOT, …_TYPE_JUNCTION
inline constexpr int kCurrent = 0;             ///< …_TEMP_CURRENT
inline constexpr int kVram = 0;                ///< …_MEM_TYPE_VRAM
inline constexpr unsigned kNameSize = 64;      ///< of a name, at the least

/// amdsmi_version_t: its first number is the year up to 24 (ROCm 6.3), and from 25 on the major
/// version.
struct Version {
  std::uint32_t first;
  std::uint32_t numbers[3];
  const char* build;
};
static_assert(sizeof(Version) == 24);

/// amdsmi_power_info_t of version 24: watts; 0xFFFF or 0xFFFFFFFF where there is none. `rest` is
/// for whatever a version adds.
struct PowerInfo24 {
  std::uint32_t current_w;
  std::uint32_t average_w;
  std::uint32_t rest[126];
};
/// And from version 25 on.
struct PowerInfo25 {
  std::uint64_t host_only;
  std::uint32_t current_w;
  std::uint32_t average_w;
  std::uint32_t rest[124];
};
static_assert(sizeof(PowerInfo24) == 512 && sizeof(PowerInfo25) == 512);
static_assert(offsetof(PowerInfo24, average_w) == 4 && offsetof(PowerInfo25, current_w) == 8);
union PowerInfo {
  PowerInfo24 v24;
  PowerInfo25 v25;
};

/// amdsmi_engine_usage_t, percent
struct EngineUsage {
  std::uint32_t graphics;
  std::uint32_t memory_controller;
  std::uint32_t rest[14];
};
static_assert(sizeof(EngineUsage) == 64);

/// amdsmi_asic_info_t, of which the name comes first in every version, with room for the longest.
struct AsicInfo {
  char name[4096];
};

/// Entry points of AMD SMI; nullptr for what the library lacks. Names in amdsmi_library.cpp.
struct Functions {
  Return (*init)(std::uint64_t) = nullptr;
  Return (*shut_down)() = nullptr;
  Return (*version)(Version*) = nullptr;
  Return (*sockets)(std::uint32_t*, Handle*) = nullptr;
  Return (*processors)(Handle, std::uint32_t*, Handle*) = nullptr;
  Return (*processor_type)(Handle, int*) = nullptr;
  Return (*asic)(Handle, AsicInfo*) = nullptr;
  Return (*energy)(Handle, std::uint64_t*, float*, std::uint64_t*) = nullptr;
  Return (*power)(Handle, PowerInfo*) = nullptr;
  Return (*temperature)(Handle, int, int, std::int64_t*) = nullptr;
  Return (*activity)(Handle, EngineUsage*) = nullptr;
  Return (*memory_used)(Handle, int, std::uint64_t*) = nullptr;
};

/// Entry points of ROCm SMI, whose boards are numbers. Names in rocmsmi_library.cpp.
struct RocmFunctions {
  Return (*init)(std::uint64_t) = nullptr;
  Return (*shut_down)() = nullptr;
  Return (*count)(std::uint32_t*) = nullptr;
  Return (*name)(std::uint32_t, char*, std::size_t) = nullptr;
  Return (*pci_id)(std::uint32_t, std::uint64_t*) = nullptr;
  Return (*energy)(std::uint32_t, std::uint64_t*, float*, std::uint64_t*) = nullptr;
  Return (*power)(std::uint32_t, std::uint64_t*, int*) = nullptr;
  Return (*average_power)(std::uint32_t, std::uint32_t, std::uint64_t*) = nullptr;
  Return (*temperature)(std::uint32_t, std::uint32_t, int, std::int64_t*) = nullptr;
  Return (*busy)(std::uint32_t, std::uint32_t*) = nullptr;
  Return (*memory_used)(std::uint32_t, int, std::uint64_t*) = nullptr;
};

}  // namespace joulemark::sensors::amd
