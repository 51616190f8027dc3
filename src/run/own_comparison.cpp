// SPDX-License-Identifier: Apache-2.0
#include "run/own_comparison.h"

#include <fmt/format.h>

#include <cmath>

#include "model/compare_outputs.h"
#include "model/inputs.h"
#include "run/texts.h"

namespace joulemark::run {
namespace {

Agreement refuted(const Agreement& claim, const std::string& detail) {
  Agreement agreement = claim;
  agreement.agrees = false;
  agreement.max_abs = agreement.max_rel = std::nullopt;
  agreement.detail = detail;
  return agreement;
}

std::optional<Agreement> refute_texts(const TwoAnswers& answers, const Agreement& claim) {
  const auto own = read_texts(answers.own);
  const auto reference = read_texts(answers.reference);
  if (!own) return refuted(claim, "it wrote no tokens that can be read");
  if (!reference || own == reference) return std::nullopt;
  const auto parted = partings(*own, *reference);
  if (!parted) return refuted(claim, "its texts are of other lengths than the reference's");
  // Near ties that the worker tells of are looked at apart (near_ties.h).
  if (!claim.detail.empty()) return std::nullopt;
  return refuted(claim,
                 "its tokens are others than the reference's, and it says that they agree: " +
                     in_words(parted->front()));
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
  return has_texts(answers.reference) ? refute_texts(answers, claim)
                                      : refute_outputs(answers, claim);
}

}  // namespace joulemark::run
