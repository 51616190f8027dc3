// SPDX-License-Identifier: Apache-2.0
#include "serve/side_thread.h"

#include <utility>

namespace joulemark::serve {

SideThread::SideThread() : thread_([this] { live(); }) {}

void SideThread::close() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SideThread::run(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (is_over_) return;
    work_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void SideThread::live() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_over_ || !work_.empty(); });
      if (work_.empty()) return;
      work = std::move(work_.front());
      work_.pop_front();
    }
    work();
  }
}

}  // namespace joulemark::serve
