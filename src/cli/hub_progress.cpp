// SPDX-License-Identifier: Apache-2.0
// Lines and a live line; at most ten drawings a second.
#include "cli/hub_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text_table.h"
#include "cli/output.h"
#include "run/progress_line.h"

namespace joulemark::cli {
namespace {

constexpr Nanoseconds kDrawingInterval = kNanosecondsPerSecond / 10;
constexpr std::size_t kLiveColumns = 79;

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return fmt::format("{:.{}f} {}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, kUnits[unit]);
}

hub::FetchCallbacks HubProgress::callbacks() {
  hub::FetchCallbacks callbacks;
  callbacks.note = [this](const std::string& text) {
    erase();
    print_note(printable(text));
  };
  if (style_ == run::ProgressStyle::kQuiet) return callbacks;
  callbacks.planned = [this](const hub::FetchPlan& plan) { planned(plan); };
  callbacks.advanced = [this](const hub::FileProgress& file) { advanced(file); };
  return callbacks;
}

void HubProgress::planned(const hub::FetchPlan& plan) {
  total_ = plan.bytes;
  before_ = 0;
  erase();
  print_error_text(fmt::format("to download: {} in {} file{}\n", size_text(plan.bytes),
                               plan.missing.size(), plan.missing.size() == 1 ? "" : "s"));
  for (const auto& file : plan.missing)
    print_error_text(fmt::format("  {:>8}  {}\n", file.bytes == 0 ? "?" : size_text(file.bytes),
                                 printable(file.name)));
}

void HubProgress::advanced(const hub::FileProgress& file) {
  if (file.total > 0 && file.done >= file.total) return finished(file);
  if (style_ == run::ProgressStyle::kTerminal) draw(file);
}

void HubProgress::finished(const hub::FileProgress& file) {
  before_ += file.total;
  if (style_ == run::ProgressStyle::kTerminal) return draw(file);
  print_error_text(fmt::format("{}  {}\n", printable(file.name), size_text(file.total)));
}

void HubProgress::draw(const hub::FileProgress& file) {
  const Nanoseconds now = monotonic_now();
  if (drawn_at_ != 0 && now - drawn_at_ < kDrawingInterval) return;
  const std::uint64_t done = std::min(before_ + (file.done < file.total ? file.done : 0), total_);
  const std::string line =
      fmt::format("{} of {}  {}", size_text(done), size_text(total_), printable(file.name));
  print_error_text("\r" + run::cut_to_width(line, kLiveColumns) + "\x1b[K");
  drawn_at_ = now;
}

void HubProgress::erase() {
  if (drawn_at_ != 0) print_error_text("\r\x1b[K");
  drawn_at_ = 0;
}

}  // namespace joulemark::cli
