// SPDX-License-Identifier: Apache-2.0
#include "ov_pages.h"

#include <sys/mman.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace joulemark::openvino {
namespace {

constexpr std::chrono::milliseconds kInterval{10};

/// Drops the pages of the read-only mappings of `file`.
void drop_pages(const std::string& file) {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    // "7f0000000000-7f0000100000 r--p 00000000 fe:00 1234   /path"
    if (!line.ends_with(file) || line.find(" r--") == std::string::npos) continue;
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::istringstream fields(line);
    fields >> std::hex >> begin >> dash >> end;
    if (!fields || begin >= end) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address as the system tells it
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
}

}  // namespace

PageReturner::PageReturner(const std::string& file) : file_(file) {
  if (!file_.empty()) thread_ = std::thread([this] { work(); });
}

PageReturner::~PageReturner() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_one();
  thread_.join();
  drop_pages(file_);
}

void PageReturner::work() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kInterval, [this] { return ended_; })) drop_pages(file_);
}

std::string weights_of(const std::string& model) {
  const std::filesystem::path path(model);
  if (path.extension() != ".xml") return {};
  std::error_code error;
  const auto weights =
      std::filesystem::canonical(std::filesystem::path(path).replace_extension(".bin"), error);
  return error ? std::string() : weights.string();
}

}  // namespace joulemark::openvino
