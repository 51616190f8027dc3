// SPDX-License-Identifier: Apache-2.0
#include "run/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/file.h"
#include "base/fnv.h"

namespace joulemark::run {
namespace {

constexpr const char* kFile = "tokens.json";

void add(Fnv1a& digest, std::int32_t id) {
  const auto bits = static_cast<std::uint32_t>(id);
  for (int shift = 0; shift < 32; shift += 8)
    digest.add_byte(static_cast<unsigned char>(bits >> shift));
}

bool have_one_shape(const Texts& a, const Texts& b) {
  const auto as_long = [](const auto& left, const auto& right) {
    return left.size() == right.size();
  };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](const auto& left, const auto& right) {
        return std::equal(left.begin(), left.end(), right.begin(), right.end(), as_long);
      });
}

}  // namespace

std::optional<Texts> read_texts(const std::filesystem::path& folder) {
  const auto text = read_file(folder / kFile);
  if (!text) return std::nullopt;
  const auto object = nlohmann::json::parse(*text, nullptr, false);
  try {
    return object.at("requests").get<Texts>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

bool has_texts(const std::filesystem::path& folder) {
  std::error_code unreadable;
  return std::filesystem::exists(folder / kFile, unreadable);
}

std::string digest_of(const Texts& texts) {
  Fnv1a digest;
  for (const auto& request : texts)
    for (const auto& row : request) {
      for (const std::int32_t id : row) add(digest, id);
      add(digest, -1);
    }
  return digest.text();
}

std::string in_words(const Parting& parting) {
  return fmt::format("prompt {}, token {}: {} instead of {}", parting.prompt + 1,
                     parting.before.size() + 1, parting.own, parting.reference);
}

std::optional<std::vector<Parting>> partings(const Texts& own, const Texts& reference) {
  if (!have_one_shape(own, reference)) return std::nullopt;
  std::vector<Parting> found;
  std::size_t prompt = 0;
  for (std::size_t i = 0; i < own.size(); ++i)
    for (std::size_t row = 0; row < own[i].size(); ++row, ++prompt) {
      const auto& mine = own[i][row];
      const auto [left, right] = std::mismatch(mine.begin(), mine.end(), reference[i][row].begin());
      if (left != mine.end())
        found.push_back(
            {.prompt = prompt, .before = {mine.begin(), left}, .own = *left, .reference = *right});
    }
  return found;
}

}  // namespace joulemark::run
