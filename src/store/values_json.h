// SPDX-License-Identifier: Apache-2.0
// Values that are stored as JSON text: an experiment, and the small parts of a trial and a host.
#pragma once

#include <map>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "joulemark/experiment.h"

namespace joulemark::store {

/// The error is a phrase: what is wrong with the text.
template <class T>
using FromJson = tl::expected<T, std::string>;

using TextPairs = std::vector<std::pair<std::string, std::string>>;
using TextMap = std::map<std::string, std::string>;

/// Text that is no UTF-8 loses those bytes (they become U+FFFD); all else comes back as it was. A
/// key that is missing keeps its default, so that an older store reads in a newer program.
std::string to_json(const Experiment& experiment);
std::string to_json(const std::vector<int>& numbers);
std::string to_json(const std::vector<std::string>& texts);
std::string to_json(const TextMap& map);
std::string to_json(const TextPairs& pairs);

FromJson<Experiment> experiment_from_json(const std::string& text);
FromJson<std::vector<int>> numbers_from_json(const std::string& text);
FromJson<std::vector<std::string>> texts_from_json(const std::string& text);
FromJson<TextMap> map_from_json(const std::string& text);
FromJson<TextPairs> pairs_from_json(const std::string& text);

}  // namespace joulemark::store
