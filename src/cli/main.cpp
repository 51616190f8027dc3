// SPDX-License-Identifier: Apache-2.0
// The table of contents: every subcommand, and the one place where errors are printed.
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/simulation.h"

namespace {

using namespace joulemark;

constexpr cli::Command kCommands[] = {
    {"compare", "Measure models on several configurations and say which is best",
     cli::declare_compare},
    {"run", "Measure what an experiment file says", cli::declare_run},
    {"plan", "Show the trials of an experiment file, their order and the time needed",
     cli::declare_plan},
    {"report", "Show or write the report of what was measured", cli::declare_report},
    {"analyze", "Test and compare groups of measurements, of a CSV file or a store",
     cli::declare_analyze},
    {"recommend", "Say which configuration to serve with, for an objective and under constraints",
     cli::declare_recommend},
    {"gate", "Say whether what was measured now is worse than what was measured before",
     cli::declare_gate},
    {"import", "Take results of other tools into a store", cli::declare_import},
    {"export", "Write stored trials as CSV, or a model in the format of an engine",
     cli::declare_export},
    {"measure", "Measure energy, time and resources of any command", cli::declare_measure},
    {"check", "Run models with known outputs on an engine and compare", cli::declare_check},
    {"generate", "Let a language model go on from a prompt", cli::declare_generate},
    {"serve", "Serve a model over HTTP, to clients of the OpenAI and KServe APIs",
     cli::declare_serve},
    {"load", "Ask a server at a rate or by so many users, and say how it answers",
     cli::declare_load},
    {"tokenize", "Turn texts into the token ids of a model, and back", cli::declare_tokenize},
    {"fetch", "Download a checkpoint from the Hugging Face hub", cli::declare_fetch},
    {"engines", "List the engines: where they were found, or why not", cli::declare_engines},
    {"doctor", "Say what this machine can measure and what disturbs, with remedies",
     cli::declare_doctor},
    {"help", "Explain a command, or list all settings", cli::declare_help},
};

/// On a simulated machine where the words ask for one.
Result<int> run(std::vector<std::string> words) {
  const auto simulation = cli::Simulation::of(std::move(words));
  if (!simulation) return fail(simulation.error());
  return cli::run_command_line(kCommands, simulation->words());
}

}  // namespace

int main(int argc, char** argv) {
  cli::occupy_standard_streams();
  try {
    const Result<int> code = run({argv + 1, argv + argc});
    if (code) return *code;
    cli::print_note(code.error().message);
    return exit_code(code.error().kind);
  } catch (const std::exception& error) {  // out of memory, or a fault of ours
    cli::print_note(std::string("cannot go on: ") + error.what());
    return kExitFailed;
  }
}
