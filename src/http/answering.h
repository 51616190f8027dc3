// SPDX-License-Identifier: Apache-2.0
// A handler's side of an answer.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "http/byte_budget.h"
#include "http/exchange.h"
#include "http/outbox.h"

namespace joulemark::http {

class Answering final : public Exchange {
 public:
  Answering(Request request, HeldBytes held, std::shared_ptr<Outbox> outbox)
      : request_(std::move(request)), held_(std::move(held)), outbox_(std::move(outbox)) {}
  ~Answering() override { outbox_->put(Abandoned{}); }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

  [[nodiscard]] const Request& request() const override { return request_; }
  void send(Response response) override { outbox_->put(std::move(response)); }
  void begin(Head head) override { outbox_->put(std::move(head)); }
  void write(std::string part) override {
    if (!part.empty()) outbox_->put(std::move(part));
  }
  void end() override { outbox_->put(EndOfAnswer{}); }
  [[nodiscard]] bool is_gone() const override { return outbox_->is_closed(); }

 private:
  Request request_;
  HeldBytes held_;  ///< of its body
  std::shared_ptr<Outbox> outbox_;
};

}  // namespace joulemark::http
