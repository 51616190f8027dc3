// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/amd.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "sensors/boards/amd_library.h"
#include "sensors/boards/board_discovery.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

/// No machine has more boards, dies of boards counted as such; who says so is not believed.
constexpr std::size_t kMostBoards = 256;
constexpr const char* kRemedy = "sudo usermod -aG render,video $USER";

class AmdMeter final : public BoardMeter {
 public:
  AmdMeter(std::shared_ptr<AmdLibrary> library, std::size_t board)
      : library_(std::move(library)), board_(board) {}

  std::optional<std::uint64_t> counter() override {
    const auto energy = noted(library_->energy(board_));
    return energy ? std::optional(energy->raw) : std::nullopt;
  }
  std::optional<double> watts() override {
    const auto watts = noted(library_->watts(board_));
    return watts && *watts <= kMostBoardWatts ? std::optional(*watts) : std::nullopt;
  }
  [[nodiscard]] std::vector<BoardLine> gauge_lines() const override {
    return {{"board power", "W"},
            {"utilisation", "%"},
            {"memory used", "bytes"},
            {"temperature", "°C"}};
  }
  void read_gauges(std::span<std::optional<double>> values) override {
    const AmdAnswer<double> answers[] = {library_->watts(board_), library_->busy(board_),
                                         library_->memory_bytes(board_), library_->celsius(board_)};
    std::size_t next = 0;
    for (const AmdAnswer<double>& answer : answers) {
      if (answer) values[next] = *answer;
      ++next;
    }
  }
  [[nodiscard]] bool is_lost() const override { return lost_; }

 private:
  template <class T>
  AmdAnswer<T> noted(AmdAnswer<T> answer) {
    if (!answer && answer.error() == AmdFault::kGone) lost_ = true;
    return answer;
  }
  std::shared_ptr<AmdLibrary> library_;
  std::size_t board_;
  std::atomic<bool> lost_ = false;
};

/// One of the two rows of the sensor table.
struct AmdRow {
  const char* name;
  std::vector<fs::path> paths;
  AmdLibraryOrFailure (*open)(const std::vector<fs::path>&);
};

SensorStatus forbidden(SensorStatus status) {
  status.reason = "eacces";
  status.remedy = kRemedy;
  return status;
}

/// Whether the kernel's part of the driver is there and open to this user.
enum class Kernel { kAbsent, kClosed, kOpen };
Kernel kernel_driver(const fs::path& root) {
  const fs::path kfd = root / "dev/kfd";
  std::error_code ignored;
  if (!fs::exists(kfd, ignored)) return Kernel::kAbsent;
  return access(kfd.c_str(), R_OK | W_OK) == 0 ? Kernel::kOpen : Kernel::kClosed;
}

SensorStatus failure_status(const AmdRow& row, const LibraryFailure& failure, Kernel kernel) {
  using Kind = LibraryFailure::Kind;
  SensorStatus status = make_status(row.name, "", "unreadable", failure.detail);
  if (kernel == Kernel::kAbsent)
    return make_status(row.name, "", "absent", "there is no AMD board with a driver");
  if (failure.kind == Kind::kMissing) {
    status.reason = "lib_missing";
    status.remedy = "install the libraries of ROCm (amd-smi-lib)";
  } else if (failure.kind == Kind::kSymbols) {
    status.reason = "symbol_missing";
    status.detail += "; ROCm is too old";
  } else if (kernel == Kernel::kClosed ||
             failure.code == static_cast<int>(AmdFault::kNotPermitted)) {
    return forbidden(std::move(status));
  }
  return status;
}

/// The row of a board that tells neither energy nor power.
SensorStatus silent_status(const AmdRow& row, const std::string& scope, AmdFault fault) {
  SensorStatus status = make_status(
      row.name, scope, "unreadable",
      fmt::format("neither its energy nor its power can be read: {}{}", to_string(fault),
                  fault == AmdFault::kNotSupported
                      ? "; a virtual machine has no access to its counter"
                      : ""));
  if (fault == AmdFault::kNotSupported) status.reason = "not_supported";
  if (fault == AmdFault::kNoFunction) status.reason = "symbol_missing";
  if (fault == AmdFault::kGone) status.reason = "lost";
  return fault == AmdFault::kNotPermitted ? forbidden(std::move(status)) : status;
}

/// The counter of an APU of the data centre counts its processor too.
ScopeInfo scope_of(std::size_t index, const std::string& name) {
  const bool module = name.find("MI300A") != std::string::npos;
  return {fmt::format("amd-{}-{}", module ? "module" : "gpu", index),
          module ? Domain::kModule : Domain::kGpu,
          module ? std::to_string(index) : fmt::format("amd-{}", index)};
}

/// Where `energy` of a board is counted, if by an earlier one; nullptr where it is not. The second
/// die of a board of two has a counter that is always 0, and no power: rocm-smi tells it by that.
const char* counted_by(const AmdAnswer<AmdEnergy>& energy, const AmdAnswer<double>& watts,
                       const std::vector<Board>& before) {
  const bool silent = energy && energy->raw == 0 && !watts && !before.empty();
  return silent ? "a second die, whose energy the first one's counter counts; not added again"
                : nullptr;
}

std::vector<Board> list_boards(const AmdRow& row, const std::shared_ptr<AmdLibrary>& library,
                               Discovered& found) {
  std::vector<Board> boards;
  for (std::size_t i = 0; i < library->count(); ++i) {
    const std::string name = library->name(i);
    Board board{.scope = scope_of(i, name), .meter = std::make_shared<AmdMeter>(library, i)};
    const auto energy = library->energy(i);
    const auto watts = library->watts(i);
    const char* elsewhere = library->is_partition(i)
                                ? "a part of the board before it, whose counter is the same"
                                : counted_by(energy, watts, boards);
    if (elsewhere != nullptr) {
      found.statuses.push_back(make_status(row.name, board.scope.scope, "contained", elsewhere));
      continue;
    }
    if (!energy && !watts) {
      found.statuses.push_back(silent_status(row, board.scope.scope, energy.error()));
      continue;
    }
    board.unit_j = energy ? energy->unit_j : 0;
    if (!name.empty()) board.note = "; " + name;
    boards.push_back(std::move(board));
  }
  return boards;
}

Discovered find_by(const AmdRow& row, const SensorEnvironment& environment,
                   const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  const Kernel kernel = kernel_driver(environment.root);
  const auto library = row.open(row.paths);
  if (!library) {
    found.statuses.push_back(failure_status(row, library.error(), kernel));
    return found;
  }
  const std::size_t count = (*library)->count();
  if (count > kMostBoards) {
    found.statuses.push_back(
        make_status(row.name, "", "unreadable",
                    fmt::format("the library lists {} boards, which no machine has", count)));
    return found;
  }
  if (count == 0) {
    SensorStatus status = make_status(row.name, "", "absent", "the library lists no AMD board");
    found.statuses.push_back(kernel == Kernel::kClosed ? forbidden(std::move(status)) : status);
    return found;
  }
  std::vector<Board> boards = list_boards(row, *library, found);
  add_boards({.name = row.name,
              .boards = std::move(boards),
              .claimed = claimed,
              .clock = environment.clock},
             found);
  return found;
}

std::vector<fs::path> amd_smi_paths(const SensorEnvironment& environment) {
  return library_paths(environment.amd_library, environment.root,
                       {"libamd_smi.so", "libamd_smi.so.26", "libamd_smi.so.25", "libamd_smi.so.24",
                        "/opt/rocm/lib/libamd_smi.so"});
}

}  // namespace

Discovered find_amdsmi(const SensorEnvironment& environment,
                       const std::vector<ScopeInfo>& claimed) {
  return find_by({"amdsmi", amd_smi_paths(environment), open_amd_smi}, environment, claimed);
}

Discovered find_rocmsmi(const SensorEnvironment& environment,
                        const std::vector<ScopeInfo>& claimed) {
  if (SharedLibrary::open(amd_smi_paths(environment))) {
    Discovered found;
    found.statuses.push_back(make_status("rocmsmi", "", "duplicate",
                                         "AMD SMI, which replaces it, is there; not asked again"));
    return found;
  }
  return find_by({"rocmsmi",
                  library_paths(environment.rocm_library, environment.root,
                                {"librocm_smi64.so", "librocm_smi64.so.7", "librocm_smi64.so.6",
                                 "/opt/rocm/lib/librocm_smi64.so"}),
                  open_rocm_smi},
                 environment, claimed);
}

}  // namespace joulemark::sensors
