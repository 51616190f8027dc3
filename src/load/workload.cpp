// SPDX-License-Identifier: Apache-2.0
#include "load/workload.h"

namespace joulemark::load {
namespace {

class Unread final : public Reading {
 public:
  void part(std::string_view, Nanoseconds) override {}
  void finish(Record&) override {}
};

}  // namespace

std::unique_ptr<Reading> read_nothing() {
  return std::make_unique<Unread>();
}

}  // namespace joulemark::load
