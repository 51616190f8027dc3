// SPDX-License-Identifier: Apache-2.0
// The kernel's interface is that of <linux/ipmi.h>: send, wait, receive, and compare the number of
// the message, because answers to questions of long ago may still come.
#include "sensors/meters/ipmi_device.h"

#include <fcntl.h>
#include <linux/ipmi.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/descriptor.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {
namespace {

constexpr Nanoseconds kLongestWait = 2 * kNanosecondsPerSecond;
constexpr std::size_t kMostBytes = 256;

class KernelIpmi final : public IpmiDevice {
 public:
  explicit KernelIpmi(Descriptor device) : device_(std::move(device)) {}

  IpmiReply ask(const IpmiRequest& request) override {
    if (const int error = send(request); error != 0) return tl::unexpected(error);
    const Nanoseconds deadline = monotonic_now() + kLongestWait;
    for (;;) {
      if (const int error = await(deadline); error != 0) return tl::unexpected(error);
      std::array<unsigned char, kMostBytes> bytes{};
      ipmi_addr address{};
      ipmi_recv reply{};
      reply.addr = reinterpret_cast<unsigned char*>(&address);
      reply.addr_len = sizeof address;
      reply.msg.data = bytes.data();
      reply.msg.data_len = bytes.size();
      if (ioctl(device_.get(), IPMICTL_RECEIVE_MSG_TRUNC, &reply) != 0) {
        if (errno == EINTR || errno == EAGAIN) continue;
        return tl::unexpected(errno);
      }
      if (reply.recv_type == IPMI_RESPONSE_RECV_TYPE && reply.msgid == number_)
        return std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + reply.msg.data_len);
    }
  }

 private:
  int send(const IpmiRequest& request) {
    std::vector<std::uint8_t> data = request.data;
    ipmi_system_interface_addr address{};
    address.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
    address.channel = IPMI_BMC_CHANNEL;
    ipmi_req message{};
    message.addr = reinterpret_cast<unsigned char*>(&address);
    message.addr_len = sizeof address;
    message.msgid = ++number_;
    message.msg.netfn = request.function;
    message.msg.cmd = request.command;
    message.msg.data = data.data();
    message.msg.data_len = static_cast<unsigned short>(data.size());
    return ioctl(device_.get(), IPMICTL_SEND_COMMAND, &message) == 0 ? 0 : errno;
  }
  [[nodiscard]] int await(Nanoseconds deadline) const {
    for (;;) {
      const Nanoseconds left = deadline - monotonic_now();
      if (left <= 0) return ETIMEDOUT;
      pollfd wanted{device_.get(), POLLIN, 0};
      const int ready = poll(&wanted, 1, static_cast<int>(left / 1'000'000) + 1);
      if (ready > 0) return 0;
      if (ready < 0 && errno != EINTR) return errno;
    }
  }

  Descriptor device_;
  long number_ = 0;
};

class SimulatedIpmi final : public IpmiDevice {
 public:
  explicit SimulatedIpmi(SysfsFile file) : file_(std::move(file)) {}

  IpmiReply ask(const IpmiRequest& /*request*/) override {
    char buffer[4 * kMostBytes];
    const auto text = file_.read(buffer, sizeof buffer);
    if (!text) return tl::unexpected(EIO);
    std::vector<std::uint8_t> bytes;
    const char* at = text->data();
    const char* end = at + text->size();
    for (;;) {
      while (at != end && (*at == ' ' || *at == '\n')) ++at;
      if (at == end) return bytes;
      std::uint8_t byte = 0;
      const auto [stop, error] = std::from_chars(at, end, byte, 16);
      if (error != std::errc()) return tl::unexpected(EIO);
      bytes.push_back(byte);
      at = stop;
    }
  }

 private:
  SysfsFile file_;
};

}  // namespace

OpenedIpmi open_kernel_ipmi() {
  int error = ENOENT;
  // Older systems have other names.
  for (const char* path : {"/dev/ipmi0", "/dev/ipmi/0", "/dev/ipmidev/0"}) {
    Descriptor device(open(path, O_RDWR | O_CLOEXEC));
    if (device.get() >= 0) return std::make_unique<KernelIpmi>(std::move(device));
    if (errno != ENOENT && errno != ENOTDIR) error = errno;
  }
  return tl::unexpected(error);
}

OpenedIpmi open_simulated_ipmi(const std::filesystem::path& root) {
  auto file = SysfsFile::open(root / "sim/ipmi");
  if (!file) return tl::unexpected(ENOENT);
  return std::make_unique<SimulatedIpmi>(*std::move(file));
}

}  // namespace joulemark::sensors
