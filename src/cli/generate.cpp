// SPDX-License-Identifier: Apache-2.0
// `joulemark generate`: a prompt through a language model on one engine.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "checkpoint/decoder.h"
#include "checkpoint/encoder.h"
#include "checkpoint/synthetic.h"
#include "cli/commands.h"
#include "cli/experiment_flags.h"
#include "cli/hub_model.h"
#include "cli/interrupt.h"
#include "cli/json_values.h"
#include "cli/model_source.h"
#include "cli/output.h"
#include "cli/python_flag.h"
#include "cli/synthetic_source.h"
#include "config/experiment_file.h"
#include "engine/discovery.h"
#include "run/generation.h"
#include "run/process_worker.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using tokenizer::SpecialTokens;
using tokenizer::Tokenizer;
using Ids = std::vector<std::int32_t>;

struct Generate {
  std::string model;
  std::string engine;
  std::string provider = "cpu";
  std::string precision = "f32";
  std::string python;
  std::string logits = protocol::kLogitsNames[0];
  std::vector<std::string> prompts;
  std::vector<std::string> token_ids;
  std::vector<std::string> options;
  std::vector<std::string> roots;
  std::optional<std::int64_t> max_new_tokens, threads;
  std::optional<double> time_limit_s;
  Arguments::Switch ignore_eos = Arguments::Switch::kOff;
  Arguments::Switch as_json = Arguments::Switch::kOff;
};

constexpr std::int64_t kMostNewTokens = 1 << 24;
constexpr std::int64_t kMostThreads = 1024;
constexpr double kDefaultTimeLimit = 3600;
constexpr double kLongestTimeLimit = 7 * 86400.0;

Result<std::int32_t> within(const char* flag, std::optional<std::int64_t> value,
                            std::int64_t otherwise, std::int64_t most) {
  const std::int64_t number = value.value_or(otherwise);
  if (number >= 1 && number <= most) return static_cast<std::int32_t>(number);
  return fail(ErrorKind::kUsage, fmt::format("{} must be 1 to {}, not {}", flag, most, number));
}

/// "5,9,27"; blanks are allowed.
Result<Ids> parse_ids(const std::string& text) {
  Ids ids;
  const char* at = text.data();
  const char* end = at + text.size();
  while (true) {
    while (at < end && *at == ' ') ++at;
    std::int32_t id = 0;
    const auto [stop, error] = std::from_chars(at, end, id);
    if (error != std::errc() || id < 0)
      return fail(ErrorKind::kUsage,
                  fmt::format("--token-ids takes numbers such as 5,9,27, not '{}'", text));
    ids.push_back(id);
    at = stop;
    while (at < end && *at == ' ') ++at;
    if (at == end) return ids;
    if (*at++ != ',')
      return fail(ErrorKind::kUsage,
                  fmt::format("--token-ids takes numbers such as 5,9,27, not '{}'", text));
  }
}

Result<protocol::Logits> parse_logits(const std::string& text) {
  for (std::size_t i = 0; i < std::size(protocol::kLogitsNames); ++i)
    if (text == protocol::kLogitsNames[i]) return static_cast<protocol::Logits>(i);
  return fail(ErrorKind::kUsage, fmt::format("--logits must be {}, not '{}'",
                                             fmt::join(protocol::kLogitsNames, ", "), text));
}

/// The folder with what belongs to the model: the checkpoint, or where the model's file stands.
std::filesystem::path folder_of(const Generate& command) {
  std::error_code error;
  const std::filesystem::path model(command.model);
  return std::filesystem::is_directory(model, error) ? model : model.parent_path();
}

/// The tokenizer of the model; empty when it has none and none is needed.
Result<std::optional<Tokenizer>> load_tokenizer(const Generate& command) {
  const auto file = tokenizer::find_tokenizer_file(folder_of(command));
  if (!file) {
    if (command.prompts.empty()) return std::nullopt;
    if (!checkpoint::is_synthetic(command.model)) return fail(file.error());
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' has synthetic weights and no tokenizer; give --token-ids instead "
                            "of --prompt",
                            command.model));
  }
  auto loaded = Tokenizer::load(*file);
  if (!loaded) return fail(loaded.error());
  return std::optional(*std::move(loaded));
}

Result<std::vector<Ids>> read_prompts(const Generate& command,
                                      const std::optional<Tokenizer>& tokenizer) {
  std::vector<Ids> prompts;
  for (const std::string& text : command.prompts) {
    auto ids = tokenizer->encode(text, SpecialTokens::kWith);
    if (!ids) return fail(ids.error());
    if (ids->empty())
      return fail(ErrorKind::kUsage, "a prompt is empty: a model needs at least one token");
    prompts.push_back(*std::move(ids));
  }
  for (const std::string& text : command.token_ids) {
    auto ids = parse_ids(text);
    if (!ids) return fail(ids.error());
    prompts.push_back(*std::move(ids));
  }
  if (prompts.empty())
    return fail(ErrorKind::kUsage, "give what the model shall go on from: --prompt or --token-ids");
  return prompts;
}

/// Ids that end a text, as the checkpoint says.
Ids stop_ids(const Generate& command) {
  if (command.ignore_eos == Arguments::Switch::kOn) return {};
  return checkpoint::read_stop_ids(folder_of(command));
}

Result<run::GenerationTask> make_task(const Generate& command,
                                      const std::optional<Tokenizer>& tokenizer) {
  run::GenerationTask task{.model = {}, .precision = command.precision, .request = {}};
  auto prompts = read_prompts(command, tokenizer);
  if (!prompts) return fail(prompts.error());
  const auto tokens = within("--max-new-tokens", command.max_new_tokens, 16, kMostNewTokens);
  if (!tokens) return fail(tokens.error());
  const auto logits = parse_logits(command.logits);
  if (!logits) return fail(logits.error());
  task.request = {.prompts = *std::move(prompts),
                  .max_new_tokens = *tokens,
                  .stop_ids = stop_ids(command),
                  .logits = *logits};
  return task;
}

Result<run::OpenRequest> open_request(const Generate& command, const engine::SearchPath& path) {
  auto install = engine::find_engine(command.engine, path);
  if (!install) return fail(install.error());
  const auto threads = within("--threads", command.threads, 1, kMostThreads);
  if (!threads) return fail(threads.error());
  run::OpenRequest request{
      .install = *std::move(install), .provider = command.provider, .threads = *threads};
  for (const std::string& text : command.options) {
    const auto at = text.find('=');
    if (at == std::string::npos || at == 0)
      return fail(ErrorKind::kUsage, fmt::format("--option takes KEY=VALUE, not '{}'", text));
    request.options[text.substr(0, at)] = text.substr(at + 1);
  }
  return request;
}

Result<json> text_of(const std::optional<Tokenizer>& tokenizer, const Ids& ids) {
  if (!tokenizer) return json();
  auto text = tokenizer->decode(ids, SpecialTokens::kWithout);
  if (!text) return fail(text.error());
  return json(*std::move(text));
}

/// Seconds from the request to the first token, and from each token to the next.
json timing_json(const run::Generated& generated) {
  json steps = json::array();
  Nanoseconds before = generated.t0_ns;
  for (const Nanoseconds at : generated.token_at_ns) {
    steps.push_back(to_seconds(at - before));
    before = at;
  }
  json timing = {{"first_token_s", steps.front()}};
  steps.erase(steps.begin());
  timing["inter_token_s"] = std::move(steps);
  return timing;
}

Result<json> row_json(const Ids& prompt, const run::GeneratedRow& row,
                      const std::optional<Tokenizer>& tokenizer) {
  auto text = text_of(tokenizer, row.new_ids);
  if (!text) return fail(text.error());
  json out = {{"prompt_ids", prompt}, {"new_ids", row.new_ids}, {"text", *std::move(text)}};
  if (row.prefill_logits.empty()) return out;
  out["prefill_logits"] = row.prefill_logits;
  out["step_logits"] = row.step_logits;
  return out;
}

/// One prompt is an object of its own; several stand in "rows".
Result<std::string> to_json(const Generate& command, const run::GenerationTask& task,
                            const run::Generation& done,
                            const std::optional<Tokenizer>& tokenizer) {
  json rows = json::array();
  for (std::size_t i = 0; i < done.generated.rows.size(); ++i) {
    auto row = row_json(task.request.prompts[i], done.generated.rows[i], tokenizer);
    if (!row) return fail(row.error());
    rows.push_back(*std::move(row));
  }
  json out = rows.size() == 1 ? std::move(rows.front()) : json{{"rows", std::move(rows)}};
  out["model_file"] = task.model;
  out["synthetic"] = checkpoint::is_synthetic(command.model);
  out["timing"] = timing_json(done.generated);
  out["timing"]["load_s"] = to_seconds(done.loaded.t1_ns - done.loaded.t0_ns);
  return json_line(out);
}

/// Generated text keeps its lines and nothing else that steers a terminal.
std::string printable_lines(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += printable(std::string_view(text).substr(at, end - at));
    if (end < text.size()) out += '\n';
    at = end + 1;
  }
  return out;
}

Result<std::string> to_text(const run::Generation& done,
                            const std::optional<Tokenizer>& tokenizer) {
  std::string out;
  for (const run::GeneratedRow& row : done.generated.rows) {
    const auto text = text_of(tokenizer, row.new_ids);
    if (!text) return fail(text.error());
    out += text->is_string() ? printable_lines(text->get<std::string>())
                             : fmt::format("{}", fmt::join(row.new_ids, " "));
    out += '\n';
  }
  return out;
}

/// The folder of a checkpoint of the hub, downloaded where it is not there.
Status fetch_model(Generate& command) {
  if (!config::is_hub_model(command.model)) return {};
  const auto snapshot = fetch_from_hub(command.model, run::progress_style_for(stderr));
  if (!snapshot) return fail(snapshot.error());
  command.model = snapshot->directory.string();
  return {};
}

Result<int> generate(Generate command) {
  if (command.engine.empty())
    return fail(ErrorKind::kUsage,
                "--engine is required; run 'joulemark engines' for those there are");
  if (auto fetched = fetch_model(command); !fetched) return fail(fetched.error());
  auto roots = parse_engine_roots(command.roots);
  if (!roots) return fail(roots.error());
  if (auto added = add_python_roots(command.python, {command.engine}, *roots); !added)
    return fail(added.error());
  const auto path = engine::default_search_path(*roots);
  const auto open = open_request(command, path);
  if (!open) return fail(open.error());
  const auto manifest = engine::find_manifest(command.engine, path);
  if (!manifest) return fail(manifest.error());
  const auto tokenizer = load_tokenizer(command);
  if (!tokenizer) return fail(tokenizer.error());
  auto task = make_task(command, *tokenizer);
  if (!task) return fail(task.error());
  if (checkpoint::is_encoder(command.model))
    return fail(ErrorKind::kUnsupported,
                fmt::format("'{}' is an encoder, which generates no text; 'joulemark compare' "
                            "measures it",
                            command.model));
  auto file = model_file(command.model, *manifest);
  if (!file) return fail(file.error());
  task->model = *std::move(file);
  note_synthetic(command.model);
  const double limit = command.time_limit_s.value_or(kDefaultTimeLimit);
  if (!(limit > 0 && limit <= kLongestTimeLimit))
    return fail(ErrorKind::kUsage, fmt::format("--time-limit must be positive, not {}", limit));
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto done = run::generate(
      {.open = *open, .limit_ns = to_nanoseconds(limit), .stop = interrupt_flag()}, *task, workers);
  if (!done) return fail(done.error());
  const auto out = command.as_json == Arguments::Switch::kOn
                       ? to_json(command, *task, *done, *tokenizer)
                       : to_text(*done, *tokenizer);
  if (!out) return fail(out.error());
  return print(*out);
}

}  // namespace

Action declare_generate(Arguments& arguments) {
  const auto command = std::make_shared<Generate>();
  arguments.positional("MODEL", command->model,
                       "Checkpoint directory (config.json, safetensors, tokenizer.json), "
                       "hub:OWNER/NAME, a decoder as "
                       "ONNX or OpenVINO file, or synthetic:NAME",
                       Arguments::Need::kRequired);
  arguments.option("--engine NAME", command->engine, "Engine that runs the model");
  arguments.repeated("--prompt TEXT", command->prompts,
                     "What the model goes on from; several make a batch");
  arguments.repeated("--token-ids IDS", command->token_ids,
                     "The same as token ids: 5,9,27; several make a batch");
  arguments.option("--max-new-tokens N", command->max_new_tokens,
                   "Tokens to generate for each prompt (default 16)");
  arguments.flag("--ignore-eos", command->ignore_eos,
                 "Go on behind the token that ends a text, to exactly N tokens");
  arguments.option("--logits WHICH", command->logits,
                   "Logits in the JSON: none (default), last (of the prompt's last position and of "
                   "each new token), or all (of every position)");
  arguments.option("--threads N", command->threads, "Threads (default 1)");
  arguments.option("--provider NAME", command->provider,
                   "Execution provider of the engine (default cpu)");
  arguments.option("--precision NAME", command->precision, "Precision (default f32)");
  arguments.repeated("--option KEY=VALUE", command->options,
                     "Option of the engine; 'joulemark engines NAME' lists them");
  arguments.repeated("--engine-root ENGINE=FOLDER", command->roots,
                     "Installation of your own, looked at before all other places");
  declare_python(arguments, command->python);
  arguments.option("--time-limit SECONDS", command->time_limit_s,
                   "Longest time, loading included (default 3600)");
  arguments.flag("--json", command->as_json, "Print ids, text, logits and times as JSON");
  return [command] { return generate(*command); };
}

}  // namespace joulemark::cli
