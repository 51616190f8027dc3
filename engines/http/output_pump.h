// SPDX-License-Identifier: Apache-2.0
// Hands on what a server writes, and keeps the end of it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/descriptor.h"

namespace joulemark::http_engine {

/// A pipe whose contents go to this process's stderr. Its thread sleeps while the server is silent.
class OutputPump {
 public:
  /// Throws plugin::Failure when there is no pipe to be had.
  OutputPump();
  ~OutputPump() { stop(); }
  OutputPump(const OutputPump&) = delete;
  OutputPump& operator=(const OutputPump&) = delete;

  /// For the server's stdout and stderr.
  [[nodiscard]] int write_end() const { return theirs_.get(); }
  /// Behind the fork: closes our copy of that end and begins to read.
  void start();
  /// Hands on what is there and ends.
  void stop();
  /// See ChildServer::last_words.
  [[nodiscard]] std::string last_words() const;

 private:
  void pump();
  void keep(std::string_view part);

  Descriptor ours_;
  Descriptor theirs_;
  Descriptor end_read_;
  Descriptor end_write_;  ///< closed: the pump shall end
  mutable std::mutex mutex_;
  std::string tail_;
  std::thread thread_;
};

}  // namespace joulemark::http_engine
