// SPDX-License-Identifier: Apache-2.0
// recv, split at newlines, send.
#include "worker/server.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

namespace joulemark::worker {
namespace {

Status send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot write to the protocol socket {}: {}", fd, errno_text(errno)));
    }
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

/// Answers every complete line of `pending` and removes it. Before `searched` no line ends.
Status answer_lines(int fd, Session& session, std::string& pending, std::size_t searched) {
  std::size_t begin = 0;
  for (std::size_t end; (end = pending.find('\n', std::max(begin, searched))) != std::string::npos;
       begin = end + 1) {
    const std::string reply = session.answer(std::string_view(pending).substr(begin, end - begin));
    if (auto sent = send_all(fd, reply + "\n"); !sent) return sent;
    if (session.finished()) break;
  }
  pending.erase(0, begin);
  return {};
}

}  // namespace

Status serve(int fd, Session& session) {
  std::string pending;
  char buffer[65536];
  while (!session.finished()) {
    const ssize_t received = recv(fd, buffer, sizeof buffer, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) {
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot read the protocol socket {}: {}", fd, errno_text(errno)));
    }
    if (received == 0) return {};
    const std::size_t searched = pending.size();
    pending.append(buffer, static_cast<std::size_t>(received));
    if (auto answered = answer_lines(fd, session, pending, searched); !answered) return answered;
    if (pending.size() > kMaxRequestBytes) {
      return fail(ErrorKind::kFailed, "a request line is longer than 64 MiB");
    }
  }
  return {};
}

Status die_with_parent() {
  const pid_t parent = getppid();
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    return fail(ErrorKind::kMachine,
                fmt::format("cannot ask to die with the parent process: {}", errno_text(errno)));
  }
  // A parent that died before prctl sends nothing; one that died before getppid has closed its end
  // of the socket, which ends serve().
  if (getppid() != parent) return fail(ErrorKind::kFailed, "the parent process is gone");
  return {};
}

}  // namespace joulemark::worker
