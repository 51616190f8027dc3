// SPDX-License-Identifier: Apache-2.0
#include "cli/preparation.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text_table.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

void tell(const host::Restored& restored) {
  for (const std::string& line : host::lines_of(restored)) print_note(printable(line));
}

void announce(const std::vector<host::SettingChange>& changes) {
  print_note(changes.empty()
                 ? std::string("--prepare has nothing to change on this machine")
                 : printable(fmt::format("set until the end: {}", host::describe(changes))));
}

}  // namespace

void declare_prepare(Arguments& arguments, Arguments::Switch& prepare) {
  arguments.flag("--prepare", prepare,
                 "Change the machine until the end: governor and energy preference of all CPUs to "
                 "performance, boost off; needs root");
}

Result<std::optional<host::Preparation>> prepare_machine(const std::filesystem::path& root,
                                                         Arguments::Switch prepare) {
  if (prepare == Arguments::Switch::kOff) {
    // While another run holds the machine prepared there is nothing to do, and nothing to say.
    if (const auto left = host::restore_left(root)) tell(*left);
    return std::nullopt;
  }
  auto prepared = host::Preparation::begin(root, announce, tell);
  if (!prepared) return fail(prepared.error());
  return *std::move(prepared);
}

Result<int> restore_machine(const std::filesystem::path& root) {
  const auto restored = host::restore_left(root);
  if (!restored) return fail(restored.error());
  std::string text;
  for (const std::string& line : host::lines_of(*restored)) text += printable(line) + '\n';
  const auto printed =
      print(text.empty() ? "nothing that this user prepared is left to restore\n" : text);
  return restored->failed.empty() ? printed : Result<int>(kExitMachine);
}

}  // namespace joulemark::cli
