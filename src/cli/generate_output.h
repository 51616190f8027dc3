// SPDX-License-Identifier: Apache-2.0
// What `joulemark generate` prints.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "run/generation.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::cli {

/// Borrows everything.
struct GenerationOutput {
  const run::GenerationTask& task;
  const run::Generation& done;
  const std::optional<tokenizer::Tokenizer>& tokenizer;  ///< empty: ids without their text
  bool is_synthetic;                                     ///< the model's weights are made up
};

/// docs/json-output.md. One prompt is an object of its own; several stand in "rows". Fails when the
/// tokenizer does not know an id.
Result<std::string> generation_json(const GenerationOutput& from);

/// The texts, a line each at least; ids where there is no tokenizer.
Result<std::string> generation_text(const GenerationOutput& from);

}  // namespace joulemark::cli
