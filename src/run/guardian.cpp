// SPDX-License-Identifier: Apache-2.0
// A connection whose other end only this program holds tells its death without any polling. A
// parent-death signal would not reach what a worker started itself.
#include "run/guardian.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "run/descriptors.h"
#include "run/process_tree.h"

namespace joulemark::run {
namespace {

constexpr double kPatienceS = 10;

/// Another writer of any pipe of ours would keep its reader waiting.
void close_all_but(int kept) {
  constexpr int kMostDescriptors = 65536;
  const bool below = kept == 0 || ::syscall(SYS_close_range, 0, kept - 1, 0) == 0;
  if (below && ::syscall(SYS_close_range, kept + 1, ~0u, 0) == 0) return;
  const int end = static_cast<int>(std::min<long>(::sysconf(_SC_OPEN_MAX), kMostDescriptors));
  for (int fd = 0; fd < end; ++fd)
    if (fd != kept) ::close(fd);
}

[[noreturn]] void guard(int life, const std::string& mark) {
  // What is meant for this program's group or session is not meant for it.
  ::setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP})
    ::signal(signal, SIG_IGN);
  ::prctl(PR_SET_NAME, "joulemark-guard");
  close_all_but(life);
  // It must hold no file system and no terminal that somebody wants back.
  if (::chdir("/") != 0 || ::open("/dev/null", O_RDWR) < 0) ::_exit(1);
  char byte = 0;
  ::send(life, &byte, 1, MSG_NOSIGNAL);
  while (::read(life, &byte, 1) < 0 && errno == EINTR) {
  }
  kill_marked_processes(mark, kPatienceS);
  ::_exit(0);
}

}  // namespace

Guardian::Guardian(const std::string& mark) {
  auto pair = make_socketpair();
  if (!pair) return;
  life_ = std::move(pair->ours);
  pid_ = ::fork();
  if (pid_ == 0) guard(pair->theirs.get(), mark);
  pair->theirs.reset();
  // Until it has closed its copies, what a worker closes does not look closed to us.
  char byte = 0;
  while (::read(life_.get(), &byte, 1) < 0 && errno == EINTR) {
  }
}

Guardian::~Guardian() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace joulemark::run
