// SPDX-License-Identifier: Apache-2.0
#include "model/mxnet_files.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <utility>

#include "model/model_format.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class MxnetFiles : public ::testing::Test {
 protected:
  void touch(const std::string& name) { std::ofstream(folder_.path() / name) << "x"; }

  std::vector<std::pair<std::string, std::optional<int>>> params_of(const std::string& symbol) {
    std::vector<std::pair<std::string, std::optional<int>>> found;
    for (const MxnetParamsFile& file : mxnet_params_files(folder_.path() / symbol))
      found.emplace_back(file.path.filename().string(), file.epoch);
    return found;
  }

  joulemark::testing::ScratchFolder folder_;
};

TEST_F(MxnetFiles, ASymbolIsKnownByItsName) {
  EXPECT_EQ(model_format("/m/resnet-symbol.json"), kMxnetSymbol);
  EXPECT_EQ(model_format("symbol.json"), kMxnetSymbol);
  EXPECT_NE(model_format("/m/config.json"), kMxnetSymbol);
}

TEST_F(MxnetFiles, ParametersAreThoseOfTheSymbolsNameInOrderOfTheirEpochs) {
  for (const char* name : {"net-0010.params", "net-0002.params", "other-0000.params",
                           "net-symbol.json", "net-x.params", "net-00.params"})
    touch(name);
  EXPECT_THAT(params_of("net-symbol.json"),
              ElementsAre(Pair("net-0002.params", 2), Pair("net-0010.params", 10)));
}

TEST_F(MxnetFiles, ParametersNeedNoEpoch) {
  touch("net.params");
  EXPECT_THAT(params_of("net-symbol.json"), ElementsAre(Pair("net.params", std::nullopt)));
  EXPECT_THAT(params_of("net2-symbol.json"), IsEmpty());
}

TEST_F(MxnetFiles, ASymbolWithoutANameTakesEveryParametersFile) {
  touch("weights.params");
  EXPECT_THAT(params_of("symbol.json"), ElementsAre(Pair("weights.params", std::nullopt)));
}

TEST_F(MxnetFiles, AFolderStandsForItsOneSymbol) {
  EXPECT_EQ(mxnet_symbol_in(folder_.path()), std::nullopt);
  touch("a-symbol.json");
  EXPECT_EQ(mxnet_symbol_in(folder_.path()), folder_.path() / "a-symbol.json");
  touch("b-symbol.json");
  EXPECT_EQ(mxnet_symbol_in(folder_.path()), std::nullopt);
}

}  // namespace
}  // namespace joulemark::model
