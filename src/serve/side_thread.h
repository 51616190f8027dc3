// SPDX-License-Identifier: Apache-2.0
// One thread for what takes too long in the server's thread or in the engine's.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace joulemark::serve {

/// Runs what it is given, one after the other. Used from any thread.
class SideThread {
 public:
  SideThread();
  ~SideThread() { close(); }
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  /// `work` must not throw. Behind close() it is dropped.
  void run(std::function<void()> work);
  /// Runs what it still has, and ends. From the thread that made it.
  void close();

 private:
  void live();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  bool is_over_ = false;
  std::thread thread_;  // last: begins when the rest is there
};

}  // namespace joulemark::serve
