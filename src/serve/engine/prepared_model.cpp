// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/prepared_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.h"
#include "model/inputs.h"
#include "worker/affinity.h"
#include "worker/ports.h"

namespace joulemark::serve {
namespace {

using worker::EngineModel;

/// Of an engine's description of itself.
std::string version_in(const std::string& description) {
  const auto object = nlohmann::json::parse(description, nullptr, false);
  if (!object.is_object() || !object.contains("version") || !object["version"].is_string())
    return {};
  return object["version"].get<std::string>();
}

/// What the tensors of a decoder's graph are called: its cache is the engine's own, and such a
/// model is served as one of texts alone.
bool is_decoder(const std::vector<worker::EnginePort>& inputs) {
  return std::ranges::find(inputs, "input_ids", &worker::EnginePort::name) != inputs.end();
}

worker::Outcome<void> describe(EngineModel& model, ServedModel& facts) {
  // Asked for before `build`: what this takes of an engine that builds is built by it.
  const auto vocabulary = model.vocabulary();
  if (!vocabulary && vocabulary.error().status != JM_UNSUPPORTED)
    return worker::fail(vocabulary.error());
  if (vocabulary) facts.vocabulary = *vocabulary;
  auto inputs = model.inputs();
  if (!inputs) return worker::fail(inputs.error());
  auto outputs = model.outputs();
  if (!outputs) return worker::fail(outputs.error());
  if (facts.vocabulary && is_decoder(*inputs)) return {};
  facts.inputs = *std::move(inputs);
  facts.outputs = *std::move(outputs);
  return {};
}

worker::Outcome<void> call_text(EngineModel& model, const ServedModel& facts) {
  const auto vocabulary = static_cast<std::size_t>(*facts.vocabulary);
  std::array<std::int32_t, 1> token{0};
  if (auto reset = model.reset_text(1, 2); !reset) return reset;
  for (int step = 0; step < 2; ++step) {
    const std::array<std::int32_t, 1> fed = token;
    const auto done =
        model.forward({.ids = fed, .batch = 1, .vocabulary = vocabulary}, {.next = token});
    if (!done) return done;
  }
  return {};
}

/// Binds generated inputs, builds, and runs.
worker::Outcome<void> call_tensors(EngineModel& model, const ModelSource& source) {
  const auto ports = model.inputs();
  if (!ports) return worker::fail(ports.error());
  std::optional<model::OnnxSummary> summary;
  if (source.load.model.ends_with(".onnx"))
    if (auto read = model::read_onnx_summary(source.load.model)) summary = *std::move(read);
  auto tensors =
      model::make_inputs(worker::merge_ports(*ports, summary), {.shapes = source.shapes}, 1);
  if (!tensors) return worker::failed(tensors.error());
  if (auto bound = model.bind(*std::move(tensors)); !bound) return bound;
  if (auto built = model.build(); !built) return worker::fail(built.error());
  return model.run();
}

}  // namespace

worker::Outcome<PreparedModel> prepare_model(const jm_engine_api& api, const ModelSource& source) {
  if (auto bound = worker::bind_to_first(source.open.affinity); !bound)
    return worker::fail(bound.error());
  auto engine = worker::Engine::open(api, source.open);
  if (!engine) return worker::fail(engine.error());
  const auto description = engine->describe();
  if (!description) return worker::fail(description.error());
  auto model = engine->load(source.load);
  if (!model) return worker::fail(model.error());
  ServedModel facts{.name = source.name,
                    .engine = source.engine,
                    .version = version_in(*description),
                    .created_s = static_cast<std::int64_t>(wall_clock_now()),
                    .max_tokens = source.max_tokens};
  if (auto described = describe(*model, facts); !described) return worker::fail(described.error());
  PreparedModel prepared{*std::move(engine), *std::move(model), std::move(facts)};
  if (prepared.facts.vocabulary) {
    if (auto called = call_text(prepared.model, prepared.facts); !called)
      return worker::fail(called.error());
  }
  if (prepared.facts.inputs.empty()) return prepared;
  if (const auto called = call_tensors(prepared.model, source); !called)
    prepared.notes.push_back(
        fmt::format("not warmed up, the first requests will be slower: {}; --shape gives the sizes "
                    "of inputs",
                    called.error().message));
  return prepared;
}

}  // namespace joulemark::serve
