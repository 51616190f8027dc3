// SPDX-License-Identifier: Apache-2.0
#include "sim/waveform.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using testing::HasSubstr;

Waveform wave(const std::string& text) {
  return expect(Waveform::parse(text));
}

std::string complaint(const std::string& text) {
  const auto parsed = Waveform::parse(text);
  return parsed ? "" : parsed.error().message;
}

TEST(Waveform, IntegralsAreTheClosedFormOnes) {
  EXPECT_DOUBLE_EQ(wave("constant 100").integral(2, 5), 300);
  EXPECT_DOUBLE_EQ(wave("square watts=80 period=0.5 duty=0.25 idle=20").integral(0, 10),
                   10 * 20 + 10 * 0.25 * 60);
  EXPECT_DOUBLE_EQ(wave("square watts=80 period=1 phase=0.4").integral(0, 0.2), 80 * 0.1);
  EXPECT_DOUBLE_EQ(wave("burst watts=50 start=3 duration=2 idle=10").integral(2, 4), 20 + 40);
  EXPECT_DOUBLE_EQ(wave("ramp from=10 to=30 start=1 duration=2").integral(0, 4), 10 + 40 + 30);
}

TEST(Waveform, IntegralsAreSumsOfThePower) {
  for (const char* text :
       {"square watts=80 period=0.37 duty=0.3 phase=0.1 idle=5",
        "poisson watts=400 rate=10 busy=0.04 seed=1 idle=50",
        "burst watts=90 start=1.3 duration=0.7", "ramp from=5 to=80 start=1 duration=2"}) {
    const Waveform waveform = wave(text);
    double sum = 0;
    constexpr int kSteps = 400'000;
    for (int i = 0; i < kSteps; ++i) sum += waveform.watts((i + 0.5) * 1e-5) * 1e-5;
    EXPECT_NEAR(waveform.integral(0, kSteps * 1e-5), sum, 0.02) << text;
  }
}

TEST(Waveform, PoissonLoadIsBusyAsOftenAsItsRequestsAsk) {
  const Waveform waveform = wave("poisson watts=100 rate=5 busy=0.1 seed=3");
  EXPECT_NEAR(waveform.integral(0, 20'000) / 20'000, 50, 1);
}

TEST(Waveform, PoissonLoadIsTheSameInWhateverOrderItIsAsked) {
  const Waveform once = wave("poisson watts=100 rate=5 busy=0.1 seed=3");
  const Waveform again = wave("poisson watts=100 rate=5 busy=0.1 seed=3");
  const Waveform other = wave("poisson watts=100 rate=5 busy=0.1 seed=4");
  const double late = once.integral(50, 60);
  EXPECT_DOUBLE_EQ(once.integral(3, 7), again.integral(3, 7));
  EXPECT_DOUBLE_EQ(again.integral(50, 60), late);
  EXPECT_NE(other.integral(3, 7), again.integral(3, 7));
}

TEST(Waveform, IntegralsAddUp) {
  Random random(7);
  const Waveform waveform = wave("poisson watts=400 rate=20 busy=0.03 seed=9 idle=30");
  for (int i = 0; i < 100; ++i) {
    const double a = random.uniform() * 50;
    const double b = a + random.uniform() * 50;
    EXPECT_NEAR(waveform.integral(0, a) + waveform.integral(a, b), waveform.integral(0, b), 1e-7);
    EXPECT_GE(waveform.integral(a, b), 30 * (b - a) - 1e-7);
    EXPECT_LE(waveform.integral(a, b), 400 * (b - a) + 1e-7);
  }
}

TEST(Waveform, ComplaintsSayWhatIsWrong) {
  EXPECT_THAT(complaint(""), HasSubstr("must begin with one of constant, square"));
  EXPECT_THAT(complaint("poison watts=3"), HasSubstr("did you mean 'poisson'?"));
  EXPECT_EQ(complaint("constant"), "waveform 'constant': 'watts=' is missing");
  EXPECT_THAT(complaint("square watts=1 period=0"), HasSubstr("'period' must be a number from"));
  EXPECT_THAT(complaint("constant nan"), HasSubstr("'watts' must be a number from"));
  EXPECT_THAT(complaint("constant 1 2"), HasSubstr("'watts' is given twice"));
  EXPECT_THAT(complaint("burst watt=1"), HasSubstr("did you mean 'watts'?"));
}

TEST(Waveform, ItsTextGivesTheSameOne) {
  for (const char* text :
       {"constant 65 start=1 idle=3", "square watts=90 period=0.7 duty=0.3",
        "poisson watts=65 rate=10 busy=0.04 seed=7 idle=0.1",
        "burst watts=10 start=1.25 duration=2", "ramp from=1 to=9 start=1 duration=2"}) {
    const Waveform once = wave(text);
    const Waveform again = wave(once.text());
    EXPECT_EQ(again.text(), once.text());
    EXPECT_EQ(again.integral(0.3, 7.7), once.integral(0.3, 7.7)) << text;
  }
  EXPECT_EQ(wave(Waveform().text()).integral(0, 9), 0);
}

}  // namespace
}  // namespace joulemark::sim
