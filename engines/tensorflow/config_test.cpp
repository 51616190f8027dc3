// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <gmock/gmock.h>

#include <protozero/pbf_reader.hpp>

namespace joulemark::tf {
namespace {

/// The last value of a number field in nested messages; -1 where it is not there.
std::int64_t number_at(std::string_view message, std::initializer_list<int> path) {
  protozero::pbf_reader reader{message.data(), message.size()};
  std::int64_t found = -1;
  auto step = path.begin();
  for (; step + 1 != path.end(); ++step) {
    if (!reader.next(static_cast<protozero::pbf_tag_type>(*step))) return -1;
    reader = reader.get_message();
  }
  while (reader.next(static_cast<protozero::pbf_tag_type>(*step))) found = reader.get_int64();
  return found;
}

TEST(SessionConfig, HasTheThreadsOfTheTrial) {
  const std::string config = session_config(3, Layout::kChannelsFirst, Optimizer::kOn);
  EXPECT_EQ(number_at(config, {2}), 3);
  EXPECT_EQ(number_at(config, {5}), 1);
}

TEST(SessionConfig, SmallGraphsAreOptimisedToo) {
  const std::string config = session_config(1, Layout::kChannelsFirst, Optimizer::kOn);
  EXPECT_EQ(number_at(config, {10, 10, 17}), -1);
  EXPECT_EQ(number_at(config, {10, 10, 19}), -1) << "the optimiser must not be off";
}

TEST(SessionConfig, ChannelsLastIsAConversionOfTheOptimiser) {
  EXPECT_EQ(number_at(session_config(1, Layout::kChannelsLast, Optimizer::kOn), {10, 10, 50}), 1);
  EXPECT_EQ(number_at(session_config(1, Layout::kChannelsFirst, Optimizer::kOn), {10, 10, 50}), -1);
}

TEST(SessionConfig, TheOptimiserCanBeOff) {
  const std::string config = session_config(1, Layout::kChannelsFirst, Optimizer::kOff);
  EXPECT_EQ(number_at(config, {10, 10, 19}), 1);
}

}  // namespace
}  // namespace joulemark::tf
