// SPDX-License-Identifier: Apache-2.0
// AMD's boards, as one of its two libraries tells of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sensors/boards/shared_library.h"

namespace joulemark::sensors {

/// Why there is no answer.
enum class AmdFault {
  kNotSupported,
  kNotPermitted,
  kNoFunction,  ///< the library is too old
  kGone,        ///< the board is not there any more
  kOther
};

/// "not supported"
const char* to_string(AmdFault fault);

template <class T>
using AmdAnswer = tl::expected<T, AmdFault>;

struct AmdEnergy {
  std::uint64_t raw = 0;
  double unit_j = 0;  ///< of `raw`; a number above 0 that can be one
};

/// An initialised library. Its boards have numbers below `count`. Thread-safe, by one lock around
/// every call: AMD's libraries are not.
class AmdLibrary {
 public:
  virtual ~AmdLibrary() = default;
  /// What it lists, whether that can be or not.
  [[nodiscard]] virtual std::size_t count() const = 0;
  /// "AMD Instinct MI300X"; "" when it does not say.
  virtual std::string name(std::size_t board) = 0;
  /// Whether it is a further part of the socket of a board before it, whose meters are those of the
  /// whole socket.
  virtual bool is_partition(std::size_t board) = 0;
  virtual AmdAnswer<AmdEnergy> energy(std::size_t board) = 0;
  virtual AmdAnswer<double> watts(std::size_t board) = 0;
  virtual AmdAnswer<double> celsius(std::size_t board) = 0;
  /// Percent of the time in which it did anything.
  virtual AmdAnswer<double> busy(std::size_t board) = 0;
  virtual AmdAnswer<double> memory_bytes(std::size_t board) = 0;
};

using AmdLibraryOrFailure = tl::expected<std::shared_ptr<AmdLibrary>, LibraryFailure>;

/// libamd_smi. A refusal's code is an AmdFault.
AmdLibraryOrFailure open_amd_smi(const std::vector<std::filesystem::path>& paths);
/// librocm_smi64, which came before it.
AmdLibraryOrFailure open_rocm_smi(const std::vector<std::filesystem::path>& paths);

/// The unit of a counter out of the microjoules that a library gives: firmware counts in 2^-16 J
/// (15.259 µJ), which the libraries round to 15.3. Empty for what is no unit.
AmdAnswer<double> amd_unit_j(float microjoules);

}  // namespace joulemark::sensors
