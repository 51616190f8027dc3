// SPDX-License-Identifier: Apache-2.0
#include "serve/server_process.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "base/calibration.h"
#include "base/descriptor.h"
#include "base/meter_address.h"
#include "sensors/catalog.h"
#include "serve/api_context.h"
#include "serve/energy/meter.h"
#include "serve/engine/engine_service.h"
#include "serve/front.h"
#include "serve/kserve/routes.h"
#include "serve/openai/routes.h"
#include "serve/openai/text_tools.h"
#include "serve/ready_line.h"
#include "serve/stop_signals.h"

namespace joulemark::serve {
namespace {

/// For answers that were cut short to be written, and for the engine to come back.
constexpr Nanoseconds kLastLimit = 2 * kNanosecondsPerSecond;

std::chrono::milliseconds milliseconds(Nanoseconds ns) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(ns));
}

void log(const std::string& text) {
  fmt::print(stderr, "joulemark: {}\n", text);
}

Error to_error(const ServerConfig& config, const worker::Failure& failure) {
  const bool machine =
      failure.status == JM_LIBRARY_MISSING || failure.status == JM_LIBRARY_UNUSABLE;
  const bool unsupported = failure.status == JM_UNSUPPORTED;
  return {machine       ? ErrorKind::kMachine
          : unsupported ? ErrorKind::kUnsupported
                        : ErrorKind::kFailed,
          fmt::format("cannot serve '{}' with engine '{}': {}", config.source.name,
                      config.source.engine, failure.message)};
}

/// Whether the model answers, from the engine's thread to the one that waits for it.
class Preparation {
 public:
  Preparation() : fd_(::eventfd(0, EFD_CLOEXEC)) {}
  void tell(std::optional<worker::Failure> failure) {
    result_.set_value(std::move(failure));
    const std::uint64_t one = 1;
    // The counter has room, so that this cannot fail.
    [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  std::optional<worker::Failure> result() { return result_.get_future().get(); }

 private:
  Descriptor fd_;
  std::promise<std::optional<worker::Failure>> result_;
};

http::ServerOptions server_options(const ServerConfig& config) {
  http::ServerOptions options{.address = config.listen.host, .port = config.listen.port};
  options.limits.body_bytes = config.listen.body_bytes;
  options.limits.held_bytes = config.listen.held_bytes;
  options.limits.connections = config.listen.connections;
  if (!config.listen.certificate.empty())
    options.tls = http::TlsFiles{config.listen.certificate, config.listen.key};
  return options;
}

worker::Outcome<PreparedModel> prepare(const ServerConfig& config,
                                       const PluginLoader& load_plugin) {
  const auto api = load_plugin(config.plugin);
  if (!api) return worker::fail(JM_LIBRARY_UNUSABLE, api.error().message);
  return prepare_model(**api, config.source);
}

/// All that lives while the server does. What uses another stands behind it, and ends first.
struct Parts {
  explicit Parts(const ServerConfig& config) : front(config.listen.token) {}
  /// What the side thread still has uses all the others.
  ~Parts() {
    server.reset();
    side.close();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  SideThread side;
  Metrics metrics;
  TextTools texts;
  std::optional<ApiContext> context;
  std::unique_ptr<EnergyMeter> energy;
  Preparation preparation;
  std::unique_ptr<EngineService> service;
  Front front;
  std::unique_ptr<http::Server> server;
};

ServiceEvents events_of(Parts& parts) {
  ServiceEvents events;
  events.prepared = [&parts](const worker::Outcome<ServedModel>& model) {
    parts.preparation.tell(model ? std::nullopt : std::optional(model.error()));
  };
  events.batch_ended = [&parts](const Served& served) { parts.energy->note_batch(served); };
  events.queue_changed = [&parts](std::size_t waiting, std::size_t running) {
    parts.metrics.queue(waiting, running);
  };
  events.log = log;
  return events;
}

Result<sensors::SensorEnvironment> sensors_of(const EnergyConfig& config) {
  auto meters = parse_meter_addresses(config.meters);
  if (!meters) return fail(meters.error());
  auto calibrations = parse_calibrations(config.calibration);
  if (!calibrations) return fail(calibrations.error());
  return sensors::SensorEnvironment{
      .root = config.root, .meters = *std::move(meters), .calibrations = *std::move(calibrations)};
}

bool has_api(const ServerConfig& config, const char* api) {
  return std::ranges::find(config.apis, api) != config.apis.end();
}

void append(std::vector<http::Route>& routes, std::vector<http::Route> more) {
  std::ranges::move(more, std::back_inserter(routes));
}

/// The model answers: from here on clients are.
void open(Parts& parts, const ServerConfig& config, sensors::Discovered sensors) {
  parts.metrics.describe(parts.service->model());
  parts.energy = start_energy_meter(
      std::move(sensors), [&parts](const EnergyFact& fact) { parts.metrics.energy(fact); });
  parts.context.emplace(ApiContext{.service = *parts.service,
                                   .energy = *parts.energy,
                                   .metrics = parts.metrics,
                                   .time_limit = config.time_limit,
                                   .batching = config.batching});
  std::vector<http::Route> routes;
  routes.push_back({"GET", "/metrics", [&parts](const auto& exchange, const auto&) {
                      exchange->send({{.content_type = "text/plain; version=0.0.4; charset=utf-8"},
                                      parts.metrics.render()});
                    }});
  if (has_api(config, "kserve")) append(routes, kserve_routes(*parts.context, parts.side));
  if (has_api(config, "openai"))
    append(routes, openai_routes(*parts.context, parts.side, parts.texts));
  parts.front.open(std::move(routes));
}

Status begin(Parts& parts, const ServerConfig& config, const PluginLoader& load_plugin) {
  // First of all: a port that is taken is told before a model is loaded for minutes.
  auto server = http::Server::listen(
      server_options(config), [&parts](const auto& exchange) { parts.front.handle(exchange); });
  if (!server) return fail(server.error());
  parts.server = *std::move(server);
  parts.service = std::make_unique<EngineService>(
      [&config, &load_plugin] { return prepare(config, load_plugin); }, config.batching,
      events_of(parts));
  return {};
}

Status say_ready(const Parts& parts, const ServerConfig& config, int ready_fd) {
  const std::string line = ready_line(config, parts.service->model(), parts.server->port());
  if (::write(ready_fd, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return {};
  return fail(ErrorKind::kFailed, "cannot say where the server listens: standard output is closed");
}

Status drain(Parts& parts, Nanoseconds limit) {
  log("no new requests are taken; the server ends when those that it has are answered");
  parts.front.drain();
  parts.service->drain();
  const bool answered = parts.server->drain(milliseconds(limit));
  parts.service->end_now();
  if (!answered) parts.server->drain(milliseconds(kLastLimit));
  parts.server.reset();
  if (!parts.service->wait_until_over(kLastLimit)) {
    log("the engine does not come back from a call; the server ends without it");
    ::_exit(kExitFailed);
  }
  if (answered) return {};
  return fail(ErrorKind::kFailed,
              fmt::format("requests were not answered within {} s", to_seconds(limit)));
}

}  // namespace

Status serve(const ServerConfig& config, const PluginLoader& load_plugin, int ready_fd) {
  std::optional<StopSignals> signals(std::in_place);
  Parts parts(config);
  const auto environment = sensors_of(config.energy);
  if (!environment) return fail(environment.error());
  auto texts = load_text_tools(config.text);
  if (!texts) return fail(texts.error());
  parts.texts = *std::move(texts);
  if (auto begun = begin(parts, config, load_plugin); !begun) return begun;
  auto sensors = sensors::discover(*environment);  // while the engine loads
  // Nobody can end an engine that does.
  if (signals->wait(parts.preparation.fd()) == StopSignals::Woken::kBySignal)
    ::_exit(kExitInterrupted);
  if (const auto failure = parts.preparation.result()) return fail(to_error(config, *failure));
  open(parts, config, std::move(sensors));
  if (auto said = say_ready(parts, config, ready_fd); !said) return said;
  signals->wait();
  signals.reset();
  return drain(parts, config.drain_limit);
}

}  // namespace joulemark::serve
