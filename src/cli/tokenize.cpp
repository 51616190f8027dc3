// SPDX-License-Identifier: Apache-2.0
// `joulemark tokenize`: texts → token ids and back, line by line.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/input_lines.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "cli/token_lines.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using tokenizer::Ids;
using tokenizer::SpecialTokens;
using tokenizer::Tokenizer;

struct Tokenize {
  std::string model;
  std::string file;
  Arguments::Switch decode = Arguments::Switch::kOff;
  Arguments::Switch no_special_tokens = Arguments::Switch::kOff;
  Arguments::Switch keep_special_tokens = Arguments::Switch::kOff;
  Arguments::Switch as_json = Arguments::Switch::kOff;
};

bool is_on(Arguments::Switch value) {
  return value == Arguments::Switch::kOn;
}

Status encode_line(const Tokenize& command, const Tokenizer& tokenizer, const std::string& line) {
  const auto text = text_in(line);
  if (!text) return fail(text.error());
  const auto special =
      is_on(command.no_special_tokens) ? SpecialTokens::kWithout : SpecialTokens::kWith;
  const auto ids = tokenizer.encode(*text, special);
  if (!ids) return fail(ids.error());
  const auto printed = print(is_on(command.as_json) ? json_line({{"ids", *ids}})
                                                    : fmt::format("{}\n", fmt::join(*ids, " ")));
  return printed ? Status() : fail(printed.error());
}

Status decode_line(const Tokenize& command, const Tokenizer& tokenizer, const std::string& line) {
  const auto ids = ids_in(line);
  if (!ids) return fail(ids.error());
  const auto special =
      is_on(command.keep_special_tokens) ? SpecialTokens::kWith : SpecialTokens::kWithout;
  const auto text = tokenizer.decode(*ids, special);
  if (!text) return fail(text.error());
  const auto printed =
      print(is_on(command.as_json) ? json_line({{"text", *text}}) : printable(*text) + '\n');
  return printed ? Status() : fail(printed.error());
}

Status check_flags(const Tokenize& command) {
  if (command.file.empty())
    return fail(ErrorKind::kUsage, "--file names the lines to tokenize; give it, or - for stdin");
  if (is_on(command.decode) && is_on(command.no_special_tokens))
    return fail(ErrorKind::kUsage, "--no-special-tokens is for encoding; leave it out of --decode");
  if (!is_on(command.decode) && is_on(command.keep_special_tokens))
    return fail(ErrorKind::kUsage, "--keep-special-tokens is for --decode; give that too");
  return {};
}

Result<int> run(const Tokenize& command) {
  if (auto flags = check_flags(command); !flags) return fail(flags.error());
  const auto file = tokenizer::find_tokenizer_file(command.model);
  if (!file) return fail(file.error());
  const auto tokenizer = Tokenizer::load(*file);
  if (!tokenizer) return fail(tokenizer.error());
  const auto work = is_on(command.decode) ? decode_line : encode_line;
  const Status done = for_each_line(
      command.file, [&](const std::string& line) { return work(command, *tokenizer, line); });
  return done ? Result<int>(kExitOk) : fail(done.error());
}

}  // namespace

Action declare_tokenize(Arguments& arguments) {
  const auto command = std::make_shared<Tokenize>();
  arguments.positional("MODEL", command->model, "Folder of a checkpoint, or its tokenizer.json",
                       Arguments::Need::kRequired);
  arguments.option(
      "--file FILE", command->file,
      R"(Lines like {"text": "Hello"}, or with --decode {"ids": [1, 2]}; - for stdin)");
  arguments.flag("--no-special-tokens", command->no_special_tokens,
                 "Add no special tokens, such as the one that begins a text");
  arguments.flag("--decode", command->decode, "Make texts of ids");
  arguments.flag("--keep-special-tokens", command->keep_special_tokens,
                 "Show special tokens in the texts");
  arguments.flag("--json", command->as_json,
                 R"(Print lines like {"ids": [1, 2]}, or with --decode {"text": "Hello"})");
  return [command] { return run(*command); };
}

}  // namespace joulemark::cli
