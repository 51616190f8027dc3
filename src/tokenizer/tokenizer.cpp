// SPDX-License-Identifier: Apache-2.0
// The C interface of the crate as values and sentences.
#include "tokenizer/tokenizer.h"

#include <fmt/format.h>

#include <utility>

#include "base/file.h"
#include "joulemark_tokenizer.h"
#include "tokenizer/reply.h"

namespace joulemark::tokenizer {
namespace {

constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{256} << 20;

std::int32_t flag_of(SpecialTokens special) {
  return special == SpecialTokens::kWith ? JM_TOKENIZER_WITH_SPECIAL : JM_TOKENIZER_WITHOUT_SPECIAL;
}

}  // namespace

void Tokenizer::Free::operator()(jm_tokenizer* tokenizer) const {
  jm_tokenizer_free(tokenizer);
}

Result<Tokenizer> Tokenizer::load(const std::filesystem::path& tokenizer_json) {
  const auto json = read_file(tokenizer_json, kMostFileBytes);
  if (!json) return fail(json.error());
  return parse(*json, tokenizer_json.string());
}

Result<Tokenizer> Tokenizer::parse(std::string_view json, std::string name) {
  const Reply reply(jm_tokenizer_load(json.data(), json.size()));
  if (reply.failed())
    return fail(ErrorKind::kFailed,
                fmt::format("cannot use the tokenizer '{}': {}", name, reply.error()));
  Tokenizer tokenizer;
  tokenizer.handle_.reset(reply->tokenizer);
  tokenizer.name_ = std::move(name);
  return tokenizer;
}

Result<Ids> Tokenizer::encode(std::string_view text, SpecialTokens special) const {
  const Reply reply(jm_tokenizer_encode(handle_.get(), text.data(), text.size(), flag_of(special)));
  if (reply.failed())
    return fail(ErrorKind::kFailed,
                fmt::format("'{}' cannot encode the text: {}", name_, reply.error()));
  return std::vector<std::int32_t>(reply->ids, reply->ids + reply->id_count);
}

Result<std::string> Tokenizer::decode(std::span<const std::int32_t> ids,
                                      SpecialTokens special) const {
  const Reply reply(jm_tokenizer_decode(handle_.get(), ids.data(), ids.size(), flag_of(special)));
  if (reply.failed())
    return fail(ErrorKind::kFailed,
                fmt::format("'{}' cannot decode the ids: {}", name_, reply.error()));
  return reply.text();
}

IdKind Tokenizer::kind(std::int32_t id) const {
  switch (jm_tokenizer_kind(handle_.get(), id)) {
    case JM_TOKENIZER_CHARACTERS:
      return IdKind::kCharacters;
    case JM_TOKENIZER_BYTE:
      return IdKind::kByte;
    default:
      return IdKind::kNothing;
  }
}

std::size_t Tokenizer::vocabulary_size() const {
  return jm_tokenizer_vocabulary_size(handle_.get());
}

}  // namespace joulemark::tokenizer
