// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/level_zero.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "host/kernel_file.h"
#include "sensors/boards/board_discovery.h"
#include "sensors/boards/level_zero_library.h"
#include "sensors/kernel/hwmon_chips.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;
using Library = std::shared_ptr<const LevelZeroLibrary>;

constexpr double kMicrojoule = 1e-6;
constexpr double kMilliwatt = 1e-3;
/// A counter that says more than so many times the card's limit is not believed.
constexpr double kLimitRoom = 2;
constexpr const char* kBuiltIn = "0000:00:02.0";
constexpr const char* kIntel = "0x8086";

SensorStatus status_of(const std::string& scope, const char* reason, std::string detail) {
  return make_status("level_zero", scope, reason, std::move(detail));
}

SensorStatus status_of_code(const std::string& scope, zes::Return code) {
  SensorStatus status =
      status_of(scope, "unreadable",
                fmt::format("its energy counter cannot be read: {}", zes_error_text(code)));
  if (code == zes::kUnsupported) status.reason = "not_supported";
  if (code == zes::kDeviceLost || code == zes::kNeedsReset) status.reason = "lost";
  if (code == zes::kNoPermission) {
    status.reason = "eacces";
    status.remedy = "sudo usermod -aG render $USER";
  }
  return status;
}

/// A power domain's counter; the driver gives no power.
class CardMeter final : public BoardMeter {
 public:
  CardMeter(Library library, zes::Handle domain, zes::Handle thermometer)
      : library_(std::move(library)), domain_(domain), thermometer_(thermometer) {}

  std::optional<std::uint64_t> counter() override {
    if (lost_) return std::nullopt;
    zes::EnergyCounter energy{};
    const zes::Return code = library_->functions().energy(domain_, &energy);
    if (code == zes::kDeviceLost || code == zes::kNeedsReset) lost_ = true;
    return code == zes::kSuccess ? std::optional(energy.microjoules) : std::nullopt;
  }
  std::optional<double> watts() override { return std::nullopt; }
  [[nodiscard]] std::vector<BoardLine> gauge_lines() const override {
    return {{"temperature", "°C"}};
  }
  void read_gauges(std::span<std::optional<double>> values) override {
    double celsius = 0;
    if (lost_ || thermometer_ == nullptr || library_->functions().temperature == nullptr ||
        library_->functions().temperature(thermometer_, &celsius) != zes::kSuccess)
      return;
    constexpr double kHottest = 200;
    if (celsius > 0 && celsius < kHottest) values.front() = celsius;
  }
  [[nodiscard]] bool is_lost() const override { return lost_; }

 private:
  Library library_;
  zes::Handle domain_;
  zes::Handle thermometer_;  ///< nullptr: none
  std::atomic<bool> lost_ = false;
};

/// A power domain, and what is known of it.
struct PowerDomain {
  zes::Handle handle = nullptr;
  int kind = 0;
  double limit_w = 0;  ///< 0: not known
};

std::optional<PowerDomain> look_at(const zes::Functions& functions, zes::Handle handle) {
  zes::PowerLimit limit;
  zes::PowerExtension extension;
  extension.default_limit = &limit;
  zes::PowerProperties properties;
  properties.next = &extension;
  if (functions.power_properties(handle, &properties) != zes::kSuccess ||
      properties.on_subdevice != 0)
    return std::nullopt;
  const int limit_mw = std::max({properties.default_mw, properties.max_mw, limit.limit_mw, 0});
  return PowerDomain{handle, extension.domain, limit_mw * kMilliwatt};
}

/// The card's domain, else the package's, else the one that an older driver does not name. Those of
/// tiles, memory and cores are parts of it.
std::optional<PowerDomain> find_domain(const zes::Functions& functions,
                                       const std::vector<zes::Handle>& handles) {
  std::optional<PowerDomain> best;
  const auto rank = [](int kind) {
    if (kind == zes::kCardDomain) return 3;
    if (kind == zes::kPackageDomain) return 2;
    return kind == 0 ? 1 : 0;
  };
  for (const zes::Handle handle : handles) {
    const auto domain = look_at(functions, handle);
    if (domain && rank(domain->kind) > (best ? rank(best->kind) : 0)) best = domain;
  }
  return best;
}

/// Of the PCI device; "" where the driver does not say.
std::string address_of(const zes::Functions& functions, zes::Handle device) {
  zes::PciProperties pci;
  if (functions.pci == nullptr || functions.pci(device, &pci) != zes::kSuccess) return "";
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", pci.domain, pci.bus, pci.device, pci.function);
}

enum class Hwmon { kNone, kClosed, kReadable };

/// What hwmon has of the card at `address`.
Hwmon hwmon_of(const std::vector<HwmonChannel>& channels, const std::string& address) {
  Hwmon best = Hwmon::kNone;
  for (const HwmonChannel& channel : channels) {
    if (channel.scope.domain != Domain::kGpu || channel.scope.device != address) continue;
    best = SysfsFile::open(channel.file) ? Hwmon::kReadable : std::max(best, Hwmon::kClosed);
  }
  return best;
}

/// Looks at the devices one by one.
class CardFinder {
 public:
  CardFinder(Library library, const SensorEnvironment& environment)
      : library_(std::move(library)), channels_(list_channels(environment.root)) {}

  /// The board, or the row that says why it is none.
  tl::expected<Board, SensorStatus> look(zes::Handle device, std::size_t index) const {
    const zes::Functions& functions = library_->functions();
    Board board;
    const std::string address = address_of(functions, device);
    board.scope = {fmt::format("intel-gpu-{}", index), Domain::kGpu,
                   address.empty() ? fmt::format("intel-{}", index) : address};
    if (auto row = describe(device, board)) return tl::unexpected(*std::move(row));
    const Hwmon hwmon = hwmon_of(channels_, address);
    if (hwmon == Hwmon::kReadable)
      return tl::unexpected(duplicate(board, "hwmon reads its counter; not added again"));
    auto failed = open_counter(device, board);
    if (failed && hwmon == Hwmon::kClosed)
      return tl::unexpected(duplicate(board, "its counter is that of hwmon, which says the rest"));
    if (failed) return tl::unexpected(*std::move(failed));
    return board;
  }

 private:
  static SensorStatus duplicate(const Board& board, const char* detail) {
    return status_of(board.scope.scope, "duplicate", detail);
  }

  /// Adds its name; the row of one that is built into a processor.
  std::optional<SensorStatus> describe(zes::Handle device, Board& board) const {
    zes::DeviceProperties properties;
    if (library_->functions().properties == nullptr ||
        library_->functions().properties(device, &properties) != zes::kSuccess)
      return std::nullopt;
    if (properties.core.type != zes::kGpu)
      return status_of(board.scope.scope, "unknown", "it is no GPU; not added");
    if ((properties.core.flags & zes::kIntegrated) != 0)
      return status_of(board.scope.scope, "contained",
                       "built into the processor, whose counter includes it; not added again");
    board.note = fmt::format("; {}, driver {}",
                             library_text(properties.core.name, sizeof properties.core.name),
                             library_text(properties.driver, sizeof properties.driver));
    return std::nullopt;
  }

  /// Adds the counter; the row of a card that has none.
  std::optional<SensorStatus> open_counter(zes::Handle device, Board& board) const {
    const zes::Functions& functions = library_->functions();
    const auto domains = LevelZeroLibrary::parts(functions.power_domains, device);
    if (!domains) return status_of_code(board.scope.scope, domains.error());
    const auto domain = find_domain(functions, *domains);
    if (!domain)
      return status_of(board.scope.scope, "not_supported", "it has no counter of the whole card");
    zes::EnergyCounter energy{};
    if (const auto code = functions.energy(domain->handle, &energy); code != zes::kSuccess)
      return status_of_code(board.scope.scope, code);
    const auto thermometers = LevelZeroLibrary::parts(functions.thermometers, device);
    board.meter = std::make_shared<CardMeter>(
        library_, domain->handle,
        thermometers && !thermometers->empty() ? thermometers->front() : nullptr);
    board.unit_j = kMicrojoule;
    if (domain->limit_w > 0)
      board.max_watts = std::min(kMostBoardWatts, kLimitRoom * domain->limit_w);
    return std::nullopt;
  }

  Library library_;
  std::vector<HwmonChannel> channels_;
};

/// Whether the kernel knows an Intel GPU besides a processor's own.
bool has_card(const fs::path& root) {
  for (const fs::path& card : host::entries_of(root / "sys/class/drm", "card")) {
    std::error_code error;
    const fs::path device = fs::canonical(card / "device", error);
    if (!error && device.filename() != kBuiltIn &&
        host::read_small(device / "vendor").value_or("") == kIntel)
      return true;
  }
  return false;
}

SensorStatus failure_status(const LibraryFailure& failure) {
  using Kind = LibraryFailure::Kind;
  if (failure.kind == Kind::kSymbols)
    return status_of("", "symbol_missing", failure.detail + "; the loader is too old");
  if (failure.kind == Kind::kRefused) {
    SensorStatus status = status_of_code("", static_cast<zes::Return>(failure.code));
    status.detail = failure.detail;
    return status;
  }
  SensorStatus status = status_of("", "lib_missing", failure.detail);
  status.remedy = "install Level Zero and its GPU driver (libze1, libze-intel-gpu1)";
  return status;
}

/// The boards among the devices, with a row for each that is none.
std::vector<Board> look_at_all(const CardFinder& finder, const std::vector<zes::Handle>& devices,
                               Discovered& found) {
  std::vector<Board> boards;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    auto board = finder.look(devices[i], i);
    if (board) {
      boards.push_back(*std::move(board));
    } else {
      found.statuses.push_back(std::move(board.error()));
    }
  }
  return boards;
}

}  // namespace

Discovered find_level_zero(const SensorEnvironment& environment,
                           const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  // The loader is not touched where it has nothing to find: it brings whole compilers along.
  if (!has_card(environment.root)) {
    found.statuses.push_back(status_of("", "absent", "there is no Intel GPU card"));
    return found;
  }
  const auto library = LevelZeroLibrary::open(
      library_paths(environment.level_zero_library, environment.root, {"libze_loader.so.1"}));
  if (!library) {
    found.statuses.push_back(failure_status(library.error()));
    return found;
  }
  const auto devices = (*library)->devices();
  if (!devices) {
    found.statuses.push_back(status_of_code("", devices.error()));
    return found;
  }
  if (devices->empty())
    found.statuses.push_back(status_of("", "absent", "the driver lists no Intel GPU card"));
  add_boards({.name = "level_zero",
              .boards = look_at_all(CardFinder(*library, environment), *devices, found),
              .claimed = claimed,
              .clock = environment.clock},
             found);
  return found;
}

}  // namespace joulemark::sensors
