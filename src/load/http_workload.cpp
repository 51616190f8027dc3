// SPDX-License-Identifier: Apache-2.0
#include "load/http_workload.h"

#include <utility>

namespace joulemark::load {
namespace {

class HttpWorkload final : public Workload {
 public:
  explicit HttpWorkload(http::Call call) : call_(std::move(call)) {}
  [[nodiscard]] Question question(std::int64_t, const Wish&) const override {
    return {call_, read_nothing()};
  }

 private:
  http::Call call_;
};

}  // namespace

std::unique_ptr<Workload> make_http_workload(http::Call call) {
  return std::make_unique<HttpWorkload>(std::move(call));
}

}  // namespace joulemark::load
