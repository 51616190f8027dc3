// SPDX-License-Identifier: Apache-2.0
#include "load/asked.h"

#include <fmt/format.h>

#include <utility>

#include "base/text_table.h"

namespace joulemark::load {
namespace {

/// As much of an error's text as a line can show.
constexpr std::size_t kShownBytes = 300;

}  // namespace

Asked::Asked(Record begun, std::unique_ptr<Reading> reading, std::function<void(Record)> over)
    : record_(std::move(begun)), reading_(std::move(reading)), over_(std::move(over)) {}

void Asked::on_head(const http::AnswerHead& head, Nanoseconds) {
  record_.status = head.status;
  if (head.status == 200) reading_->head(head);
}

void Asked::on_part(std::string_view part, Nanoseconds at) {
  if (record_.first == 0) record_.first = at;
  if (record_.status == 200)
    reading_->part(part, at);
  else
    refusal_ += part.substr(0, kShownBytes - std::min(kShownBytes, refusal_.size()));
}

void Asked::on_end(Nanoseconds at) {
  record_.end = at;
  if (record_.first == 0) record_.first = at;
  if (record_.status == 200) {
    record_.outcome = Outcome::kGood;
    reading_->finish(record_);
  } else {
    record_.outcome = Outcome::kStatus;
    record_.kind = std::to_string(record_.status);
    record_.message = fmt::format("status {}: {}", record_.status, printable(refusal_));
  }
  over_(std::move(record_));
}

void Asked::on_failure(const http::Failure& failure, Nanoseconds at) {
  record_.end = at;
  record_.outcome =
      failure.kind == http::FailureKind::kCancelled ? Outcome::kAbandoned : Outcome::kBroken;
  record_.kind = http::to_string(failure.kind);
  record_.message = failure.message;
  over_(std::move(record_));
}

}  // namespace joulemark::load
