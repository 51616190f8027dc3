// SPDX-License-Identifier: Apache-2.0
// `joulemark load`: requests to a server, and how it answers them.
#include <algorithm>
#include <memory>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/load_output.h"
#include "cli/load_request.h"
#include "cli/output.h"
#include "cli/output_target.h"
#include "load/preflight.h"
#include "load/server_energy.h"

namespace joulemark::cli {
namespace {

/// Everything that can be wrong with the flags is told before anything is sent.
struct Prepared {
  load::TargetQuery query;
  load::Plan plan;
  std::vector<load::Limit> limits;
};

Result<Prepared> prepare(const LoadFlags& flags) {
  auto query = load_query(flags);
  if (!query) return fail(query.error());
  auto plan = load_plan(flags);
  if (!plan) return fail(plan.error());
  auto limits = load_limits(flags);
  if (!limits) return fail(limits.error());
  if (!flags.requests_csv.empty())
    if (auto target = check_output("--requests-csv", flags.requests_csv, {}); !target)
      return fail(target.error());
  return Prepared{*std::move(query), *std::move(plan), *std::move(limits)};
}

Result<int> tell(const LoadFlags& flags, const load::LoadRun& run, const LoadOutput& output) {
  if (!flags.requests_csv.empty())
    if (auto written = write_file(flags.requests_csv, load_csv(run)); !written)
      return fail(written.error());
  const auto printed =
      print(flags.as_json == Arguments::Switch::kOn ? load_json(output) : load_text(output));
  if (!printed) return printed;
  if (run.was_interrupted) return kExitInterrupted;
  const bool all_good = output.summary.good == output.summary.requests && output.summary.good > 0;
  return all_good ? kExitOk : kExitFailed;
}

/// The run, between two looks at what the server counts of its energy.
load::LoadRun measure(http::Client& client, const load::Workload& workload,
                      const Prepared& prepared) {
  const auto before = load::read_settled_energy(client, prepared.query.call);
  load::LoadRun run = generate(client, workload, prepared.plan, interrupt_flag());
  const auto after = before ? load::read_settled_energy(client, prepared.query.call) : std::nullopt;
  const auto answers = std::count_if(run.records.begin(), run.records.end(),
                                     [](const load::Record& record) { return record.is_good(); });
  run.energy_of_each = load::energy_of_each(before, after, answers);
  return run;
}

Result<int> run_load(const LoadFlags& flags) {
  const auto prepared = prepare(flags);
  if (!prepared) return fail(prepared.error());
  const auto client = http::Client::open({.ca_file = flags.ca_file});
  if (!client) return fail(client.error());
  const auto target = load::find_target(**client, prepared->query);
  if (!target) return fail(target.error());
  const auto workload = load_workload(flags, *target, prepared->query.call);
  if (!workload) return fail(workload.error());
  if (auto tried = load::try_once(**client, **workload); !tried) return fail(tried.error());
  const load::LoadRun run = measure(**client, **workload, *prepared);
  const bool is_open = std::holds_alternative<load::OpenLoop>(prepared->plan);
  const auto summary =
      summarize(run, prepared->limits, is_open ? load::LoopKind::kOpen : load::LoopKind::kClosed);
  return tell(flags, run, {*target, prepared->plan, summary});
}

void declare_pace(Arguments& arguments, LoadFlags& flags) {
  arguments.group("When requests are sent");
  arguments.option("--concurrency N", flags.concurrency,
                   "Closed loop: N users ask again as soon as they are answered (default 1)");
  arguments.option("--rate R", flags.rate,
                   "Open loop: R requests per second, whatever becomes of them; latencies count "
                   "from when each was due");
  arguments.option("--arrivals KIND", flags.arrivals, "poisson (default) or uniform");
  arguments.option("--trace FILE", flags.trace,
                   "Open loop by a CSV or JSON lines file with arrival_s, and prompt_tokens and "
                   "new_tokens where wanted");
  arguments.option("--max-in-flight N", flags.most_in_flight,
                   "Requests of an open loop that are under way at once (default 1000)");
  arguments.option("--duration SECONDS", flags.duration_s, "Measured time (default 10)");
  arguments.option("--requests N", flags.requests, "Measured requests instead");
  arguments.option("--warmup SECONDS", flags.warmup_s,
                   "Time before it that is left out (default 2; 0 with --requests or --trace)");
  arguments.option("--time-limit SECONDS", flags.time_limit_s,
                   "Longest time of one request (default 60)");
  arguments.option("--seed N", flags.seed, "Of arrivals, prompts and inputs (default 1)");
}

void declare_work(Arguments& arguments, LoadFlags& flags) {
  arguments.group("What is asked");
  arguments.option(
      "--api NAME", flags.api,
      "openai (completions), chat, kserve, tensorflow (TensorFlow Serving's REST API), "
      "http, or auto (default): by the address, or what the server says");
  arguments.option("--model NAME", flags.model, "Model to ask for (default: the server's first)");
  arguments.option("--prompt-tokens N", flags.prompt_tokens,
                   "Tokens of a generated prompt (default 128)");
  arguments.option("--vocabulary N", flags.vocabulary,
                   "Generated token ids are below it (default 1000)");
  arguments.option("--workload FILE", flags.workload,
                   "Prompts instead: {\"text\": \"…\"} or {\"ids\": [5, 9]} a line");
  arguments.option("--new-tokens N", flags.new_tokens, "Tokens to generate (default 64)");
  arguments.flag("--stop-at-eos", flags.stop_at_eos,
                 "Let the model end its texts itself; counts are then not compared");
  arguments.flag("--no-stream", flags.no_stream, "Ask for whole texts instead of streams");
  arguments.flag("--token-ids", flags.token_ids,
                 "Ask for the ids of new tokens too and count them (vLLM, joulemark serve)");
  arguments.flag("--binary", flags.binary, "KServe tensors as bytes instead of JSON");
  arguments.option("--batch N", flags.batch,
                   "First dimension of tensors where it is free (default 1)");
  arguments.option("--signature NAME", flags.signature,
                   "Of TensorFlow Serving's model (default serving_default, or the only one)");
  arguments.option("--method NAME", flags.method, "Of plain HTTP (default GET, POST with --body)");
  arguments.option("--body FILE", flags.body, "Of plain HTTP");
  arguments.option("--content-type TYPE", flags.content_type,
                   "Of the body (default application/json)");
  arguments.flag("--energy", flags.energy,
                 "Ask the server for the joules of each request (joulemark serve)");
}

void declare_rest(Arguments& arguments, LoadFlags& flags) {
  arguments.group("Connection");
  arguments.option("--token-file FILE", flags.token_file, "Bearer token to send");
  arguments.option("--ca-file FILE", flags.ca_file,
                   "Certificates to trust, PEM (default: the system's)");
  arguments.repeated("--header 'NAME: VALUE'", flags.headers, "Another header of every request");
  arguments.group("Output");
  arguments.repeated("--limit KEY=MS", flags.limits,
                     "What a good request keeps: latency_ms, ttft_ms, itl_ms, gap_ms");
  arguments.option("--requests-csv FILE", flags.requests_csv, "Write a row for each request");
  arguments.flag("--json", flags.as_json, "Print JSON");
}

}  // namespace

Action declare_load(Arguments& arguments) {
  const auto flags = std::make_shared<LoadFlags>();
  arguments.positional("URL", flags->url, "The server: http://127.0.0.1:8000, or one of its paths",
                       Arguments::Need::kRequired);
  declare_pace(arguments, *flags);
  declare_work(arguments, *flags);
  declare_rest(arguments, *flags);
  return [flags] { return run_load(*flags); };
}

}  // namespace joulemark::cli
