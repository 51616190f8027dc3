// SPDX-License-Identifier: Apache-2.0
// Verdict first, then what it rests on, then what to distrust.
#include "report/text_report.h"

#include <fmt/format.h>

#include <string_view>

#include "base/text_table.h"
#include "report/break_even_lines.h"
#include "report/estimates.h"
#include "report/text_report_table.h"
#include "verdict/flagged.h"
#include "verdict/sentence.h"

namespace joulemark::report {
namespace {

using verdict::Cell;
using verdict::Judgement;

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";
/// The model's sentence names as many; more are listed here.
constexpr std::size_t kUnrankedInSentence = 2;

std::string paint(const std::string& line, std::string_view code, Colour colour) {
  if (colour == Colour::kNever) return line;
  return fmt::format("{}{}{}", code, line, kPlain);
}

std::string table_text(const Judgement& judgement, const verdict::ModelVerdict& model,
                       const TextOptions& options) {
  const ModelTable table(judgement, model);
  if (table.empty()) return "";
  std::string text;
  for (const TextTable& part : table.fit(options.table_width)) {
    const std::vector<std::string> lines = part.lines();
    text += (text.empty() ? "" : "\n") + paint(lines.front(), kBold, options.colour) + '\n';
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const Mark mark = mark_of(judgement, table.cell(i - 1));
      const std::string_view code = mark == Mark::kBest ? kGreen : kYellow;
      text += (mark == Mark::kNone ? lines[i] : paint(lines[i], code, options.colour)) + '\n';
    }
  }
  return text;
}

std::string unranked_text(const Judgement& judgement, const verdict::ModelVerdict& model,
                          const TextOptions& options) {
  std::string text;
  std::size_t n = 0;
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    if (cell.ranked()) continue;
    ++n;
    text += wrap(printable(fmt::format("- {}: {}", cell.label, cell.reason)), options.width, 2);
    text += '\n';
  }
  return n > kUnrankedInSentence ? "Not ranked:\n" + text : "";
}

/// "- A: after 2 blocks, 50 % more [41 %, 60 %] than B".
std::string left_out_text(const Judgement& judgement, const verdict::ModelVerdict& model,
                          const TextOptions& options, double margin) {
  std::string text;
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    if (!cell.left_out) continue;
    text +=
        wrap(printable("- " + verdict::left_out_sentence(cell, margin)), options.width, 2) + '\n';
  }
  return text.empty() ? "" : "\nLeft out by the race:\n" + text;
}

std::string model_text(const Judgement& judgement, const verdict::ModelVerdict& model,
                       const TextOptions& options, double margin) {
  const std::string table = table_text(judgement, model, options);
  const std::string unranked = unranked_text(judgement, model, options);
  return fmt::format("{}\n{}{}{}{}{}",
                     paint(wrap(printable(model.sentence), options.width), kBold, options.colour),
                     table.empty() ? "" : "\n", table, unranked.empty() ? "" : "\n", unranked,
                     left_out_text(judgement, model, options, margin));
}

std::string caveats_text(const Judgement& judgement, const TextOptions& options) {
  if (judgement.caveats.empty()) return "";
  std::string text = "\n" + paint("Caveats", kYellow, options.colour) + "\n";
  for (const Caveat& caveat : judgement.caveats) {
    text += wrap("- " + printable(caveat.message), options.width, 2) + '\n';
  }
  return text;
}

/// The energy of each model's best configuration, as exactly as it is known.
std::string energies_text(const Judgement& judgement, const TextOptions& options) {
  std::string text;
  for (const verdict::ModelVerdict& model : judgement.models) {
    if (!model.best) continue;
    const verdict::Cell& best = judgement.cells[*model.best];
    if (!best.has_energy()) continue;
    const std::string of = judgement.models.size() > 1 ? model.model + ", " : "";
    std::string line = fmt::format("- {}{}: {}", of, best.label, best.energy);
    if (!best.energy_above_idle.empty())
      line += fmt::format("; above the idle machine {}", best.energy_above_idle);
    if (!best.energy_above_ready.empty())
      line += fmt::format("; above the machine with the model loaded {}", best.energy_above_ready);
    text += wrap(printable(line), options.width, 2) + '\n';
  }
  return text;
}

std::string break_evens_text(const Judgement& judgement, const TextOptions& options) {
  std::string text;
  for (const verdict::ModelVerdict& model : judgement.models)
    for (const std::string& line : break_even_lines(judgement, model))
      text += wrap(printable(judgement.models.size() > 1 ? model.model + ": " + line : line),
                   options.width) +
              '\n';
  return text;
}

}  // namespace

std::string render_text(const ExperimentRecord& record, const Judgement& judgement,
                        const TextOptions& options) {
  std::string text;
  if (judgement.models.size() != 1) {
    text += paint(wrap(printable(judgement.sentence), options.width), kBold, options.colour) + '\n';
  }
  bool any = false;
  for (const verdict::ModelVerdict& model : judgement.models) {
    if (!text.empty()) text += '\n';
    text += model_text(judgement, model, options, record.experiment.margin);
    any = any || model.best.has_value();
  }
  if (any) {
    text += '\n' + wrap(table_legend(judgement, record.experiment.margin), options.width) + '\n';
  }
  if (!judgement.energy_basis.empty())
    text += wrap(printable(judgement.energy_basis), options.width) + '\n' +
            energies_text(judgement, options);
  text += break_evens_text(judgement, options);
  if (const std::string flags = verdict::flags_text(judgement); !flags.empty())
    text += wrap(printable(flags), options.width) + '\n';
  for (const std::string& line : estimate_lines(judgement, estimate_rows(record, judgement)))
    text += wrap(printable(line), options.width, 2) + '\n';
  return text + caveats_text(judgement, options);
}

}  // namespace joulemark::report
