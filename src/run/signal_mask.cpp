// SPDX-License-Identifier: Apache-2.0
// pthread_sigmask as a scope.
#include "run/signal_mask.h"

#include <initializer_list>
namespace joulemark::run {

BlockedStopSignals::BlockedStopSignals() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&blocked, signal);
  pthread_sigmask(SIG_BLOCK, &blocked, &previous_);
}

BlockedStopSignals::~BlockedStopSignals() {
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

}  // namespace joulemark::run
