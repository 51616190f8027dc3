// SPDX-License-Identifier: Apache-2.0
// What an error of TensorFlow means in the engine interface.
#pragma once

#include <memory>
#include <string>

#include "joulemark/engine_abi.h"
#include "tf_api.h"

namespace joulemark::tf {

/// Where the error came up: building the graph decides between an unsupported and an invalid model.
enum class Stage { kOpen, kLoad, kRun };

/// The status for one error, from its code and its text.
jm_status classify(Stage stage, Code code, const std::string& text);

/// One line, without what says where in TensorFlow's source.
std::string brief(std::string text);

/// A TF_Status that a call is given.
class Outcome {
 public:
  explicit Outcome(const Api& api) : api_(api), status_(api.TF_NewStatus()) {}
  ~Outcome() { api_.TF_DeleteStatus(status_); }
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;

  operator Status*() const { return status_; }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool ok() const { return api_.TF_GetCode(status_) == kOk; }
  /// Throws plugin::Failure unless the call succeeded.
  void check(Stage stage) const;

 private:
  const Api& api_;
  Status* status_;
};

}  // namespace joulemark::tf
