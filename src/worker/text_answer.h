// SPDX-License-Identifier: Apache-2.0
// What a language model generated, as a file, and token for token against another's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "worker/engine_calls.h"
#include "worker/failure.h"
#include "worker/text_request.h"

namespace joulemark::worker {

/// The new ids of each row of each request.
using Tokens = std::vector<TokenRows>;

/// Writes them to folder/tokens.json; the folder is made where it is not there.
Outcome<void> write_tokens(const std::filesystem::path& folder, const Tokens& tokens);
/// Reads what write_tokens wrote. JM_FAILED when the file is missing or something else.
Outcome<Tokens> read_tokens(const std::filesystem::path& folder);

struct TokenDifference {
  bool agrees = true;
  std::string detail;            ///< where the first row leaves the reference, "" where none does
  std::optional<double> margin;  ///< largest of the near ties; empty without any
};

struct TokenCheck {
  const std::vector<TextRequest>& requests;  ///< of the own tokens
  const Tokens& own;
  const Tokens& reference;
  double tolerance = 0;  ///< model::near_tie
};

/// Greedy choices may differ where two logits are nearly equal. At the first token of a row that is
/// another than the reference's, the model is fed the prompt and the reference's tokens before it,
/// and its logits of both are at most `tolerance` apart where that was such a tie. What follows in
/// that row is another text, and is not compared. Rows of other lengths disagree.
Outcome<TokenDifference> compare_tokens(EngineModel& model, const TokenCheck& check);

}  // namespace joulemark::worker
