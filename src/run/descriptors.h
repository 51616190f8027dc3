// SPDX-License-Identifier: Apache-2.0
// Pairs of descriptors for talking to a child process.
#pragma once

#include <optional>

#include "base/descriptor.h"

namespace joulemark::run {

/// Moves `fd` above the descriptors that a child gives a meaning to, close-on-exec, so that no dup2
/// there hits another. Holds -1 with errno set when it cannot, or when `fd` is -1.
Descriptor out_of_the_way(int fd);

/// Two connected ends.
struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

/// Both ends out of the way, close-on-exec; nothing, with errno set, when there are no descriptors
/// left.
std::optional<Pair> make_socketpair();
/// `ours` reads what is written to `theirs`.
std::optional<Pair> make_pipe();

}  // namespace joulemark::run
