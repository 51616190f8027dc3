// SPDX-License-Identifier: Apache-2.0
// File descriptors that close themselves, and pairs of them.
#pragma once

#include <unistd.h>

#include <optional>
#include <utility>

namespace joulemark::run {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// Moves `fd` above the descriptors that a child gives a meaning to, close-on-exec, so that no dup2
/// there hits another. Holds -1 with errno set when it cannot, or when `fd` is -1.
Fd out_of_the_way(int fd);

/// Two connected ends.
struct Pair {
  Fd ours;
  Fd theirs;
};

/// Both ends out of the way, close-on-exec; nothing, with errno set, when there are no descriptors
/// left.
std::optional<Pair> make_socketpair();
/// `ours` reads what is written to `theirs`.
std::optional<Pair> make_pipe();

}  // namespace joulemark::run
