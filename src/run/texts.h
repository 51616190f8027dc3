// SPDX-License-Identifier: Apache-2.0
// The texts that workers answered with, as they lie in folders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace joulemark::run {

/// The new ids of each row of each request.
using Texts = std::vector<std::vector<std::vector<std::int32_t>>>;

/// Of folder/tokens.json; empty where there is none, or it is something else.
std::optional<Texts> read_texts(const std::filesystem::path& folder);
bool has_texts(const std::filesystem::path& folder);

/// What a worker says of them in `done`: FNV-1a over the ids, four bytes each, and -1 behind each
/// row.
std::string digest_of(const Texts& texts);

/// The first token of a text that is another than the reference's.
struct Parting {
  std::size_t prompt = 0;            ///< from 0, over all requests
  std::vector<std::int32_t> before;  ///< new ids that both have
  std::int32_t own = 0;
  std::int32_t reference = 0;
  bool operator==(const Parting&) const = default;
};
/// "prompt 3, token 2: 5 instead of 7".
std::string in_words(const Parting& parting);

/// Of every row that has one; empty where rows are of other lengths, or there are more or fewer.
std::optional<std::vector<Parting>> partings(const Texts& own, const Texts& reference);

}  // namespace joulemark::run
