// SPDX-License-Identifier: Apache-2.0
// Asking the board's management controller (BMC): by the kernel, or a simulated machine's file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <tl/expected.hpp>
#include <vector>

namespace joulemark::sensors {

struct IpmiRequest {
  std::uint8_t function = 0;  ///< network function of the request
  std::uint8_t command = 0;
  std::vector<std::uint8_t> data;
};

/// The completion code and what follows it, or an errno.
using IpmiReply = tl::expected<std::vector<std::uint8_t>, int>;

class IpmiDevice {
 public:
  virtual ~IpmiDevice() = default;
  /// Waits for the reply, two seconds at most (ETIMEDOUT).
  virtual IpmiReply ask(const IpmiRequest& request) = 0;
};

/// The error is an errno.
using OpenedIpmi = tl::expected<std::unique_ptr<IpmiDevice>, int>;
using OpenIpmi = std::function<OpenedIpmi()>;

/// /dev/ipmi0 of this machine. ENOENT without one.
OpenedIpmi open_kernel_ipmi();

/// A device that answers every request with the bytes of the file `root`/sim/ipmi, written as
/// hexadecimal numbers between blanks. ENOENT without such a file.
OpenedIpmi open_simulated_ipmi(const std::filesystem::path& root);

}  // namespace joulemark::sensors
