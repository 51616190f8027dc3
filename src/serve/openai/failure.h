// SPDX-License-Identifier: Apache-2.0
// Failures as OpenAI's API says them.
#pragma once

#include <string>

#include "api/openai/error.h"
#include "http/message.h"
#include "serve/engine/service.h"

namespace joulemark::serve {

/// The whole answer to a request that failed. 429 and 503 say when to come again.
http::Response openai_failure(const api::openai::ApiError& error);

/// Why a job was not taken; `admission` is not kTaken.
api::openai::ApiError refusal_of(Admission admission);

/// Why a job did not end with kDone; `outcome.ending` is not that.
api::openai::ApiError failure_of(const Outcome& outcome);

}  // namespace joulemark::serve
