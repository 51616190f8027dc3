// SPDX-License-Identifier: Apache-2.0
// ROCm SMI, which AMD SMI replaces.
#include <array>
#include <mutex>
#include <optional>

#include "sensors/boards/amd_abi.h"
#include "sensors/boards/amd_library.h"

namespace joulemark::sensors {
namespace {

constexpr double kMicro = 1e-6;
constexpr double kMilli = 1e-3;

AmdFault fault_of(amd::Return code) {
  switch (code) {
    case amd::kNotSupported:
      return AmdFault::kNotSupported;
    case amd::kRocmPermission:
      return AmdFault::kNotPermitted;
    case amd::kRocmNotFound:
      return AmdFault::kGone;
    default:
      return AmdFault::kOther;
  }
}

amd::RocmFunctions bind_all(const SharedLibrary& library) {
  amd::RocmFunctions f;
  library.bind(f.init, "rsmi_init");
  library.bind(f.shut_down, "rsmi_shut_down");
  library.bind(f.count, "rsmi_num_monitor_devices");
  library.bind(f.name, "rsmi_dev_name_get");
  library.bind(f.pci_id, "rsmi_dev_pci_id_get");
  library.bind(f.energy, "rsmi_dev_energy_count_get");
  library.bind(f.power, "rsmi_dev_power_get");
  library.bind(f.average_power, "rsmi_dev_power_ave_get");
  library.bind(f.temperature, "rsmi_dev_temp_metric_get");
  library.bind(f.busy, "rsmi_dev_busy_percent_get");
  library.bind(f.memory_used, "rsmi_dev_memory_usage_get");
  return f;
}

const char* missing_of(const amd::RocmFunctions& functions) {
  if (functions.init == nullptr) return "rsmi_init";
  if (functions.shut_down == nullptr) return "rsmi_shut_down";
  if (functions.count == nullptr) return "rsmi_num_monitor_devices";
  return nullptr;
}

class RocmSmi final : public AmdLibrary {
 public:
  explicit RocmSmi(SharedLibrary library)
      : library_(std::move(library)), functions_(bind_all(library_)) {}
  ~RocmSmi() override {
    if (initialised_) functions_.shut_down();
  }
  RocmSmi(const RocmSmi&) = delete;
  RocmSmi& operator=(const RocmSmi&) = delete;

  std::optional<LibraryFailure> start();

  [[nodiscard]] std::size_t count() const override { return count_; }
  bool is_partition(std::size_t board) override;
  std::string name(std::size_t board) override;
  AmdAnswer<AmdEnergy> energy(std::size_t board) override;
  AmdAnswer<double> watts(std::size_t board) override;
  AmdAnswer<double> celsius(std::size_t board) override;
  AmdAnswer<double> busy(std::size_t board) override;
  AmdAnswer<double> memory_bytes(std::size_t board) override;

 private:
  template <class Function, class... Arguments>
  AmdAnswer<void> ask(Function* function, std::size_t board, Arguments... arguments) {
    if (function == nullptr) return tl::unexpected(AmdFault::kNoFunction);
    const std::lock_guard lock(mutex_);
    const amd::Return code = function(static_cast<std::uint32_t>(board), arguments...);
    if (code != amd::kSuccess) return tl::unexpected(fault_of(code));
    return {};
  }

  std::mutex mutex_;
  SharedLibrary library_;
  amd::RocmFunctions functions_;
  bool initialised_ = false;
  std::uint32_t count_ = 0;
};

std::optional<LibraryFailure> RocmSmi::start() {
  if (const char* symbol = missing_of(functions_)) return library_.lacks(symbol);
  amd::Return code = functions_.init(0);
  initialised_ = code == amd::kSuccess;
  if (initialised_) code = functions_.count(&count_);
  if (code == amd::kSuccess) return std::nullopt;
  const AmdFault fault = fault_of(code);
  return library_.refuses(static_cast<int>(fault), to_string(fault));
}

bool RocmSmi::is_partition(std::size_t board) {
  std::uint64_t address = 0;
  constexpr int kPartitionBits = 28;
  return ask(functions_.pci_id, board, &address) && ((address >> kPartitionBits) & 0xF) != 0;
}

std::string RocmSmi::name(std::size_t board) {
  std::array<char, amd::kNameSize> text{};
  if (!ask(functions_.name, board, text.data(), text.size())) return "";
  return library_text(text.data(), text.size());
}

AmdAnswer<AmdEnergy> RocmSmi::energy(std::size_t board) {
  std::uint64_t raw = 0;
  std::uint64_t timestamp_ns = 0;
  float microjoules = 0;
  return ask(functions_.energy, board, &raw, &microjoules, &timestamp_ns)
      .and_then([&] { return amd_unit_j(microjoules); })
      .map([&](double unit_j) {
        return AmdEnergy{raw, unit_j};
      });
}

/// The newer call tells whichever power the board has.
AmdAnswer<double> RocmSmi::watts(std::size_t board) {
  std::uint64_t microwatts = 0;
  int kind = 0;
  auto asked = ask(functions_.power, board, &microwatts, &kind);
  if (!asked) {
    constexpr std::uint32_t kFirstSensor = 0;
    asked = ask(functions_.average_power, board, kFirstSensor, &microwatts);
  }
  if (!asked) return tl::unexpected(asked.error());
  if (microwatts == 0) return tl::unexpected(AmdFault::kNotSupported);
  return static_cast<double>(microwatts) * kMicro;
}

AmdAnswer<double> RocmSmi::celsius(std::size_t board) {
  std::int64_t millicelsius = 0;
  constexpr std::uint32_t kSensor = amd::kHotspot;
  return ask(functions_.temperature, board, kSensor, amd::kCurrent, &millicelsius).map([&] {
    return static_cast<double>(millicelsius) * kMilli;
  });
}

AmdAnswer<double> RocmSmi::busy(std::size_t board) {
  std::uint32_t percent = 0;
  return ask(functions_.busy, board, &percent).map([&] { return static_cast<double>(percent); });
}

AmdAnswer<double> RocmSmi::memory_bytes(std::size_t board) {
  std::uint64_t bytes = 0;
  return ask(functions_.memory_used, board, amd::kVram, &bytes).map([&] {
    return static_cast<double>(bytes);
  });
}

}  // namespace

AmdLibraryOrFailure open_rocm_smi(const std::vector<std::filesystem::path>& paths) {
  auto loaded = SharedLibrary::open(paths);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  auto library = std::make_shared<RocmSmi>(*std::move(loaded));
  if (auto failure = library->start()) return tl::unexpected(*std::move(failure));
  return library;
}

}  // namespace joulemark::sensors
