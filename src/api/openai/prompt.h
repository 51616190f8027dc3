// SPDX-License-Identifier: Apache-2.0
// What a request is to go on with, and where it is to stop.
#pragma once

#include <string>
#include <vector>

#include "api/openai/fields.h"
#include "api/openai/request.h"

namespace joulemark::api::openai {

/// A text, token ids, or a list of either.
std::vector<Prompt> read_prompts(const Field& field);

/// Messages as JSON for a chat template, with members role, content and name. Parts of a content
/// that are texts are joined by line ends.
std::string read_messages(const Field& field);

/// A text, or up to four.
std::vector<std::string> read_stops(const Field& field);

}  // namespace joulemark::api::openai
