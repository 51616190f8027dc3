// SPDX-License-Identifier: Apache-2.0
// How much an experiment writes.
#pragma once

#include <cstdint>

#include "joulemark/experiment.h"

namespace joulemark::run {

/// An estimate of the bytes that the trials of an experiment take in its store, whose windows last
/// `window_s`: generous, because how long a call lasts is not known before.
std::uintmax_t store_bytes(const Experiment& experiment, double window_s);

/// And of what lies in the temporary folder at one time, without the models' outputs, whose size
/// nobody knows.
std::uintmax_t temporary_bytes();

}  // namespace joulemark::run
