// SPDX-License-Identifier: Apache-2.0
// How a worker ended, in words.
#include <fmt/format.h>

#include <cctype>
#include <csignal>
#include <cstring>

#include "run/worker_runner.h"

namespace joulemark::run {
namespace {

// sigabbrev_np exists from glibc 2.32; the names are what people search for.
std::string signal_name(int signal) {
  const char* short_name = sigabbrev_np(signal);
  const char* sentence = sigdescr_np(signal);
  if (short_name == nullptr || sentence == nullptr) return fmt::format("signal {}", signal);
  std::string meaning = sentence;
  meaning[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(meaning[0])));
  return fmt::format("SIG{} ({})", short_name, meaning);
}

}  // namespace

std::string describe(const WorkerState& state) {
  if (const auto* exited = std::get_if<Exited>(&state))
    return fmt::format("exited with status {}", exited->code);
  if (const auto* killed = std::get_if<Signalled>(&state))
    return "killed by " + signal_name(killed->signal);
  return "still running";
}

}  // namespace joulemark::run
