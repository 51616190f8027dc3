// SPDX-License-Identifier: Apache-2.0
// Descriptors with close-on-exec from the start.
#include "run/descriptors.h"

#include <fcntl.h>
#include <sys/socket.h>

namespace joulemark::run {
namespace {

/// Descriptors of the parent lie above those that the child gives a meaning to, so that no dup2
/// hits another.
constexpr int kFirstFreeFd = 10;

}  // namespace

Descriptor out_of_the_way(int fd) {
  Descriptor low(fd);
  if (fd >= kFirstFreeFd || fd < 0) return low;
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd));
}

std::optional<Pair> make_socketpair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return std::nullopt;
  Pair pair{out_of_the_way(fds[0]), out_of_the_way(fds[1])};
  if (pair.ours.get() < 0 || pair.theirs.get() < 0) return std::nullopt;
  return pair;
}

std::optional<Pair> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return std::nullopt;
  Pair pair{out_of_the_way(fds[0]), out_of_the_way(fds[1])};
  if (pair.ours.get() < 0 || pair.theirs.get() < 0) return std::nullopt;
  return pair;
}

}  // namespace joulemark::run
