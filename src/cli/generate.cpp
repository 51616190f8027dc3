// SPDX-License-Identifier: Apache-2.0
// `joulemark generate`: a prompt through a language model on one engine.
#include <fmt/format.h>

#include <memory>

#include "checkpoint/encoder.h"
#include "checkpoint/synthetic.h"
#include "cli/commands.h"
#include "cli/experiment_flags.h"
#include "cli/generate_output.h"
#include "cli/generate_request.h"
#include "cli/hub_model.h"
#include "cli/interrupt.h"
#include "cli/model_source.h"
#include "cli/output.h"
#include "cli/synthetic_source.h"
#include "config/experiment_file.h"
#include "run/process_worker.h"

namespace joulemark::cli {
namespace {

/// The folder of a checkpoint of the hub, downloaded where it is not there.
Status fetch_model(GenerateFlags& flags) {
  if (!config::is_hub_model(flags.model)) return {};
  const auto snapshot = fetch_from_hub(flags.model, run::progress_style_for(stderr));
  if (!snapshot) return fail(snapshot.error());
  flags.model = snapshot->directory.string();
  return {};
}

/// The file that the engine loads.
Result<std::string> find_file(const GenerateFlags& flags, const engine::SearchPath& path) {
  if (checkpoint::is_encoder(flags.model))
    return fail(ErrorKind::kUnsupported,
                fmt::format("'{}' is an encoder, which generates no text; 'joulemark compare' "
                            "measures it",
                            flags.model));
  if (auto text = check_generates(flags.model); !text) return fail(text.error());
  const auto manifest = engine::find_manifest(flags.engine.name, path);
  if (!manifest) return fail(manifest.error());
  return model_file(flags.model, *manifest);
}

Result<int> show(const GenerateFlags& flags, const GenerationOutput& output) {
  const auto text =
      flags.as_json == Arguments::Switch::kOn ? generation_json(output) : generation_text(output);
  return text ? print(*text) : fail(text.error());
}

Result<int> generate(GenerateFlags flags) {
  if (auto named = check_engine_name(flags.engine); !named) return fail(named.error());
  const auto limit = time_limit(flags);
  if (!limit) return fail(limit.error());
  const auto path = engine_search_path(flags.engine);
  if (!path) return fail(path.error());
  const auto open = open_request(flags, *path);
  if (!open) return fail(open.error());
  if (auto fetched = fetch_model(flags); !fetched) return fail(fetched.error());
  const auto tokenizer = load_tokenizer(flags);
  if (!tokenizer) return fail(tokenizer.error());
  auto task = generation_task(flags, *tokenizer);
  if (!task) return fail(task.error());
  auto file = find_file(flags, *path);
  if (!file) return fail(file.error());
  task->model = *std::move(file);
  note_synthetic(flags.model);
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto done =
      run::generate({.open = *open, .limit_ns = *limit, .stop = interrupt_flag()}, *task, workers);
  if (!done) return fail(done.error());
  return show(flags, {.task = *task,
                      .done = *done,
                      .tokenizer = *tokenizer,
                      .is_synthetic = checkpoint::is_synthetic(flags.model)});
}

}  // namespace

Action declare_generate(Arguments& arguments) {
  const auto flags = std::make_shared<GenerateFlags>();
  arguments.positional("MODEL", flags->model,
                       "Checkpoint directory (config.json, safetensors, tokenizer.json), "
                       "hub:OWNER/NAME, a decoder as "
                       "ONNX or OpenVINO file, or synthetic:NAME",
                       Arguments::Need::kRequired);
  declare_engine_name(arguments, flags->engine);
  arguments.repeated("--prompt TEXT", flags->prompts,
                     "What the model goes on from; several make a batch");
  arguments.repeated("--token-ids IDS", flags->token_ids,
                     "The same as token ids: 5,9,27; several make a batch");
  arguments.option("--max-new-tokens N", flags->max_new_tokens,
                   "Tokens to generate for each prompt (default 16)");
  arguments.flag("--ignore-eos", flags->ignore_eos,
                 "Go on behind the token that ends a text, to exactly N tokens");
  arguments.option("--logits WHICH", flags->logits,
                   "Logits in the JSON: none (default), last (of the prompt's last position and of "
                   "each new token), or all (of every position)");
  declare_engine(arguments, flags->engine);
  arguments.option("--time-limit SECONDS", flags->time_limit_s,
                   "Longest time, loading included (default 3600)");
  arguments.flag("--json", flags->as_json, "Print ids, text, logits and times as JSON");
  return [flags] { return generate(*flags); };
}

}  // namespace joulemark::cli
