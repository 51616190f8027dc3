// SPDX-License-Identifier: Apache-2.0
#include "run/own_comparison.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/file.h"
#include "model/compare_outputs.h"
#include "model/inputs.h"

namespace joulemark::run {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kTexts = "tokens.json";

Agreement refuted(const Agreement& claim, const std::string& detail) {
  Agreement agreement = claim;
  agreement.agrees = false;
  agreement.max_abs = agreement.max_rel = std::nullopt;
  agreement.detail = detail;
  return agreement;
}

/// The new ids of a folder's texts; discarded where there is no such file.
json texts_in(const fs::path& folder) {
  const auto text = read_file(folder / kTexts);
  json object = text ? json::parse(*text, nullptr, false) : json(json::value_t::discarded);
  return object.is_object() && object.contains("requests") ? object.at("requests")
                                                           : json(json::value_t::discarded);
}

std::optional<Agreement> refute_texts(const TwoAnswers& answers, const Agreement& claim) {
  const json own = texts_in(answers.own);
  const json reference = texts_in(answers.reference);
  if (own.is_discarded()) return refuted(claim, "it wrote no tokens that can be read");
  // A near tie that the worker tells of is said in a caveat.
  if (reference.is_discarded() || own == reference || !claim.detail.empty()) return std::nullopt;
  return refuted(claim, "its tokens are others than the reference's, and it says that they agree");
}

std::optional<Agreement> refute_outputs(const TwoAnswers& answers, const Agreement& claim) {
  auto reference = model::read_test_tensors(answers.reference, "output");
  if (!reference || reference->empty()) return std::nullopt;  // the worker's own folder failed
  const auto own = model::read_test_tensors(answers.own, "output");
  if (!own) return refuted(claim, "its outputs cannot be read: " + own.error().message);
  if (own->empty()) return refuted(claim, "it wrote no outputs");
  const auto difference = model::compare_outputs(*own, *std::move(reference), answers.precision);
  if (difference.agrees) return std::nullopt;
  Agreement agreement = refuted(claim, difference.detail);
  if (std::isfinite(difference.max_abs)) agreement.max_abs = difference.max_abs;
  if (std::isfinite(difference.max_rel)) agreement.max_rel = difference.max_rel;
  return agreement;
}

}  // namespace

std::optional<Agreement> refute(const TwoAnswers& answers, const Agreement& claim) {
  std::error_code unreadable;
  return fs::exists(answers.reference / kTexts, unreadable) ? refute_texts(answers, claim)
                                                            : refute_outputs(answers, claim);
}

}  // namespace joulemark::run
