// SPDX-License-Identifier: Apache-2.0
// idle → load → (where the engine does) build → warmup → ready → measure → (a language model's)
// prefill → drain.
#include "run/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "run/answering.h"
#include "run/load.h"
#include "run/memory_watch.h"
#include "run/phase_meter.h"
#include "run/pinning.h"
#include "run/signal_mask.h"
#include "run/text_pass.h"
#include "run/warm_up.h"
#include "run/window_edges.h"
#include "run/window_use.h"
#include "run/worker_client.h"
#include "run/worker_command.h"
#include "sensors/boards/board_load.h"
#include "sensors/ledger.h"
#include "sensors/sampling/sampler.h"
#include "sensors/window/window_watch.h"

namespace joulemark::run {
namespace {

/// How often the stop flag is looked at while nothing runs.
constexpr Nanoseconds kIdleStep = 100'000'000;
/// For what has been killed to end.
constexpr Nanoseconds kEndLimit = 5 * kNanosecondsPerSecond;

/// One attempt while it runs. Every step answers a Failure when the trial is over.
class Attempt {
 public:
  Attempt(const TrialRequest& request, const TrialWorld& world)
      : request_(request),
        world_(world),
        protocol_(request.experiment.protocol),
        configuration_(request.planned.configuration),
        load_(load_of(request)),
        memory_(world.root),
        keep_off_(configuration_.affinity),
        sampler_(world.sensors, {.hz = protocol_.sample_hz, .root = world.root}),
        phases_(world.sensors, world.sensor_statuses, world.clock),
        deadline_(world.clock.now() + to_nanoseconds(protocol_.time_limit_s)),
        clocks_at_begin_(world.read_clocks()) {
    end_.record = empty_record(request.experiment, request.planned);
    end_.record.install = request.install;
    end_.record.work = request.work;
    end_.record.started_at = wall_clock_now();
  }

  TrialEnd run_whole() {
    start_sampler();
    Reply<void> reply = idle();
    if (reply) reply = prepare();
    if (reply) reply = warm_up();
    if (reply) reply = ready();
    if (reply) reply = measure();
    return finish(reply);
  }
  TrialEnd run_answer() { return finish(prepare()); }

 private:
  Reply<void> idle();
  Reply<void> start_worker();
  Reply<void> prepare();
  Reply<void> feed(const Loaded& loaded);
  Reply<void> build();
  Reply<void> warm_up();
  Reply<void> ready();
  Reply<void> measure();
  Reply<Done> measure_window();
  Reply<void> take_text(const Done& done);
  Reply<void> collect(const Done& done);
  Reply<void> measure_prefill();
  [[nodiscard]] std::int64_t requests_to_check() const {
    return request_.prompts == nullptr ? 0 : checked_requests(configuration_.batch);
  }
  [[nodiscard]] TextPass passes(std::int64_t new_tokens) const {
    return pass_over(*request_.prompts, configuration_.batch, new_tokens);
  }
  void start_sampler();
  void record_phase(Phase phase, Nanoseconds t0, Nanoseconds t1) {
    end_.record.phases.push_back({.phase = phase, .t0_ns = t0, .t1_ns = t1});
  }
  void drain();
  void end_worker();
  void warn(const char* code, const std::string& what) const {
    world_.progress.warning(
        {.code = code,
         .message = fmt::format("{} ({}, block {})", what, configuration_label(configuration_),
                                request_.planned.block + 1)});
  }
  TrialEnd finish(const Reply<void>& reply);

  const TrialRequest& request_;
  const TrialWorld& world_;
  const Protocol& protocol_;
  const Configuration& configuration_;
  Load load_;
  MemoryWatch memory_;
  KeepOff keep_off_;  ///< before the sampler, whose thread inherits it
  sensors::Sampler sampler_;
  PhaseMeter phases_;
  Nanoseconds deadline_;
  ClockReading clocks_at_begin_;  ///< of the trial
  ClockReading clocks_at_end_;    ///< of its window
  std::optional<WorkerClient> client_;
  WorkPlace place_ = WorkPlace::kWorker;
  TrialEnd end_;
};

void Attempt::start_sampler() {
  // A stop signal must wake the thread that waits for the worker, not the sampler.
  const BlockedStopSignals blocked;
  if (const auto started = sampler_.start(); !started)
    world_.progress.warning({.code = "sampler", .message = started.error().message});
}

Reply<void> Attempt::idle() {
  if (protocol_.idle_s <= 0) return {};
  world_.progress.phase_changed(Phase::kIdle);
  phases_.begin();
  const Nanoseconds t0 = world_.clock.now();
  const Nanoseconds end = t0 + to_nanoseconds(protocol_.idle_s);
  while (world_.clock.now() < end) {
    if (world_.stop.load())
      return tl::unexpected<Failure>(Failure{.reason = "interrupted", .interrupted = true});
    world_.clock.sleep_until(std::min(end, world_.clock.now() + kIdleStep));
  }
  phases_.end(Phase::kIdle);
  record_phase(Phase::kIdle, t0, world_.clock.now());
  return {};
}

Reply<void> Attempt::start_worker() {
  auto process = world_.workers.start(worker_command(request_.install, configuration_.affinity));
  if (!process)
    return tl::unexpected<Failure>(Failure{.reason = process.error().message, .not_started = true});
  client_.emplace(*std::move(process),
                  ClientOptions{.clock = world_.clock,
                                .stop = world_.stop,
                                .deadline = deadline_,
                                .killed_for_memory = [this] { return memory_.has_killed(); }});
  sampler_.watch(client_->process().pid());
  return client_->hello();
}

Reply<void> Attempt::prepare() {
  world_.progress.phase_changed(Phase::kLoad);
  phases_.begin();
  if (auto started = start_worker(); !started) return started;
  const auto opened = client_->open({.install = request_.install,
                                     .provider = configuration_.provider,
                                     .threads = configuration_.threads,
                                     .affinity = configuration_.affinity,
                                     .options = configuration_.options});
  if (!opened) return tl::unexpected<Failure>(opened.error());
  end_.record.describe_json = opened->describe_json;
  place_ = work_place_of(opened->describe_json);
  if (place_ != WorkPlace::kWorker) sampler_.watch(0);  // whose lines are those of the work
  const auto loaded = client_->load(request_.model_path, configuration_.precision);
  if (!loaded) return tl::unexpected<Failure>(loaded.error());
  phases_.end(Phase::kLoad);
  record_phase(Phase::kLoad, loaded->t0_ns, loaded->t1_ns);
  if (auto fed = feed(*loaded); !fed) return fed;
  return answer_check_input(*client_, request_, requests_to_check(), end_);
}

/// Inputs tell a compiler their shapes; prompts are only for what is ready.
Reply<void> Attempt::feed(const Loaded& loaded) {
  const auto build_if_asked = [&] { return loaded.builds ? build() : Reply<void>(); };
  if (request_.prompts != nullptr) {
    if (auto built = build_if_asked(); !built) return built;
    return client_->prompts(requests_of(*request_.prompts, configuration_.batch));
  }
  const auto ready = client_->inputs({.model = request_.experiment.models[request_.planned.model],
                                      .seed = request_.experiment.seed,
                                      .batch = configuration_.batch});
  return ready ? build_if_asked() : ready;
}

Reply<void> Attempt::build() {
  world_.progress.phase_changed(Phase::kBuild);
  phases_.begin();
  const auto built = client_->build();
  if (!built) return tl::unexpected<Failure>(built.error());
  if (!*built) return {};
  phases_.end(Phase::kBuild);
  record_phase(Phase::kBuild, (*built)->t0_ns, (*built)->t1_ns);
  return {};
}

Reply<void> Attempt::warm_up() {
  world_.progress.phase_changed(Phase::kWarmup);
  phases_.begin();
  const Nanoseconds left = deadline_ - world_.clock.now();
  auto warmed = run::warm_up(
      *client_,
      {.min_ns = to_nanoseconds(protocol_.warmup_min_s),
       .max_ns = longest_warmup(protocol_, load_.window_s, left),
       .min_iterations = iterations_for(protocol_.warmup_min_iterations, request_.prompts)},
      world_, configuration_.provider);
  if (!warmed) return tl::unexpected<Failure>(warmed.error());
  phases_.end(Phase::kWarmup);
  record_phase(Phase::kWarmup, warmed->t0_ns, warmed->t1_ns);
  end_.record.warmup_iterations = warmed->iterations;
  end_.record.steady = warmed->steady;
  end_.record.resources.facts = std::move(warmed->facts);
  return check_capacity(load_, warmed->iteration_ns * 1e-9,
                        to_seconds(deadline_ - world_.clock.now()) - protocol_.ready_s);
}

Reply<void> Attempt::ready() {
  if (protocol_.ready_s <= 0) return {};
  world_.progress.phase_changed(Phase::kReady);
  phases_.begin();
  const Nanoseconds t0 = world_.clock.now();
  if (auto rested = client_->rest(t0 + to_nanoseconds(protocol_.ready_s)); !rested) return rested;
  phases_.end(Phase::kReady);
  record_phase(Phase::kReady, t0, world_.clock.now());
  return {};
}

Reply<void> Attempt::measure() {
  world_.progress.phase_changed(Phase::kMeasure);
  const auto done = measure_window();
  if (!done) return tl::unexpected<Failure>(done.error());
  TrialRecord& record = end_.record;
  if (world_.estimate_for != nullptr)
    record.estimate = sensors::estimate_energy(
        *world_.estimate_for, {.seconds = record.window_s(), .cpu_s = record.resources.cpu_s});
  if (request_.prompts == nullptr) return collect(*done);
  if (auto taken = take_text(*done); !taken) return taken;
  if (auto collected = collect(*done); !collected) return collected;
  return measure_prefill();
}

Reply<Done> Attempt::measure_window() {
  const int pid = client_->process().pid();
  // The energy counters are the innermost readings: their edges matter most (design §2).
  const WindowUse use(world_.root, pid, place_);
  const ClockReading clocks = world_.read_clocks();
  const auto begin = sensors::read_fresh(world_.sensors);
  Exchange exchange;
  const auto done = client_->go(load_.request(), &exchange);
  const auto end = sensors::read_all(world_.sensors);
  clocks_at_end_ = world_.read_clocks();
  Resources resources = use.end();
  WindowFacts& facts = resources.facts;
  facts.merge(end_.record.resources.facts);
  add_clocks(facts, {clocks_at_begin_, clocks, clocks_at_end_});
  if (!done) return done;
  if (auto served = check_served(load_, *done); !served)
    return tl::unexpected<Failure>(served.error());
  add_load(*done, facts);
  TrialRecord& record = end_.record;
  record_phase(Phase::kMeasure, done->t0_ns, done->t1_ns);
  record.iterations = done->iterations;
  record.handover_ns = done->t0_ns - exchange.sent_ns;
  if (auto mismatch = window_mismatch(*done, exchange))
    record.invalid.push_back(*std::move(mismatch));
  record.energy = sensors::measure_between(world_.sensors, begin, end, world_.sensor_statuses);
  record.resources = std::move(resources);
  return done;
}

Reply<void> Attempt::take_text(const Done& done) {
  TrialRecord& record = end_.record;
  record.text.tokens = done.tokens;
  if (auto counted = count_text(done, passes(request_.prompts->new_tokens), record.text.window);
      !counted)
    return counted;
  // A text that the worker repeats is the same one; else what it was checked for says nothing of
  // its window.
  if (record.agreement.agrees != false && !end_.own_texts.empty() && end_.own_texts != done.tokens)
    disagree(record, configuration_label(configuration_),
             "the texts of its window are others than those that it answered before it");
  return {};
}

Reply<void> Attempt::collect(const Done& done) {
  if (request_.prompts == nullptr) world_.progress.phase_changed(Phase::kDrain);
  auto durations = client_->durations(done);
  if (!durations) return tl::unexpected<Failure>(durations.error());
  if (request_.prompts != nullptr) {
    const auto checked = check_token_times(*durations, passes(request_.prompts->new_tokens));
    if (!checked) return checked;
  }
  if (auto fit = check_latencies(load_, done, *durations); !fit) return fit;
  TrialRecord& record = end_.record;
  record.calls_per_record = durations->calls_per_record;
  record.durations_ns = std::move(durations->ns);
  record.text.first_token_ns = std::move(durations->first_token_ns);
  record.text.inter_token_ns = std::move(durations->inter_token_ns);
  return {};
}

/// The same requests up to their first token, at least as long and as many: what is left of the
/// first window is decoding (method: two windows, because sensors cannot split a request).
Reply<void> Attempt::measure_prefill() {
  world_.progress.phase_changed(Phase::kPrefill);
  protocol::GoRequest request = load_.request();
  request.min_iterations = end_.record.iterations;
  request.new_tokens = 1;
  const WindowUse use(world_.root, client_->process().pid(), place_);
  const ClockReading clocks = world_.read_clocks();
  const auto begin = sensors::read_fresh(world_.sensors);
  const auto done = client_->go(request, nullptr);
  const auto end = sensors::read_all(world_.sensors);
  const WindowClocks window_clocks{clocks_at_end_, clocks, world_.read_clocks()};
  PrefillWindow& window = end_.prefill.emplace();
  window.facts = use.end().facts;
  add_clocks(window.facts, window_clocks);
  window.energy = sensors::measure_between(world_.sensors, begin, end, world_.sensor_statuses);
  if (!done) return tl::unexpected<Failure>(done.error());
  if (auto served = check_served(load_, *done); !served) return served;
  record_phase(Phase::kPrefill, done->t0_ns, done->t1_ns);
  TextResult& text = end_.record.text;
  const Energy total = rankable_total(window.energy);
  text.prefill_joules = total.joules;
  text.prefill_uncertainty_j = total.uncertainty_j;
  return count_text(*done, passes(1), text.prefill);
}

/// From the window's end to the worker's; what was measured stands, however the worker ends.
void Attempt::drain() {
  phases_.begin();
  if (!client_->quit(longest_end(place_)))
    warn("worker_killed", "the worker did not end when it was told to: killed");
  phases_.end(Phase::kDrain);
  auto window = end_.record.phase(Phase::kPrefill);
  if (!window) window = end_.record.phase(Phase::kMeasure);
  if (window) record_phase(Phase::kDrain, window->t1_ns, world_.clock.now());
}

/// Nothing of this trial may disturb the next.
void Attempt::end_worker() {
  if (!client_) return;
  const pid_t pid = client_->process().pid();
  const Remains remains = client_->process().end(world_.clock.now() + kEndLimit);
  if (remains.processes > 0)
    warn("processes_left",
         fmt::format("{} processes that the worker had started outlived it: killed",
                     remains.processes));
  if (remains.lives)
    warn("worker_lives",
         fmt::format("worker {} waits inside the kernel and cannot be killed", pid));
  client_.reset();
}

TrialEnd Attempt::finish(const Reply<void>& reply) {
  TrialRecord& record = end_.record;
  if (client_ && (reply || reply.error().reported)) drain();
  record.series = sampler_.stop();
  record.phase_energies = phases_.take();
  if (const auto* idle = record.phase_energy(Phase::kIdle)) record.idle_w = idle->watts();
  if (const auto window = record.phase(Phase::kMeasure)) {
    sensors::add_samples(record.resources.facts, record.series, {window->t0_ns, window->t1_ns});
    sensors::add_cost(record.resources.facts, sampler_.cost());
    sensors::note_load(record.energy, record.series, window->t0_ns, window->t1_ns);
  }
  if (const auto window = record.phase(Phase::kPrefill))
    sensors::note_load(end_.prefill->energy, record.series, window->t0_ns, window->t1_ns);
  if (!reply) {
    const Failure& failure = reply.error();
    record.status = failure.status;
    record.reason = failure.reason;
    end_.recurrence = failure.recurrence;
    end_.interrupted = failure.interrupted;
    end_.not_started = failure.not_started;
  } else if (record.agreement.agrees == false) {
    record.status = TrialStatus::kDifferent;
    record.reason = difference_in_words(record);
  }
  if (record.status != TrialStatus::kOk && client_)
    record.output_tail = client_->process().output_tail();
  end_worker();
  return std::move(end_);
}

}  // namespace

TrialEnd run_trial(const TrialRequest& request, const TrialWorld& world) {
  return Attempt(request, world).run_whole();
}

TrialEnd answer_only(const TrialRequest& request, const TrialWorld& world) {
  return Attempt(request, world).run_answer();
}

}  // namespace joulemark::run
