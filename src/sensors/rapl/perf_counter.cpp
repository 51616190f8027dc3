// SPDX-License-Identifier: Apache-2.0
#include "sensors/rapl/perf_counter.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.h"
#include "host/kernel_file.h"

namespace joulemark::sensors {
namespace {

class KernelEvent final : public CounterSource {
 public:
  explicit KernelEvent(Descriptor event) : event_(std::move(event)) {}
  std::optional<std::uint64_t> read() override {
    std::uint64_t value = 0;
    if (::read(event_.get(), &value, sizeof value) != sizeof value) return std::nullopt;
    return value;
  }

 private:
  Descriptor event_;
};

class SimulatedEvent final : public CounterSource {
 public:
  explicit SimulatedEvent(Descriptor file) : file_(std::move(file)) {}
  std::optional<std::uint64_t> read() override {
    unsigned char bytes[8];
    if (pread(file_.get(), bytes, sizeof bytes, 0) != sizeof bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
    return value;
  }

 private:
  Descriptor file_;
};

}  // namespace

OpenedCounter open_kernel_event(const PerfEvent& event) {
  perf_event_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  attributes.size = sizeof attributes;
  attributes.type = event.type;
  attributes.config = event.config;
  constexpr int kAnyProcess = -1;
  constexpr int kNoGroup = -1;
  Descriptor opened(static_cast<int>(syscall(SYS_perf_event_open, &attributes, kAnyProcess,
                                             event.cpu, kNoGroup, PERF_FLAG_FD_CLOEXEC)));
  if (opened.get() < 0) return tl::unexpected<int>(errno);
  return std::make_unique<KernelEvent>(std::move(opened));
}

OpenedCounter open_simulated_event(const std::filesystem::path& root, const PerfEvent& event) {
  const auto path = root / "sim/perf" / fmt::format("{}-cpu{}", event.name, event.cpu);
  Descriptor file(open(path.c_str(), host::kOpenToLook));
  if (file.get() < 0) return tl::unexpected<int>(errno);
  return std::make_unique<SimulatedEvent>(std::move(file));
}

}  // namespace joulemark::sensors
