// SPDX-License-Identifier: Apache-2.0
// Where a checkpoint keeps its tokenizer, and what to do about one of another form.
#include <fmt/format.h>

#include <string>
#include <system_error>

#include "tokenizer/tokenizer.h"

namespace joulemark::tokenizer {
namespace {

namespace fs = std::filesystem;

/// The files of other forms that stand in `folder`: "vocab.json, merges.txt"; "" for none.
std::string older_files(const fs::path& folder) {
  std::string found;
  std::error_code error;
  for (const char* name : {"vocab.json", "merges.txt", "vocab.txt", "tokenizer.model",
                           "spiece.model", "sentencepiece.bpe.model"})
    if (fs::exists(folder / name, error)) found += (found.empty() ? "" : ", ") + std::string(name);
  return found;
}

std::string what_is_missing(const fs::path& folder) {
  const std::string older = older_files(folder);
  if (older.empty())
    return "it holds no tokenizer.json; name a checkpoint's folder or a tokenizer.json";
  return fmt::format(
      "it holds {} but no tokenizer.json; make one with Python: "
      "transformers.AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)",
      older);
}

}  // namespace

Result<fs::path> find_tokenizer_file(const fs::path& model) {
  std::error_code error;
  const fs::file_status status = fs::status(model, error);
  if (!fs::exists(status)) {
    const std::string why = error && error != std::errc::no_such_file_or_directory
                                ? error.message()
                                : std::string("no such file or folder");
    return fail(ErrorKind::kUsage,
                fmt::format("cannot read the tokenizer of '{}': {}", model.string(), why));
  }
  if (!fs::is_directory(status)) return model;
  if (fs::path file = model / "tokenizer.json"; fs::exists(file, error)) return file;
  return fail(ErrorKind::kUsage, fmt::format("cannot read the tokenizer of '{}': {}",
                                             model.string(), what_is_missing(model)));
}

}  // namespace joulemark::tokenizer
