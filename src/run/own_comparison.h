// SPDX-License-Identifier: Apache-2.0
// Answers of workers that compare themselves, compared once more.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::run {

/// Two folders that hold outputs of one model, or the texts of one language model.
struct TwoAnswers {
  std::filesystem::path own;  ///< written before the worker knew of a reference
  std::filesystem::path reference;
  std::string precision;  ///< that was asked for
};

/// What is wrong with a worker's `claim` that its answer agrees with the reference: outputs beyond
/// the tolerance; texts of another length; other tokens where it told of no near tie; no answer
/// that can be read. Empty where nothing is.
std::optional<Agreement> refute(const TwoAnswers& answers, const Agreement& claim);

}  // namespace joulemark::run
