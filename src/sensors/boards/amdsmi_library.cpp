// SPDX-License-Identifier: Apache-2.0
// AMD SMI, of ROCm 6.1 and later.
#include <algorithm>
#include <mutex>
#include <optional>

#include "sensors/boards/amd_abi.h"
#include "sensors/boards/amd_library.h"

namespace joulemark::sensors {
namespace {

/// No machine has more of either; a library that says so is not believed.
constexpr std::uint32_t kMostHandles = 256;
/// From this version on power has another layout; of older ones than the first nobody here knows
/// it.
constexpr std::uint32_t kFirstKnownVersion = 24;
constexpr std::uint32_t kWideVersion = 25;

AmdFault fault_of(amd::Return code) {
  switch (code) {
    case amd::kNotSupported:
      return AmdFault::kNotSupported;
    case amd::kSmiNoPermission:
      return AmdFault::kNotPermitted;
    case amd::kSmiNotFound:
    case amd::kSmiDriverNotLoaded:
      return AmdFault::kGone;
    default:
      return AmdFault::kOther;
  }
}

amd::Functions bind_all(const SharedLibrary& library) {
  amd::Functions f;
  library.bind(f.init, "amdsmi_init");
  library.bind(f.shut_down, "amdsmi_shut_down");
  library.bind(f.version, "amdsmi_get_lib_version");
  library.bind(f.sockets, "amdsmi_get_socket_handles");
  library.bind(f.processors, "amdsmi_get_processor_handles");
  library.bind(f.processor_type, "amdsmi_get_processor_type");
  library.bind(f.asic, "amdsmi_get_gpu_asic_info");
  library.bind(f.energy, "amdsmi_get_energy_count");
  library.bind(f.power, "amdsmi_get_power_info");
  library.bind(f.temperature, "amdsmi_get_temp_metric");
  library.bind(f.activity, "amdsmi_get_gpu_activity");
  library.bind(f.memory_used, "amdsmi_get_gpu_memory_usage");
  return f;
}

const char* missing_of(const amd::Functions& functions) {
  if (functions.init == nullptr) return "amdsmi_init";
  if (functions.shut_down == nullptr) return "amdsmi_shut_down";
  if (functions.sockets == nullptr) return "amdsmi_get_socket_handles";
  if (functions.processors == nullptr) return "amdsmi_get_processor_handles";
  return nullptr;
}

/// A percentage or a power that is not one of the two ways to say that there is none.
std::optional<double> stated(std::uint32_t value) {
  constexpr std::uint32_t kNone16 = 0xFFFF;
  constexpr std::uint32_t kNone32 = 0xFFFFFFFF;
  return value == kNone16 || value == kNone32 ? std::nullopt : std::optional<double>(value);
}

class AmdSmi final : public AmdLibrary {
 public:
  explicit AmdSmi(SharedLibrary library)
      : library_(std::move(library)), functions_(bind_all(library_)) {}
  ~AmdSmi() override {
    if (initialised_) functions_.shut_down();
  }
  AmdSmi(const AmdSmi&) = delete;
  AmdSmi& operator=(const AmdSmi&) = delete;

  std::optional<LibraryFailure> start();

  [[nodiscard]] std::size_t count() const override { return lied_ > 0 ? lied_ : boards_.size(); }
  bool is_partition(std::size_t board) override;
  std::string name(std::size_t board) override;
  AmdAnswer<AmdEnergy> energy(std::size_t board) override;
  AmdAnswer<double> watts(std::size_t board) override;
  AmdAnswer<double> celsius(std::size_t board) override;
  AmdAnswer<double> busy(std::size_t board) override;
  AmdAnswer<double> memory_bytes(std::size_t board) override;

 private:
  /// What `function` says of a board, or its fault; {} where it succeeds.
  template <class Function, class... Arguments>
  AmdAnswer<void> ask(Function* function, std::size_t board, Arguments... arguments) {
    if (function == nullptr) return tl::unexpected(AmdFault::kNoFunction);
    if (board >= boards_.size() || boards_[board].processor == nullptr)
      return tl::unexpected(AmdFault::kGone);
    const std::lock_guard lock(mutex_);
    const amd::Return code = function(boards_[board].processor, arguments...);
    if (code != amd::kSuccess) return tl::unexpected(fault_of(code));
    return {};
  }
  template <class List>
  AmdAnswer<std::vector<amd::Handle>> handles(List list);
  AmdAnswer<void> list_boards();
  [[nodiscard]] bool is_gpu(amd::Handle processor) const;

  std::mutex mutex_;
  SharedLibrary library_;
  amd::Functions functions_;
  bool initialised_ = false;
  std::uint32_t version_ = 0;
  std::size_t lied_ = 0;  ///< a number that it listed and that cannot be; 0: none
  struct Place {
    amd::Handle processor;
    amd::Handle socket;
  };
  std::vector<Place> boards_;
};

std::optional<LibraryFailure> AmdSmi::start() {
  if (const char* symbol = missing_of(functions_)) return library_.lacks(symbol);
  if (const amd::Return code = functions_.init(amd::kInitGpus); code != amd::kSuccess) {
    const AmdFault fault = fault_of(code);
    return library_.refuses(static_cast<int>(fault), to_string(fault));
  }
  initialised_ = true;
  amd::Version version{};
  if (functions_.version != nullptr && functions_.version(&version) == amd::kSuccess)
    version_ = version.first;
  if (const auto listed = list_boards(); !listed)
    return library_.refuses(static_cast<int>(listed.error()), to_string(listed.error()));
  return std::nullopt;
}

bool AmdSmi::is_gpu(amd::Handle processor) const {
  int type = amd::kProcessorGpu;
  return functions_.processor_type == nullptr ||
         (functions_.processor_type(processor, &type) == amd::kSuccess &&
          type == amd::kProcessorGpu);
}

/// The handles that `list` gives when it is asked twice, for their number and for themselves. Empty
/// and `lied_` where there are more than there can be.
template <class List>
AmdAnswer<std::vector<amd::Handle>> AmdSmi::handles(List list) {
  std::uint32_t count = 0;
  if (const auto code = list(&count, nullptr); code != amd::kSuccess)
    return tl::unexpected(fault_of(code));
  if (count > kMostHandles) lied_ = count;
  std::vector<amd::Handle> handles(count > kMostHandles ? 0 : count);
  std::uint32_t filled = static_cast<std::uint32_t>(handles.size());
  if (handles.empty()) return handles;
  if (const auto code = list(&filled, handles.data()); code != amd::kSuccess)
    return tl::unexpected(fault_of(code));
  handles.resize(std::min<std::size_t>(filled, handles.size()));
  return handles;
}

AmdAnswer<void> AmdSmi::list_boards() {
  const auto sockets = handles(
      [&](std::uint32_t* count, amd::Handle* list) { return functions_.sockets(count, list); });
  if (!sockets) return tl::unexpected(sockets.error());
  for (const amd::Handle socket : *sockets) {
    const auto processors = handles([&](std::uint32_t* count, amd::Handle* list) {
      return functions_.processors(socket, count, list);
    });
    // Not left out: a board that is there and cannot be asked has a row.
    if (!processors) boards_.push_back({nullptr, socket});
    if (!processors) continue;
    for (const amd::Handle processor : *processors)
      if (processor != nullptr && is_gpu(processor)) boards_.push_back({processor, socket});
  }
  return {};
}

bool AmdSmi::is_partition(std::size_t board) {
  return board > 0 && board < boards_.size() && boards_[board].socket == boards_[board - 1].socket;
}

std::string AmdSmi::name(std::size_t board) {
  auto asic = std::make_unique<amd::AsicInfo>();
  if (!ask(functions_.asic, board, asic.get())) return "";
  return library_text(asic->name, amd::kNameSize);
}

AmdAnswer<AmdEnergy> AmdSmi::energy(std::size_t board) {
  std::uint64_t raw = 0;
  std::uint64_t timestamp_ns = 0;
  float microjoules = 0;
  return ask(functions_.energy, board, &raw, &microjoules, &timestamp_ns)
      .and_then([&] { return amd_unit_j(microjoules); })
      .map([&](double unit_j) {
        return AmdEnergy{raw, unit_j};
      });
}

/// The newest boards tell the present power only, the older ones the average only.
AmdAnswer<double> AmdSmi::watts(std::size_t board) {
  if (version_ < kFirstKnownVersion) return tl::unexpected(AmdFault::kNotSupported);
  amd::PowerInfo info{};
  if (auto asked = ask(functions_.power, board, &info); !asked)
    return tl::unexpected(asked.error());
  const bool wide = version_ >= kWideVersion;
  const auto current = stated(wide ? info.v25.current_w : info.v24.current_w);
  const auto average = stated(wide ? info.v25.average_w : info.v24.average_w);
  // One that is not supported may also be 0, and no board draws nothing.
  if (current.value_or(0) > 0) return *current;
  if (average.value_or(0) > 0) return *average;
  return tl::unexpected(AmdFault::kNotSupported);
}

AmdAnswer<double> AmdSmi::celsius(std::size_t board) {
  std::int64_t celsius = 0;
  return ask(functions_.temperature, board, amd::kHotspot, amd::kCurrent, &celsius).map([&] {
    return static_cast<double>(celsius);
  });
}

AmdAnswer<double> AmdSmi::busy(std::size_t board) {
  amd::EngineUsage usage{};
  if (auto asked = ask(functions_.activity, board, &usage); !asked)
    return tl::unexpected(asked.error());
  const auto percent = stated(usage.graphics);
  return percent ? AmdAnswer<double>(*percent) : tl::unexpected(AmdFault::kNotSupported);
}

AmdAnswer<double> AmdSmi::memory_bytes(std::size_t board) {
  std::uint64_t bytes = 0;
  return ask(functions_.memory_used, board, amd::kVram, &bytes).map([&] {
    return static_cast<double>(bytes);
  });
}

}  // namespace

AmdLibraryOrFailure open_amd_smi(const std::vector<std::filesystem::path>& paths) {
  auto loaded = SharedLibrary::open(paths);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  auto library = std::make_shared<AmdSmi>(*std::move(loaded));
  if (auto failure = library->start()) return tl::unexpected(*std::move(failure));
  return library;
}

}  // namespace joulemark::sensors
