// SPDX-License-Identifier: Apache-2.0
// Requests out, replies in, and the reason when there is none.
#include "run/worker_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/arrivals.h"
#include "joulemark/worker_protocol.h"

namespace joulemark::run {
namespace {

using nlohmann::json;

/// A program that does not even say hello speaks another language.
constexpr Nanoseconds kHelloLimit = 30 * kNanosecondsPerSecond;
/// A worker that has closed the conversation ends at once, or hangs.
constexpr Nanoseconds kEndLimit = 5 * kNanosecondsPerSecond;
/// Between a worker that is killed and a signal to this program that belongs to it.
constexpr Nanoseconds kGrace = kNanosecondsPerSecond / 5;
constexpr Nanoseconds kGraceStep = kGrace / 20;

// Paths may hold any bytes; JSON text may not.
std::string to_line(const json& request) {
  return request.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Where in a trial a request stands, in the words of its phases.
std::string_view place_of(std::string_view request) {
  static constexpr std::pair<std::string_view, std::string_view> kPlaces[] = {
      {"hello", "at its start"},
      {"open", "in phase 'load' (opening the engine)"},
      {"operators", "listing its operators"},
      {"export", "writing the model in another format"},
      {"load", "in phase 'load'"},
      {"build", "in phase 'build'"},
      {"inputs", "in phase 'load' (making the inputs)"},
      {"prompts", "in phase 'load' (taking the prompts)"},
      {"answer", "in phase 'load' (first call of the model)"},
      {"warmup", "in phase 'warmup'"},
      {"ready", "in phase 'ready'"},
      {"go", "in phase 'measure'"},
      {"durations", "in phase 'drain'"},
      {"check", "in the case"},
      {"generate", "while it generated"}};
  const auto* const found = std::find_if(std::begin(kPlaces), std::end(kPlaces),
                                         [&](const auto& place) { return place.first == request; });
  return found != std::end(kPlaces) ? found->second : request;
}

json path_or_null(const std::filesystem::path& path) {
  return path.empty() ? json(nullptr) : json(path.string());
}

}  // namespace

WorkerClient::WorkerClient(std::unique_ptr<WorkerProcess> process, ClientOptions options)
    : process_(std::move(process)),
      options_(std::move(options)),
      started_ns_(options_.clock.now()),
      limit_from_ns_(started_ns_) {}

Failure WorkerClient::give_up(TrialStatus status, std::string reason) {
  process_->kill();
  process_->wait(options_.clock.now() + kEndLimit);
  return {.status = status, .reason = std::move(reason)};
}

Failure WorkerClient::interrupted() {
  Failure failure = give_up(TrialStatus::kFailed, "interrupted");
  failure.interrupted = true;
  return failure;
}

/// Whoever ends a whole group of processes ends the worker first now and then.
bool WorkerClient::is_ended_with_us(const WorkerState& state) const {
  const auto* killed = std::get_if<Signalled>(&state);
  if (killed == nullptr) return false;
  const auto from_outside = {SIGKILL, SIGTERM, SIGINT, SIGHUP};
  if (std::find(from_outside.begin(), from_outside.end(), killed->signal) == from_outside.end())
    return false;
  const Nanoseconds end = options_.clock.now() + kGrace;
  while (!options_.stop.load() && options_.clock.now() < end)
    options_.clock.sleep_until(options_.clock.now() + kGraceStep);
  return options_.stop.load();
}

Failure WorkerClient::died(std::string_view request) {
  const WorkerState state = process_->wait(options_.clock.now() + kEndLimit);
  if (options_.stop.load() || is_ended_with_us(state)) return interrupted();
  if (std::holds_alternative<StillRunning>(state))
    return give_up(
        TrialStatus::kCrashed,
        fmt::format("worker closed the conversation {} but did not end", place_of(request)));
  const auto* killed = std::get_if<Signalled>(&state);
  const bool by_kernel = killed != nullptr && killed->signal == SIGKILL &&
                         options_.killed_for_memory && options_.killed_for_memory();
  if (by_kernel)
    return {.status = TrialStatus::kOutOfMemory,
            .reason = fmt::format("the kernel killed the worker for memory {}", place_of(request))};
  // std::terminate on an allocation that failed: libstdc++ names the exception on stderr.
  const bool no_allocation = process_->output_tail().find("bad_alloc") != std::string::npos;
  if (no_allocation)
    return {.status = TrialStatus::kOutOfMemory,
            .reason = fmt::format("worker {} {} after an allocation failed", describe(state),
                                  place_of(request))};
  return {.status = TrialStatus::kCrashed,
          .reason = fmt::format("worker {} {}", describe(state), place_of(request))};
}

Failure WorkerClient::timed_out(std::string_view request) {
  const double waited = to_seconds(options_.clock.now() - limit_from_ns_);
  return give_up(TrialStatus::kTimeout,
                 fmt::format("time limit passed {}, {:.1f} s after the start; worker killed",
                             place_of(request), waited));
}

Reply<WorkerClient::Answer> WorkerClient::exchange(std::string_view request,
                                                   const std::string& line) {
  const ReceiveOptions receive{
      .deadline = options_.deadline, .stop = options_.stop, .recheck_ns = options_.recheck_ns};
  Answer answer;
  answer.exchange.sent_ns = options_.clock.now();
  Received received = process_->send(line, options_.deadline);
  if (std::holds_alternative<Line>(received)) received = process_->receive(receive);
  answer.exchange.received_ns = options_.clock.now();
  if (auto* reply = std::get_if<Line>(&received)) {
    answer.line = std::move(reply->text);
    return answer;
  }
  if (std::holds_alternative<Closed>(received)) return tl::unexpected<Failure>(died(request));
  if (std::holds_alternative<TimedOut>(received))
    return tl::unexpected<Failure>(timed_out(request));
  if (std::holds_alternative<LineTooLong>(received))
    return tl::unexpected<Failure>(
        give_up(TrialStatus::kFailed,
                fmt::format("worker answered nonsense to '{}': a line of more than {} bytes",
                            request, protocol::kMaxLineBytes)));
  return tl::unexpected<Failure>(interrupted());
}

template <class T>
Reply<T> WorkerClient::settle(Reply<T> reply) {
  if (!reply && !reply.error().reported) {
    process_->kill();
    process_->wait(options_.clock.now() + kEndLimit);
  }
  return reply;
}

Reply<void> WorkerClient::hello() {
  const Nanoseconds whole = options_.deadline;
  options_.deadline = std::min(whole, options_.clock.now() + kHelloLimit);
  auto answer = exchange("hello", to_line({{"type", "hello"}, {"protocol", protocol::kVersion}}));
  options_.deadline = whole;
  if (!answer) return tl::unexpected<Failure>(std::move(answer.error()));
  return settle(parse_hello(answer->line));
}

Reply<Opened> WorkerClient::open(const OpenRequest& request) {
  const auto answer = exchange("open", to_line({{"type", "open"},
                                                {"plugin", request.install.plugin},
                                                {"library_dir", request.install.library_dir},
                                                {"provider", request.provider},
                                                {"threads", request.threads},
                                                {"affinity", request.affinity},
                                                {"options", request.options}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_opened(answer->line));
}

Reply<std::vector<OperatorRange>> WorkerClient::operators() {
  const auto answer = exchange("operators", to_line({{"type", "operators"}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_operators(answer->line));
}

Reply<void> WorkerClient::export_model(const protocol::ExportRequest& request) {
  const auto answer = exchange("export", to_line({{"type", "export"},
                                                  {"model", request.model},
                                                  {"format", request.format},
                                                  {"path", request.path}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_exported(answer->line));
}

Reply<Loaded> WorkerClient::load(const std::string& model, const std::string& precision) {
  const auto answer = exchange("load", to_line({{"type", "load"},
                                                {"model", model},
                                                {"precision", precision},
                                                {"options", json::object()}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  // The engine starts to load in `open`, so the worker's interval may begin before this request.
  return settle(parse_loaded(answer->line, {started_ns_, answer->exchange.received_ns}));
}

Reply<std::optional<Built>> WorkerClient::build() {
  const auto answer = exchange("build", to_line({{"type", "build"}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_built(answer->line, answer->exchange));
}

Reply<void> WorkerClient::inputs(const InputsRequest& request) {
  const auto answer = exchange("inputs", to_line({{"type", "inputs"},
                                                  {"source", request.model.inputs},
                                                  {"seed", request.seed},
                                                  {"batch", request.batch},
                                                  {"shapes", request.model.shapes}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_type(answer->line, "inputs", "inputs_ready"));
}

Reply<void> WorkerClient::prompts(const protocol::PromptsRequest& request) {
  const auto answer = exchange("prompts", to_line({{"type", "prompts"},
                                                   {"requests", request.requests},
                                                   {"new_tokens", request.new_tokens},
                                                   {"stop_ids", request.stop_ids}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_type(answer->line, "prompts", "prompts_ready"));
}

Reply<Answered> WorkerClient::answer(const AnswerRequest& request) {
  json line = {{"type", "answer"},
               {"directory", path_or_null(request.directory)},
               {"reference", path_or_null(request.reference)}};
  if (request.requests > 0) line["requests"] = request.requests;
  const auto answer = exchange("answer", to_line(line));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_answered(answer->line));
}

Reply<Warmed> WorkerClient::warm_up(const protocol::WarmupRequest& request) {
  const auto answer = exchange("warmup", to_line({{"type", "warmup"},
                                                  {"min_ns", request.min_ns},
                                                  {"max_ns", request.max_ns},
                                                  {"min_iterations", request.min_iterations}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_warmed(answer->line, answer->exchange));
}

Reply<Done> WorkerClient::go(const protocol::GoRequest& request, Exchange* exchange_times) {
  json line = {
      {"type", "go"}, {"min_ns", request.min_ns}, {"min_iterations", request.min_iterations}};
  if (request.new_tokens > 0) line["new_tokens"] = request.new_tokens;
  if (request.arrivals.rate > 0) {
    line["rate"] = request.arrivals.rate;
    line["arrivals"] = to_string(request.arrivals.kind);
    line["seed"] = request.arrivals.seed;
  }
  const auto answer = exchange("go", to_line(line));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  if (exchange_times != nullptr) *exchange_times = answer->exchange;
  auto done = parse_done(answer->line, answer->exchange);
  if (done &&
      (done->t1_ns - done->t0_ns < request.min_ns || done->iterations < request.min_iterations))
    done = tl::unexpected<Failure>(
        nonsense("go", fmt::format("a window of {} ns and {} iterations, shorter than the {} ns "
                                   "and {} iterations that were asked for",
                                   done->t1_ns - done->t0_ns, done->iterations, request.min_ns,
                                   request.min_iterations)));
  return settle(std::move(done));
}

Reply<Durations> WorkerClient::durations(const Done& done) {
  const auto answer = exchange("durations", to_line({{"type", "durations"}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_durations(answer->line, done));
}

Reply<Generated> WorkerClient::generate(const protocol::GenerateRequest& request) {
  const char* logits = protocol::kLogitsNames[static_cast<std::size_t>(request.logits)];
  const auto answer = exchange("generate", to_line({{"type", "generate"},
                                                    {"prompts", request.prompts},
                                                    {"max_new_tokens", request.max_new_tokens},
                                                    {"stop_ids", request.stop_ids},
                                                    {"logits", logits}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_generated(answer->line, request, answer->exchange));
}

Reply<Checked> WorkerClient::check(const protocol::CheckRequest& request) {
  json line = {{"type", "check"}, {"case", request.directory.string()}};
  if (request.rtol) line["rtol"] = *request.rtol;
  if (request.atol) line["atol"] = *request.atol;
  const auto answer = exchange("check", to_line(line));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_checked(answer->line));
}

Reply<Ceilings> WorkerClient::ceilings(std::int64_t buffer_bytes) {
  const auto answer =
      exchange("ceilings", to_line({{"type", "ceilings"}, {"buffer_bytes", buffer_bytes}}));
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return settle(parse_ceilings(answer->line));
}

Reply<void> WorkerClient::rest(Nanoseconds until) {
  const Nanoseconds deadline = std::min(until, options_.deadline);
  const auto received = process_->receive(
      {.deadline = deadline, .stop = options_.stop, .recheck_ns = options_.recheck_ns});
  if (std::holds_alternative<TimedOut>(received)) {
    if (deadline == until) return {};
    return tl::unexpected<Failure>(timed_out("ready"));
  }
  if (std::holds_alternative<Closed>(received)) return tl::unexpected<Failure>(died("ready"));
  if (std::holds_alternative<Interrupted>(received)) return tl::unexpected<Failure>(interrupted());
  return tl::unexpected<Failure>(give_up(TrialStatus::kFailed, "worker spoke without being asked"));
}

bool WorkerClient::quit(Nanoseconds longest) {
  const Nanoseconds deadline = std::min(options_.deadline, options_.clock.now() + longest);
  process_->send(to_line({{"type", "quit"}}), deadline);
  if (!std::holds_alternative<StillRunning>(process_->wait(deadline))) return true;
  give_up(TrialStatus::kFailed, {});
  return false;
}

}  // namespace joulemark::run
