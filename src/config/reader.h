// SPDX-License-Identifier: Apache-2.0
// One pass over a parsed TOML document that collects values, their positions and all complaints.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/validate.h"
#include "joulemark/experiment.h"

namespace joulemark::config {

/// A complaint at its place.
struct Complaint {
  Position position;
  std::string text;
};

/// What a document holds. With complaints, the experiment is incomplete.
struct Reading {
  Experiment experiment;
  std::vector<Complaint> complaints;
  /// Where each path (as in Issue) stands; absent for what the document leaves to its default.
  std::map<std::string, Position> positions;
};

/// Parses `toml` and reads every setting; never throws. Validation is the caller's.
Reading read_document(std::string_view toml);

}  // namespace joulemark::config
