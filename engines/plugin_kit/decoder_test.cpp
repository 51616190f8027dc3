// SPDX-License-Identifier: Apache-2.0
#include "plugin_kit/decoder.h"

#include <gmock/gmock.h>

#include <map>
#include <stdexcept>

namespace joulemark::plugin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Pair;
using Dims = std::vector<std::int64_t>;
using Wanted = DecoderFeed::Wanted;

enum Place : std::size_t { kIdsAt, kMaskAt, kRowsAt, kPastAt };

PortList inputs() {
  return PortList({{"input_ids", JM_INT64, true, {-1, -1}},
                   {"attention_mask", JM_INT64, true, {-1, -1}},
                   {"logits_rows", JM_INT64, true, {-1}},
                   {"past_key_values.0.key", JM_FLOAT32, true, {-1, 2, -1, 4}}});
}

PortList outputs() {
  return PortList({{"logits", JM_FLOAT32, true, {-1, 11}},
                   {"present.0.key", JM_FLOAT32, true, {-1, 2, -1, 4}}});
}

class DecoderFeedTest : public testing::Test {
 protected:
  DecoderFeedTest() : feed_(*DecoderPorts::find(inputs(), outputs()), inputs()) {
    feed_.reset(kBatch, 16);
  }

  /// What a call with n tokens in each row binds.
  std::map<std::size_t, Dims> bound(std::int32_t n, Wanted wanted = Wanted::kLast) {
    const std::vector<std::int32_t> tokens(static_cast<std::size_t>(kBatch * n), 1);
    feed_.take(tokens.data(), kBatch, n, wanted);
    std::map<std::size_t, Dims> found;
    feed_.bind_changed(
        [&](std::size_t place, Integers&, const Dims& dims) { found[place] = dims; });
    feed_.advance();
    return found;
  }

  static constexpr std::int32_t kBatch = 2;
  DecoderFeed feed_;
};

TEST_F(DecoderFeedTest, AStepAfterAStepBindsOnlyTheMask) {
  EXPECT_THAT(bound(3), ElementsAre(Pair(kIdsAt, Dims{2, 3}), Pair(kMaskAt, Dims{2, 3}),
                                    Pair(kRowsAt, Dims{2})));
  EXPECT_THAT(bound(1), ElementsAre(Pair(kIdsAt, Dims{2, 1}), Pair(kMaskAt, Dims{2, 4}),
                                    Pair(kRowsAt, Dims{2})));
  EXPECT_THAT(bound(1), ElementsAre(Pair(kMaskAt, Dims{2, 5})));
}

TEST_F(DecoderFeedTest, RowsAreBoundAnewWhereOthersAreWanted) {
  bound(3);
  EXPECT_THAT(bound(3, Wanted::kAll), Contains(Pair(kRowsAt, Dims{6})));
  EXPECT_THAT(bound(3, Wanted::kAll), ElementsAre(Pair(kMaskAt, Dims{2, 9})));
  EXPECT_THAT(bound(3), Contains(Pair(kRowsAt, Dims{2})));
}

TEST_F(DecoderFeedTest, NothingIsBoundAfterAReset) {
  const auto first = bound(2);
  feed_.reset(kBatch, 16);
  EXPECT_EQ(bound(2), first);
}

TEST_F(DecoderFeedTest, ABindingThatFailsIsMadeAgain) {
  bound(1);
  const std::vector<std::int32_t> tokens(4, 1);
  feed_.take(tokens.data(), kBatch, 2, Wanted::kLast);
  const auto refuse = [](std::size_t, Integers&, const Dims&) { throw std::runtime_error("no"); };
  EXPECT_THROW(feed_.bind_changed(refuse), std::runtime_error);
  EXPECT_EQ(bound(1).size(), 3U);
}

}  // namespace
}  // namespace joulemark::plugin
