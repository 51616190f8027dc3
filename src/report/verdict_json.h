// SPDX-License-Identifier: Apache-2.0
// The verdict as JSON, as docs/json-output.md has it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "verdict/verdict.h"

namespace joulemark::report {

/// {"sentence", "models": […], "across_models"}.
nlohmann::ordered_json verdict_json(const verdict::Judgement& judgement);

}  // namespace joulemark::report
