// SPDX-License-Identifier: Apache-2.0
// The curves that a waveform may have.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/waveform.h"

namespace joulemark::sim {

/// Two powers.
struct Levels {
  double watts = 0;
  double idle = 0;
};

class Constant final : public Waveform::Shape {
 public:
  explicit Constant(double watts) : watts_(watts) {}
  [[nodiscard]] double watts(double) const override { return watts_; }
  [[nodiscard]] double joules_until(double to_s) const override { return watts_ * to_s; }

 private:
  double watts_;
};

/// Another shape from a time on, and one power before.
class Begun final : public Waveform::Shape {
 public:
  Begun(std::shared_ptr<const Waveform::Shape> shape, double idle_w, double start_s)
      : shape_(std::move(shape)), idle_w_(idle_w), start_s_(start_s) {}
  [[nodiscard]] double watts(double at_s) const override;
  [[nodiscard]] double joules_until(double to_s) const override;

 private:
  std::shared_ptr<const Waveform::Shape> shape_;
  double idle_w_;
  double start_s_;
};

class Square final : public Waveform::Shape {
 public:
  struct Timing {
    double period_s = 1;
    double duty = 0.5;  ///< share of a period at the high power
    double phase_s = 0;
  };
  Square(Levels levels, Timing timing) : levels_(levels), timing_(timing) {}
  [[nodiscard]] double watts(double at_s) const override;
  [[nodiscard]] double joules_until(double to_s) const override;

 private:
  [[nodiscard]] double busy_until(double periods) const;
  Levels levels_;
  Timing timing_;
};

class Burst final : public Waveform::Shape {
 public:
  Burst(Levels levels, double start_s, double duration_s)
      : levels_(levels), start_s_(start_s), duration_s_(duration_s) {}
  [[nodiscard]] double watts(double at_s) const override;
  [[nodiscard]] double joules_until(double to_s) const override;

 private:
  Levels levels_;
  double start_s_;
  double duration_s_;
};

class Ramp final : public Waveform::Shape {
 public:
  struct Span {
    double start_s = 0;
    double duration_s = 1;
  };
  Ramp(double from_w, double to_w, Span span) : from_w_(from_w), to_w_(to_w), span_(span) {}
  [[nodiscard]] double watts(double at_s) const override;
  [[nodiscard]] double joules_until(double to_s) const override;

 private:
  double from_w_;
  double to_w_;
  Span span_;
};

/// A server with a queue: it is busy while there are requests (M/D/1).
class Poisson final : public Waveform::Shape {
 public:
  struct Requests {
    double rate = 1;  ///< a second
    double busy_s = 0.1;
    std::uint64_t seed = 1;
  };
  Poisson(Levels levels, Requests requests)
      : levels_(levels), requests_(requests), random_(requests.seed) {}
  [[nodiscard]] double watts(double at_s) const override;
  [[nodiscard]] double joules_until(double to_s) const override;

 private:
  struct Busy {
    double begin_s;
    double end_s;
    double before_s;  ///< sum of the busy times that ended earlier
  };
  const Busy* last_begun(double at_s) const;
  void extend(double to_s) const;

  Levels levels_;
  Requests requests_;
  mutable std::mutex mutex_;
  mutable Random random_;  ///< guarded by mutex_, like what follows
  mutable double arrival_s_ = 0;
  mutable std::vector<Busy> busy_;  ///< in time order, disjoint
};

}  // namespace joulemark::sim
