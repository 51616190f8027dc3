// SPDX-License-Identifier: Apache-2.0
// A tokenizer.json, and texts and ids for it. The Rust code behind it is not instrumented, so that
// libFuzzer sees no coverage of it: crashes, hangs and leaks count.
#include "tokenizer/tokenizer.h"

#include <numeric>
#include <string_view>

#include "target.h"
#include "tokenizer/testing/small_tokenizers.h"

namespace {

using joulemark::tokenizer::SpecialTokens;
using joulemark::tokenizer::Tokenizer;

void use(const Tokenizer& tokenizer, std::string_view text) {
  const auto ids = tokenizer.encode(text, SpecialTokens::kWith);
  if (ids) (void)tokenizer.decode(*ids, SpecialTokens::kWithout);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = Tokenizer::parse(bytes, "fuzz");
  if (!tokenizer) return 0;
  use(*tokenizer, "ab  a12<s> b\u00e9 e\u0301<e>\n\n\u2581x y");
  use(*tokenizer, bytes.substr(0, bytes.find('\xFF')));
  std::vector<std::int32_t> ids(8);
  std::iota(ids.begin(), ids.end(), 0);
  while (!ids.empty() && !tokenizer->decode(ids, SpecialTokens::kWith)) ids.pop_back();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace joulemark::tokenizer::testing;  // NOLINT(google-build-using-namespace)
  std::vector<std::string> seeds;
  for (const auto seed : {kWords, kCharacters, kByteFallback, kByteLevel, kWordPiece, kUnigram})
    seeds.emplace_back(seed);
  return seeds;
}
