// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/resample_places.h"

#include <gmock/gmock.h>

#include "plugin_kit/status.h"

namespace joulemark::lowering {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

/// A Resize of opset 19 with these attributes.
class Resize {
 public:
  explicit Resize(std::vector<model::OnnxAttribute> attributes)
      : node_{"r", "Resize", "", 19, {"x"}, {"y"}, std::move(attributes)}, call_(node_) {}

  std::vector<double> positions(const ResampledAxis& axis) {
    return positions_of(call_, axis, Resampling(call_));
  }
  Ints nearest(const ResampledAxis& axis) { return nearest_places(call_, axis, Resampling(call_)); }
  std::vector<double> matrix(const ResampledAxis& axis) {
    return resample_matrix(call_, axis, Resampling(call_));
  }

 private:
  model::OnnxNode node_;
  NodeCall call_;
};

std::vector<model::OnnxAttribute> coordinates(const char* mode) {
  return {{"coordinate_transformation_mode", std::string(mode)}};
}

const ResampledAxis kTwice{2, 4, 2, {}};
const ResampledAxis kHalf{4, 2, 0.5, {}};

TEST(ResamplePlaces, PositionsAreThoseOfOnnx) {
  EXPECT_THAT(Resize({}).positions(kTwice), ElementsAre(-0.25, 0.25, 0.75, 1.25));
  EXPECT_THAT(Resize(coordinates("asymmetric")).positions(kTwice), ElementsAre(0, 0.5, 1, 1.5));
  EXPECT_THAT(Resize(coordinates("align_corners")).positions(kHalf), ElementsAre(0, 3));
  EXPECT_THAT(Resize(coordinates("pytorch_half_pixel")).positions({3, 1, 1. / 3, {}}),
              ElementsAre(0));
  EXPECT_THAT(Resize(coordinates("half_pixel_symmetric")).positions({4, 2, 0.6, {}}),
              Pointwise(DoubleNear(1e-12), {2 * (1 - 2 / 2.4) + 0.5 / 0.6 - 0.5,
                                            2 * (1 - 2 / 2.4) + 1.5 / 0.6 - 0.5}));
}

TEST(ResamplePlaces, ACropGoesFromItsStartToItsEnd) {
  const ResampledAxis axis{5, 3, 0.6, Region{0.25, 0.75}};
  EXPECT_THAT(Resize(coordinates("tf_crop_and_resize")).positions(axis), ElementsAre(1, 2, 3));
  EXPECT_THROW(Resize(coordinates("tf_crop_and_resize")).positions(kTwice), plugin::Failure);
}

TEST(ResamplePlaces, TheNearestIsRoundedAsAsked) {
  EXPECT_THAT(Resize({}).nearest(kTwice), ElementsAre(0, 0, 1, 1));
  auto attributes = coordinates("asymmetric");
  attributes.push_back({"nearest_mode", std::string("ceil")});
  EXPECT_THAT(Resize(attributes).nearest(kTwice), ElementsAre(0, 1, 1, 1));
}

TEST(ResamplePlaces, LinearRowsHoldTheNeighboursOfAPosition) {
  const std::vector<model::OnnxAttribute> linear{{"mode", std::string("linear")}};
  EXPECT_THAT(Resize(linear).matrix(kTwice), ElementsAre(1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1));
}

TEST(ResamplePlaces, AntialiasingCountsEveryElementThatIsPassed) {
  const std::vector<model::OnnxAttribute> linear{{"mode", std::string("linear")},
                                                 {"antialias", std::int64_t{1}}};
  const std::vector<double> matrix = Resize(linear).matrix(kHalf);
  ASSERT_EQ(matrix.size(), 8);
  EXPECT_NEAR(matrix[0] + matrix[1] + matrix[2] + matrix[3], 1, 1e-12);
  EXPECT_GT(matrix[2], 0) << "as far as twice the distance";
}

TEST(ResamplePlaces, RowsOfCubicsSumToOneWithoutWhatIsOutside) {
  const std::vector<model::OnnxAttribute> cubic{{"mode", std::string("cubic")},
                                                {"exclude_outside", std::int64_t{1}}};
  const std::vector<double> matrix = Resize(cubic).matrix(kTwice);
  for (std::size_t row = 0; row < 4; ++row)
    EXPECT_NEAR(matrix[2 * row] + matrix[2 * row + 1], 1, 1e-12) << row;
}

TEST(ResamplePlaces, CoordinatesThatNobodyDefinesAreRefused) {
  EXPECT_THROW(Resize(coordinates("twisted")).positions(kTwice), plugin::Failure);
}

}  // namespace
}  // namespace joulemark::lowering
