// SPDX-License-Identifier: Apache-2.0
#include "worker/text_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/file.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;

constexpr const char* kFile = "tokens.json";

/// A row that leaves the reference.
struct Divergence {
  std::size_t prompt = 0;  ///< from 1, over all requests
  std::size_t step = 0;
  std::int32_t own = 0;
  std::int32_t reference = 0;
};

/// Compares rows one by one; keeps the first disagreement, or else the widest tie.
class Comparison {
 public:
  Comparison(EngineModel& model, std::size_t vocabulary, double tolerance)
      : model_(model), vocabulary_(vocabulary), tolerance_(tolerance) {}

  Outcome<void> add(const TextRequest& request, std::size_t row, const TokenRows& own,
                    const TokenRows& reference) {
    ++prompt_;
    const auto& mine = own[row];
    const auto& other = reference[row];
    const auto [left, right] = std::mismatch(mine.begin(), mine.end(), other.begin(), other.end());
    const bool differs = left != mine.end() && right != other.end();
    if (!differs) {
      if (mine.size() != other.size()) disagree(lengths(mine.size(), other.size()));
      return {};
    }
    const Divergence at{prompt_, static_cast<std::size_t>(left - mine.begin()), *left, *right};
    const auto margin = margin_of(request, row, at, other);
    if (margin)
      take(at, *margin);
    else if (margin.error().status == JM_UNSUPPORTED)  // without logits no tie can be told
      disagree(fmt::format("prompt {}, token {}: {} instead of {}", at.prompt, at.step + 1, at.own,
                           at.reference));
    else
      return fail(margin.error());
    if (mine.size() != other.size()) disagree(lengths(mine.size(), other.size()));
    return {};
  }

  [[nodiscard]] const TokenDifference& result() const { return result_; }

 private:
  [[nodiscard]] std::string lengths(std::size_t own, std::size_t reference) const {
    return fmt::format("prompt {} has {} tokens instead of {}", prompt_, own, reference);
  }
  void disagree(std::string detail) {
    if (result_.agrees) result_ = {.agrees = false, .detail = std::move(detail), .margin = {}};
  }
  void take(const Divergence& at, double margin) {
    const std::string where = fmt::format("prompt {}, token {}: {} instead of {}, margin {:.3g}",
                                          at.prompt, at.step + 1, at.own, at.reference, margin);
    if (!(margin <= tolerance_)) return disagree(where);
    if (!result_.agrees || margin <= result_.margin.value_or(-1)) return;
    result_.margin = margin;
    result_.detail = "near tie at " + where;
  }
  /// By how much the model prefers its own token to the reference's there.
  Outcome<double> margin_of(const TextRequest& request, std::size_t row, const Divergence& at,
                            const std::vector<std::int32_t>& reference) {
    const auto width = static_cast<std::size_t>(request.prompt_tokens);
    std::vector<std::int32_t> ids;
    for (std::size_t i = row * width; i < (row + 1) * width; ++i)
      if (request.prompt[i] != JM_NO_TOKEN) ids.push_back(request.prompt[i]);
    ids.insert(ids.end(), reference.begin(),
               reference.begin() + static_cast<std::ptrdiff_t>(at.step));
    if (auto reset = model_.reset_text(1, static_cast<std::int32_t>(ids.size()) + 1); !reset)
      return fail(reset.error());
    const auto logits = model_.logits({ids, 1, vocabulary_}, protocol::Logits::kLast);
    if (!logits) return fail(logits.error());
    const auto of = [&](std::int32_t token) {
      const auto place = static_cast<std::size_t>(token);
      return place < logits->size() ? double{(*logits)[place]} : -HUGE_VAL;
    };
    return of(at.own) - of(at.reference);
  }

  EngineModel& model_;
  std::size_t vocabulary_;
  double tolerance_;
  std::size_t prompt_ = 0;
  TokenDifference result_;
};

bool have_one_shape(const Tokens& own, const Tokens& reference) {
  return std::equal(own.begin(), own.end(), reference.begin(), reference.end(),
                    [](const TokenRows& a, const TokenRows& b) { return a.size() == b.size(); });
}

}  // namespace

Outcome<void> write_tokens(const std::filesystem::path& folder, const Tokens& tokens) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(JM_FAILED, fmt::format("cannot create '{}': {}", folder.string(), error.message()));
  const auto written = write_file(folder / kFile, json({{"requests", tokens}}).dump());
  if (!written) return failed(written.error());
  return {};
}

Outcome<Tokens> read_tokens(const std::filesystem::path& folder) {
  const auto path = folder / kFile;
  const auto text = read_file(path);
  if (!text) return failed(text.error());
  const json object = json::parse(*text, nullptr, false);
  try {
    return object.at("requests").get<Tokens>();
  } catch (const json::exception&) {
    return fail(JM_FAILED, fmt::format("'{}' holds no tokens", path.string()));
  }
}

Outcome<TokenDifference> compare_tokens(EngineModel& model, const TokenCheck& check) {
  const auto& [requests, own, reference, tolerance] = check;
  if (!have_one_shape(own, reference))
    return TokenDifference{
        .agrees = false, .detail = "the reference holds other requests", .margin = {}};
  const auto vocabulary = model.vocabulary();
  if (!vocabulary) return fail(vocabulary.error());
  Comparison comparison(model, static_cast<std::size_t>(*vocabulary), tolerance);
  for (std::size_t i = 0; i < own.size(); ++i)
    for (std::size_t row = 0; row < own[i].size(); ++row)
      if (auto added = comparison.add(requests[i], row, own[i], reference[i]); !added)
        return fail(added.error());
  return comparison.result();
}

}  // namespace joulemark::worker
