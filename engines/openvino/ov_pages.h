// SPDX-License-Identifier: Apache-2.0
// Gives the pages of a model's weights back while the compiler packs them.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace joulemark::openvino {

/// The library maps the weights' file and keeps a packed copy of what it multiplies with; the pages
/// that were read for that stay resident beside the copy, twice the model's size. As long as this
/// lives, a thread of it drops the pages of mapped files of that name every few milliseconds; who
/// reads one again gets it from the system's cache. Nothing is dropped but clean pages of files.
class PageReturner {
 public:
  /// `file`: the weights; nothing happens when it is "".
  explicit PageReturner(const std::string& file);
  ~PageReturner();
  PageReturner(const PageReturner&) = delete;
  PageReturner& operator=(const PageReturner&) = delete;

 private:
  void work();

  std::string file_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

/// The file with the weights of an IR model: beside `model`, with links followed; "" for a model of
/// another format.
std::string weights_of(const std::string& model);

}  // namespace joulemark::openvino
