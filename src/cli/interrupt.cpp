// SPDX-License-Identifier: Apache-2.0
// The only signal handlers of the program.
#include "cli/interrupt.h"

#include <csignal>

namespace joulemark::cli {
namespace {

/// A signal handler can reach nothing but a global.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
  interrupted.store(true);
}

}  // namespace

const std::atomic<bool>& interrupt_flag() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART a blocked poll returns; with SA_RESETHAND a second Ctrl-C ends a program
  // that does not come to its check.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  // Nobody reads on ('… | head'): an end in order, and each further write only fails.
  action.sa_flags = 0;
  sigaction(SIGPIPE, &action, nullptr);
  return interrupted;
}

}  // namespace joulemark::cli
