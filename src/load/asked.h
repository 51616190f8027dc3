// SPDX-License-Identifier: Apache-2.0
// One request that is under way.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/client.h"
#include "load/workload.h"

namespace joulemark::load {

/// Makes a record of what arrives and hands it on when the request is over.
class Asked final : public http::AnswerSink {
 public:
  Asked(Record begun, std::unique_ptr<Reading> reading, std::function<void(Record)> over);

  void on_head(const http::AnswerHead& head, Nanoseconds at) override;
  void on_part(std::string_view part, Nanoseconds at) override;
  void on_end(Nanoseconds at) override;
  void on_failure(const http::Failure& failure, Nanoseconds at) override;

 private:
  Record record_;
  std::unique_ptr<Reading> reading_;
  std::function<void(Record)> over_;
  std::string refusal_;  ///< the begin of the body of another status than 200
};

}  // namespace joulemark::load
