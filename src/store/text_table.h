// SPDX-License-Identifier: Apache-2.0
// What trials of language models have besides: a row each in a table of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "joulemark/result.h"
#include "store/checked_query.h"
#include "store/store.h"

namespace joulemark::store {

/// The blobs of a text, packed before the transaction starts.
struct PackedText {
  Blob first_token;
  Blob inter_token;
};
/// The error is a phrase: which part is too large.
tl::expected<PackedText, std::string> pack(const TextResult& text);

/// Inserts nothing for a trial that was of no language model.
SqlStatus insert_text(Database& database, std::int64_t trial, const TextResult& text,
                      const PackedText& packed);

/// Where the text of a trial goes, by the trial's number; null for an unknown one.
using TextPlace = std::function<TextResult*(const Value& trial)>;

/// Reads the texts of an experiment's trials, without times for a summary. Nothing in stores from
/// before there was such a table. A row that makes no sense is a kDamaged error.
SqlStatus load_texts(Database& database, const TrialRange& range, Detail detail,
                     const TextPlace& place);

}  // namespace joulemark::store
