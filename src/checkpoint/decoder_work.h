// SPDX-License-Identifier: Apache-2.0
// What a token asks of any engine at the least, from the checkpoint itself.
#pragma once

#include "base/error.h"
#include "checkpoint/decoder.h"
#include "model/least_work.h"

namespace joulemark::checkpoint {

/// Of one token: the products with matrices, each of which is read once; the head is the last one.
/// Attention, which grows with the text, is left out. Fails when a weight is missing or does not
/// fit.
Result<model::LeastWork> least_work(const Decoder& decoder);

}  // namespace joulemark::checkpoint
