// SPDX-License-Identifier: Apache-2.0
// What standard error shows of a download.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "hub/fetch.h"
#include "run/progress.h"

namespace joulemark::cli {

/// "713 B", "4.2 kB", "548 MB", "3.02 GB": three digits, powers of 1000.
std::string size_text(std::uint64_t bytes);

/// The plan and the notes as lines; on a terminal one live line below them, else a line for each
/// file that is complete.
class HubProgress {
 public:
  explicit HubProgress(run::ProgressStyle style) : style_(style) {}
  ~HubProgress() { erase(); }
  HubProgress(const HubProgress&) = delete;
  HubProgress& operator=(const HubProgress&) = delete;

  /// They refer to this object.
  hub::FetchCallbacks callbacks();

 private:
  void planned(const hub::FetchPlan& plan);
  void advanced(const hub::FileProgress& file);
  void finished(const hub::FileProgress& file);
  void draw(const hub::FileProgress& file);
  void erase();

  run::ProgressStyle style_;
  std::uint64_t total_ = 0;
  std::uint64_t before_ = 0;  ///< bytes of the files that are complete
  Nanoseconds drawn_at_ = 0;  ///< 0: there is no live line
};

}  // namespace joulemark::cli
