// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_sharing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <utility>

#include "sensors/sampling/process.h"

namespace joulemark::sensors {
namespace {

enum class Kin { kOurs, kStranger, kUnknown };

/// Where the parents of `pid` lead.
Kin kin_of(const std::filesystem::path& root, int pid) {
  constexpr int kMostParents = 100;
  for (int i = 0; i < kMostParents; ++i) {
    if (pid == getpid()) return Kin::kOurs;
    const auto parent = parent_of(root, pid);
    if (!parent) return i == 0 ? Kin::kUnknown : Kin::kStranger;
    if (*parent <= 1) return Kin::kStranger;
    pid = *parent;
  }
  return Kin::kUnknown;
}

}  // namespace

NvmlSharing::NvmlSharing(std::shared_ptr<NvmlDevice> device, std::filesystem::path root)
    : device_(std::move(device)), root_(std::move(root)) {
  for (const unsigned pid : device_->compute_processes())
    if (kin_of(root_, static_cast<int>(pid)) != Kin::kOurs) first_.insert(pid);
  strangers_ = first_;
}

std::set<unsigned> NvmlSharing::strangers() const {
  std::set<unsigned> strangers;
  for (const unsigned pid : device_->compute_processes()) {
    const Kin kin = kin_of(root_, static_cast<int>(pid));
    if (kin == Kin::kStranger || (kin == Kin::kUnknown && first_.contains(pid)))
      strangers.insert(pid);
  }
  return strangers;
}

void NvmlSharing::look() {
  std::set<unsigned> now = strangers();
  const std::lock_guard lock(mutex_);
  strangers_ = std::move(now);
}

void NvmlSharing::look_again() {
  const std::set<unsigned> now = strangers();
  const std::lock_guard lock(mutex_);
  strangers_.insert(now.begin(), now.end());
}

std::string NvmlSharing::text() const {
  const std::lock_guard lock(mutex_);
  if (strangers_.empty()) return "";
  return strangers_.size() == 1
             ? fmt::format("shared_gpu: process {} computes on it too, and its energy is counted",
                           *strangers_.begin())
             : fmt::format(
                   "shared_gpu: processes {} compute on it too, and their energy is counted",
                   fmt::join(strangers_, ", "));
}

}  // namespace joulemark::sensors
