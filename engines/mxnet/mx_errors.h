// SPDX-License-Identifier: Apache-2.0
// What an error of MXNet means in the engine interface.
#pragma once

#include <string>

#include "joulemark/engine_abi.h"
#include "mx_api.h"

namespace joulemark::mx {

/// Where the error came up: building the symbol decides between unsupported and invalid.
enum class Stage { kOpen, kLoad, kRun };

/// The status for one error; MXNet has no codes, its text tells.
jm_status classify(Stage stage, const std::string& text);

/// One line, without what says where in MXNet's source.
std::string brief(std::string text);

/// Throws plugin::Failure with MXNet's last error unless `outcome` is 0.
void check(const Api& api, Stage stage, int outcome);

}  // namespace joulemark::mx
