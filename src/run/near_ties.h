// SPDX-License-Identifier: Apache-2.0
// Near ties that a worker tells of itself, looked at by the reference's engine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/texts.h"
#include "run/trial.h"

namespace joulemark::run {

/// Remembers what it has asked. Borrows the world.
class NearTies {
 public:
  explicit NearTies(const TrialWorld& world) : world_(world) {}

  /// Notes in the record of a trial that ended well that its outputs differ, where one of the near
  /// ties that its worker told of is none: the engine of the trial `reference` is fed the prompt
  /// and what both texts have, in a process of its own, and its logits of the two tokens are
  /// further apart than two engines' rounding makes them. Where that engine cannot tell, the worker
  /// is believed.
  void check(const TrialRequest& reference, TrialEnd& end);

 private:
  const std::optional<std::string>& refuted(const TrialRequest& reference,
                                            const std::vector<Parting>& claimed);
  [[nodiscard]] std::optional<std::string> ask(const TrialRequest& reference,
                                               const std::vector<Parting>& claimed) const;

  const TrialWorld& world_;
  /// What was asked, in words → why it is none.
  std::map<std::string, std::optional<std::string>> known_;
};

}  // namespace joulemark::run
