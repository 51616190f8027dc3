// SPDX-License-Identifier: Apache-2.0
#include "api/tensorflow/model.h"

#include <gmock/gmock.h>

namespace joulemark::api::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Metadata whose map of signatures holds this.
std::string with_signatures(const std::string& signatures) {
  return R"({"model_spec": {"name": "m", "signature_name": "", "version": "1"}, "metadata":
            {"signature_def": {"signature_def": {)" +
         signatures + "}}}}";
}

std::string complaint(const std::string& body) {
  const auto read = read_metadata(body);
  return read ? "" : read.error().message;
}

TEST(TensorflowModel, ReadsSignaturesInTheOrderOfNames) {
  const auto read = read_metadata(with_signatures(R"(
      "serving_default": {"method_name": "tensorflow/serving/predict",
        "inputs": {"x": {"dtype": "DT_FLOAT", "name": "x:0", "tensor_shape":
                     {"dim": [{"size": "-1", "name": ""}, {"size": "4", "name": ""}],
                      "unknown_rank": false}},
                   "b": {"dtype": "DT_BOOL", "name": "", "tensor_shape":
                     {"dim": [], "unknown_rank": false}}},
        "outputs": {"y": {"dtype": "DT_STRING", "name": "", "tensor_shape":
                     {"dim": [], "unknown_rank": true}}}},
      "other": {"inputs": {}, "outputs": {}})"));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].name, "other");
  const Signature& signature = (*read)[1];
  EXPECT_EQ(signature.name, "serving_default");
  ASSERT_EQ(signature.inputs.size(), 2u);
  EXPECT_EQ(signature.inputs[0].name, "b");
  EXPECT_EQ(signature.inputs[0].dtype, JM_BOOL);
  EXPECT_TRUE(signature.inputs[0].dims && signature.inputs[0].dims->empty());
  EXPECT_EQ(signature.inputs[1].dtype, JM_FLOAT32);
  EXPECT_THAT(*signature.inputs[1].dims, ElementsAre(-1, 4));
  EXPECT_EQ(signature.outputs[0].dtype, JM_STRING);
  EXPECT_EQ(signature.outputs[0].dims, std::nullopt);
}

TEST(TensorflowModel, ReadsHowOpenVinoModelServerSpellsIt) {
  const auto read = read_metadata(R"({"modelSpec": {"name": "m"}, "metadata": {"signature_def":
      {"@type": "type.googleapis.com/tensorflow.serving.SignatureDefMap", "signatureDef":
       {"serving_default": {"inputs": {"0": {"dtype": "DT_INT64", "tensorShape":
        {"dim": [{"size": "1", "name": ""}], "unknownRank": false}, "name": "0"}}, "outputs": {},
        "methodName": ""}}}}})");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].inputs[0].dtype, JM_INT64);
  EXPECT_THAT(*(*read)[0].inputs[0].dims, ElementsAre(1));
}

TEST(TensorflowModel, KeepsTheNameOfATypeThatItHasNot) {
  const auto read = read_metadata(
      with_signatures(R"("s": {"inputs": {}, "outputs": {"r": {"dtype": "DT_RESOURCE"}}})"));
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[0].outputs[0].dtype, JM_UNDEFINED);
  EXPECT_EQ((*read)[0].outputs[0].datatype, "DT_RESOURCE");
}

TEST(TensorflowModel, RefusesWhatIsNoMetadata) {
  EXPECT_NE(complaint("[]"), "");
  EXPECT_NE(complaint("{"), "");
  const auto with_size = [](const std::string& size) {
    return with_signatures(R"("s": {"inputs": {"x": {"tensor_shape": {"dim": [{"size": )" + size +
                           "}]}}}}");
  };
  EXPECT_EQ(complaint(with_size("\"7\"")), "");
  for (const char* size : {"\"-2\"", "\"\"", "\"7x\"", "\"99999999999999999999\"", "1.5"})
    EXPECT_THAT(complaint(with_size(size)), HasSubstr("dimension")) << size;
  EXPECT_THAT(complaint(with_signatures(R"("s": {"inputs": {"x": {}, "x": {}}})")),
              HasSubstr("two tensors of one name"));
}

TEST(TensorflowModel, ChoosesTheSignatureThatIsMeant) {
  const auto chosen = [](std::vector<Signature> all, const std::string& named) {
    const auto one = choose_signature(std::move(all), named);
    return one ? one->name : one.error().message;
  };
  const Signature usual{.name = "serving_default"};
  const Signature mine{.name = "mine"};
  const Signature start{.name = "__saved_model_init_op"};
  EXPECT_EQ(chosen({start, mine, usual}, ""), "serving_default");
  EXPECT_EQ(chosen({start, mine, usual}, "mine"), "mine");
  EXPECT_EQ(chosen({start, mine}, ""), "mine");
  EXPECT_EQ(chosen({start, mine}, "other"), "no signature 'other', but mine");
  EXPECT_EQ(chosen({{.name = "a"}, {.name = "b"}}, ""), "no signature 'serving_default', but a, b");
  EXPECT_EQ(chosen({start}, ""), "no signature 'serving_default'");
}

TEST(TensorflowModel, IsReadyOnceAVersionIsAvailable) {
  const auto with_states = [](const std::string& states) {
    return "{\"model_version_status\": [" + states + "]}";
  };
  const std::string loading = R"({"version": "2", "state": "LOADING", "status": {}})";
  const std::string available = R"({"version": "1", "state": "AVAILABLE", "status": {}})";
  EXPECT_EQ(read_status(with_states(available)), Readiness::kReady);
  EXPECT_EQ(read_status(with_states(loading + "," + available)), Readiness::kReady);
  EXPECT_EQ(read_status(with_states(loading)), Readiness::kNotYet);
  EXPECT_EQ(read_status(with_states("")), Readiness::kNotYet);
  EXPECT_EQ(read_status(R"({"data": []})"), Readiness::kUnknown);
  EXPECT_EQ(read_status("ready"), Readiness::kUnknown);
}

}  // namespace
}  // namespace joulemark::api::tensorflow
