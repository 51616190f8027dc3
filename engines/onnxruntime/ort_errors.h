// SPDX-License-Identifier: Apache-2.0
// What an error of ONNX Runtime means in the engine interface.
#pragma once

#include <string>

#include "joulemark/engine_abi.h"
#include "ort_api.h"

namespace joulemark::ort {

/// Where the error came up: loading decides between an unsupported and an invalid model.
enum class Stage { kOpen, kLoad, kRun };

/// The status for one error, from its code and its text.
jm_status classify(Stage stage, int code, const std::string& text);

/// Does nothing for a null status; else releases it and throws plugin::Failure with its text.
void check(const Api& api, Stage stage, Status* status);

}  // namespace joulemark::ort
