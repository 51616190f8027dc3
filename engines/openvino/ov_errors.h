// SPDX-License-Identifier: Apache-2.0
// What an error of OpenVINO means in the engine interface.
#pragma once

#include <string>

#include "joulemark/engine_abi.h"
#include "ov_api.h"

namespace joulemark::openvino {

enum class Stage { kOpen, kLoad, kRun };

/// The status for one error, from its text: the codes are "general error" for nearly all.
jm_status classify(Stage stage, const std::string& text);

/// The text without its source positions, stack and line breaks: what failed and why.
std::string shorten(const std::string& text);

/// Does nothing for 0; else throws plugin::Failure with the library's last error.
void check(const Api& api, Stage stage, StatusCode code);

}  // namespace joulemark::openvino
