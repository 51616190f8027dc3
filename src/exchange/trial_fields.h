// SPDX-License-Identifier: Apache-2.0
// The one table of facts that a trial can be given from outside, and is exported with: names, units
// and both directions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/trial_draft.h"

namespace joulemark::exchange {

/// "" when all is well, else a phrase: what is wrong with the value.
using Fault = std::string;

/// A row of the table. A number that was not recorded is not set.
struct TrialField {
  const char* name;     ///< also of the column: "energy_J"
  const char* unit;     ///< "J"; "" for words and counts
  const char* meaning;  ///< of a value, for help and documents
  /// Exactly one of these two: a word, or a number of the field's unit.
  Fault (*word)(TrialDraft&, std::string_view);
  Fault (*number)(TrialDraft&, std::optional<double>);
  /// As text, all digits; "" where there is none.
  std::string (*text)(const TrialRecord&);
  /// Times of single calls: exported only where asked for, for they are many.
  bool of_calls = false;
  bool may_be_negative = false;
};

/// Every field but the scopes' energies, in the order of export's columns.
std::span<const TrialField> trial_fields();

/// What disturbed the trial: codes with blanks between them.
std::string codes_text(const TrialRecord& trial);

/// A field, or the energy of a scope: any column "SCOPE_energy_J".
struct FieldRef {
  const TrialField* field = nullptr;  ///< null for a scope
  std::string scope;
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool is_number() const { return field == nullptr || field->number != nullptr; }
  bool operator==(const FieldRef&) const = default;
};
std::optional<FieldRef> find_field(std::string_view name);

/// Names of all fields, with those of the usual scopes: for "did you mean".
std::vector<std::string> field_names();

/// Sets what `text` says, a number times `factor`.
Fault set_field(TrialDraft& draft, const FieldRef& ref, std::string_view text, double factor = 1);

/// The table for people: one line a field.
std::string fields_text();

}  // namespace joulemark::exchange
