// SPDX-License-Identifier: Apache-2.0
// What joulemark calls of the NVIDIA management library, declared as its binary interface has it.
#pragma once

#include <cstddef>

namespace joulemark::sensors::nvml {

/// nvmlReturn_t: an enumeration of C, so an int.
using Return = int;
inline constexpr Return kSuccess = 0;
inline constexpr Return kInvalidArgument = 2;
inline constexpr Return kNotSupported = 3;
inline constexpr Return kNoPermission = 4;
inline constexpr Return kInsufficientSize = 7;
inline constexpr Return kDriverNotLoaded = 9;
inline constexpr Return kFunctionNotFound = 13;
inline constexpr Return kGpuIsLost = 15;
inline constexpr Return kResetRequired = 16;
inline constexpr Return kVersionMismatch = 18;
inline constexpr Return kGpuNotFound = 28;

struct DeviceState;
/// nvmlDevice_t
using Device = DeviceState*;

/// nvmlValue_t
union Value {
  double as_double;
  int as_int;
  unsigned as_unsigned;
  unsigned long as_unsigned_long;
  unsigned long long as_unsigned_long_long;
  long long as_long_long;
  unsigned short as_unsigned_short;
};

/// nvmlValueType_t
enum ValueType : int {
  kDouble = 0,
  kUnsigned = 1,
  kUnsignedLong = 2,
  kUnsignedLongLong = 3,
  kLongLong = 4,
  kInt = 5,
  kUnsignedShort = 6
};

/// NVML_FI_DEV_…: millijoules since the driver was loaded, and milliwatts.
inline constexpr unsigned kFieldTotalEnergy = 83;
inline constexpr unsigned kFieldPowerAverage = 185;
inline constexpr unsigned kFieldPowerInstant = 186;

/// nvmlFieldValue_t
struct FieldValue {
  unsigned field;
  unsigned scope;
  long long timestamp_us;
  long long latency_us;
  int type;  ///< a ValueType, as far as the library is right
  Return status;
  Value value;
};
static_assert(sizeof(FieldValue) == 40 && offsetof(FieldValue, value) == 32);

/// nvmlUtilization_t, percent
struct Utilization {
  unsigned gpu;
  unsigned memory;
};

/// nvmlMemory_t, bytes
struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

/// nvmlProcessInfo_t of the calls that end in _v2 and _v3
struct ProcessInfo {
  unsigned pid;
  unsigned long long memory_bytes;
  unsigned instances[2];
};
static_assert(sizeof(ProcessInfo) == 24);
/// nvmlProcessInfo_v1_t, of the call without an ending
struct ProcessInfo1 {
  unsigned pid;
  unsigned long long memory_bytes;
};
static_assert(sizeof(ProcessInfo1) == 16);

inline constexpr unsigned kMigEnabled = 1;  ///< NVML_DEVICE_MIG_ENABLE
inline constexpr int kClockSm = 1;          ///< NVML_CLOCK_SM
inline constexpr int kTemperatureGpu = 0;   ///< NVML_TEMPERATURE_GPU
/// nvmlClocksEventReasons: the ones that heat and the supply of power cause.
inline constexpr unsigned long long kSlowForHardware = 0x8, kSlowForHeatBySoftware = 0x20,
                                    kSlowForHeat = 0x40, kSlowForPowerBrake = 0x80;
inline constexpr unsigned kNameSize = 96;     ///< NVML_DEVICE_NAME_V2_BUFFER_SIZE
inline constexpr unsigned kVersionSize = 80;  ///< NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE

/// The entry points; nullptr for what the driver's library does not have. Names in
/// nvml_library.cpp.
struct Functions {
  Return (*init)() = nullptr;
  Return (*shutdown)() = nullptr;
  Return (*driver_version)(char*, unsigned) = nullptr;
  Return (*count)(unsigned*) = nullptr;
  Return (*handle)(unsigned, Device*) = nullptr;
  Return (*name)(Device, char*, unsigned) = nullptr;
  Return (*mig_mode)(Device, unsigned*, unsigned*) = nullptr;
  Return (*processes)(Device, unsigned*, ProcessInfo*) = nullptr;
  Return (*processes1)(Device, unsigned*, ProcessInfo1*) = nullptr;  ///< where there is no newer
  Return (*total_energy)(Device, unsigned long long*) = nullptr;
  Return (*field_values)(Device, int, FieldValue*) = nullptr;
  Return (*power_usage)(Device, unsigned*) = nullptr;
  Return (*utilization)(Device, Utilization*) = nullptr;
  Return (*memory)(Device, Memory*) = nullptr;
  Return (*clock)(Device, int, unsigned*) = nullptr;
  Return (*temperature)(Device, int, unsigned*) = nullptr;
  Return (*throttle_reasons)(Device, unsigned long long*) = nullptr;
  Return (*persistence)(Device, int*) = nullptr;
  Return (*power_limit)(Device, unsigned*) = nullptr;
  Return (*default_power_limit)(Device, unsigned*) = nullptr;
  Return (*ecc)(Device, int*, int*) = nullptr;
  Return (*application_clock)(Device, int, unsigned*) = nullptr;
  Return (*highest_clock)(Device, int, unsigned*) = nullptr;
};

/// Calls what may not be there.
template <class Function, class... Arguments>
Return call(Function* function, Arguments... arguments) {
  return function == nullptr ? kFunctionNotFound : function(arguments...);
}

}  // namespace joulemark::sensors::nvml
