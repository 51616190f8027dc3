// SPDX-License-Identifier: Apache-2.0
#include "serve/stop_signals.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <array>
#include <csignal>

namespace joulemark::serve {
namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_set();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC));
}

StopSignals::~StopSignals() {
  signalfd_siginfo seen{};
  // What has come is answered; only a further one may end the process.
  pollfd come{fd_.get(), POLLIN, 0};
  while (::poll(&come, 1, 0) == 1 && ::read(fd_.get(), &seen, sizeof seen) > 0) {
  }
  const sigset_t set = stop_set();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

StopSignals::Woken StopSignals::wait(int other) const {
  std::array<pollfd, 2> sources{{{fd_.get(), POLLIN, 0}, {other, POLLIN, 0}}};
  while (::poll(sources.data(), sources.size(), -1) <= 0) {
  }
  return sources[0].revents != 0 ? Woken::kBySignal : Woken::kByOther;
}

void StopSignals::wait() const {
  pollfd come{fd_.get(), POLLIN, 0};
  while (::poll(&come, 1, -1) <= 0) {
  }
}

}  // namespace joulemark::serve
