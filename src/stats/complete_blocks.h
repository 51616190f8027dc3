// SPDX-License-Identifier: Apache-2.0
// What tests of treatments in complete blocks need of their data.
#pragma once

#include "stats/test_result.h"

namespace joulemark::stats {

/// Of treatments[i][j], the i-th treatment's value in the j-th block: kNotFinite, kUnbalanced where
/// a treatment lacks a block, kTooFew below two treatments or two blocks, else kOk.
Outcome check_complete_blocks(Groups treatments);

}  // namespace joulemark::stats
