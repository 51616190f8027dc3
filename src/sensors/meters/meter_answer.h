// SPDX-License-Identifier: Apache-2.0
// The power in what meters answer over HTTP.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sensors/meters/meter.h"

namespace joulemark::sensors {

/// What a meter may be asked, each beginning with '/'; one of them it understands. `address` is of
/// a kind that speaks HTTP.
std::vector<std::string> questions_of(const MeterAddress& address);

/// The watts of the address's outlet in a JSON answer. "unreadable" for an answer of another form
/// and powers that cannot be, "no_outlet" when the meter has no such outlet, "not_supported" when
/// the outlet measures no power, "unauthorised" when the meter says so in the answer. The answer is
/// untrusted.
MeterWatts watts_in_answer(const MeterAddress& address, std::string_view answer);

}  // namespace joulemark::sensors
