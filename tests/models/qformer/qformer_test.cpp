// Properties of the Q-Former, and what it refuses.
#include "models/qformer/qformer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/layers/runtime.h"
#include "tests/models/editable_checkpoint.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::EditableCheckpoint;
using ::asbench::testing::expect_error;
using ::asbench::testing::TemporaryFolder;

constexpr double kNoise = 1e-5;  ///< of another order of additions, relative

class QFormerProperties : public ::testing::Test {
 protected:
  QFormerProperties()
      : t1_(read_encoder_golden("qformer/t1")), llm_(read_encoder_golden("qformer/llm")) {}

  [[nodiscard]] static QFormer load(const Checkpoint& checkpoint) {
    return load_qformer(checkpoint, qformer_options_of(checkpoint), c10::kCPU);
  }

  /// The message about a changed copy of a case, with the case's own options.
  void expect_refused(const EncoderGolden& golden,
                      const std::function<void(EditableCheckpoint&, QFormerOptions&)>& change,
                      const std::vector<std::string_view>& parts) const {
    const TemporaryFolder folder;
    EditableCheckpoint edited(golden.checkpoint);
    QFormerOptions options = qformer_options_of(golden.checkpoint);
    change(edited, options);
    const Checkpoint checkpoint = edited.write(folder);
    const std::string where = folder.path().string();
    std::vector<std::string_view> all = parts;
    all.emplace_back(where);
    expect_error([&] { static_cast<void>(load_qformer(checkpoint, options, c10::kCPU)); }, all);
  }

  [[nodiscard]] static at::Tensor condition_of(const Checkpoint& checkpoint,
                                               const at::Tensor& states) {
    const QFormer model = load(checkpoint);
    return project_condition(model, run(model, states));
  }

  EncoderGolden t1_, llm_;
};

TEST_F(QFormerProperties, TakesOtherQueriesThanTheFiles) {
  const QFormer model = load(t1_.checkpoint);
  const at::Tensor& states = t1_.at("encoder_hidden_states");
  EXPECT_TRUE(at::equal(run(model, states, model.query_tokens), run(model, states)));
  const InferenceScope scope;
  const at::Tensor three = model.query_tokens.narrow(1, 2, 3).expand({2, -1, -1}).contiguous();
  EXPECT_EQ(run(model, states, three).sizes().vec(), (std::vector<std::int64_t>{2, 3, 48}));
}

// No positions and no mask: the order of keys means nothing, that of queries is the output's.
TEST_F(QFormerProperties, KnowsNoOrder) {
  const QFormer model = load(t1_.checkpoint);
  const at::Tensor& states = t1_.at("encoder_hidden_states");
  const at::Tensor expected = run(model, states);
  const InferenceScope scope;
  EXPECT_LE(state_distance(run(model, states.flip({1})), expected), kNoise);
  EXPECT_LE(state_distance(run(model, states, model.query_tokens.flip({1})), expected.flip({1})),
            kNoise);
}

TEST_F(QFormerProperties, LooksAtTheInputInEveryNthLayer) {
  const QFormer model = load(t1_.checkpoint);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    EXPECT_EQ(model.layers[i].cross.has_value(), i % 2 == 0) << i;
  }
  EXPECT_EQ(model.encoder_width, 64);
}

TEST_F(QFormerProperties, TheWidthOfTheInputMayComeFromTheTensors) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(t1_.checkpoint);
  edited.config.erase("encoder_hidden_size");
  EXPECT_EQ(load(edited.write(folder)).encoder_width, 64);
}

TEST_F(QFormerProperties, KeepsTheVectorsThatTheLanguageModelSees) {
  EXPECT_EQ(load(t1_.checkpoint).learnable_queries.sizes().vec(),
            (std::vector<std::int64_t>{8, 64}));
}

TEST_F(QFormerProperties, FindsTensorsUnderTheirNamesInTheManifest) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(t1_.checkpoint);
  edited.rename("query_tokens", "adapter.queries");
  edited.rename("proj.weight", "adapter.out.weight");
  QFormerOptions options;
  options.keys = {{"query_tokens", "adapter.queries"}, {"proj.weight", "adapter.out.weight"}};
  const QFormer model = load_qformer(edited.write(folder), options, c10::kCPU);
  const at::Tensor condition =
      project_condition(model, run(model, t1_.at("encoder_hidden_states")));
  EXPECT_LE(state_distance(condition, t1_.at("condition")), 2e-5);
}

// Its options come from the names of the tensors, which are then in two files.
TEST_F(QFormerProperties, ShardsGiveWhatOneFileGives) {
  const TemporaryFolder whole;
  const TemporaryFolder sharded;
  const EditableCheckpoint edited(t1_.checkpoint);
  const at::Tensor& states = t1_.at("encoder_hidden_states");
  EXPECT_TRUE(at::equal(condition_of(edited.write_shards(sharded), states),
                        condition_of(edited.write(whole), states)));
}

TEST_F(QFormerProperties, HalfPrecisionFilesGiveTheValuesThatTheyHold) {
  const EncoderGolden golden = read_encoder_golden("qformer/every_layer");  // stored as float32
  const at::Tensor& states = golden.at("encoder_hidden_states");
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    const TemporaryFolder narrow;
    const TemporaryFolder wide;
    EditableCheckpoint edited(golden.checkpoint);
    edited.round_to(type);
    const at::Tensor exact = condition_of(edited.write(wide), states);
    EXPECT_TRUE(at::equal(condition_of(edited.write(narrow, type), states), exact)) << type;
    EXPECT_FALSE(at::equal(exact, condition_of(golden.checkpoint, states))) << type;
  }
}

TEST_F(QFormerProperties, ThreadsChangeNothingButNoise) {
  const at::Tensor states = at::arange(60 * 8 * 64, at::kFloat).mul_(0.7).sin_().view({60, 8, 64});
  const int before = thread_count();
  configure_runtime(1);
  const at::Tensor one = condition_of(t1_.checkpoint, states);
  configure_runtime(2);
  const at::Tensor two = condition_of(t1_.checkpoint, states);
  configure_runtime(before);
  EXPECT_LE(state_distance(two, one), kNoise);
}

TEST_F(QFormerProperties, RefusesNamesOfTensorsThatItHasNot) {
  expect_refused(t1_,
                 [](EditableCheckpoint&, QFormerOptions& options) {
                   options.keys = {{"prj.weight", "proj.weight"}};
                 },
                 {"qformer.keys", "prj.weight"});
}

TEST_F(QFormerProperties, ListsMissingUnexpectedAndMisshapedTensors) {
  expect_refused(t1_,
                 [](EditableCheckpoint& edited, QFormerOptions&) {
                   edited.tensors.erase("qformer.layernorm.bias");
                   edited.tensors.erase("learnable_queries");
                   edited.tensors["qformer.encoder.layer.1.crossattention.output.dense.bias"] =
                       at::zeros({48});
                   edited.tensors["qformer.encoder.layer.0.crossattention.attention.key.weight"] =
                       at::zeros({48, 48});
                 },
                 {"2 missing", "qformer.layernorm.bias", "learnable_queries", "1 unexpected",
                  "qformer.encoder.layer.1.crossattention.output.dense.bias", "1 misshaped",
                  "qformer.encoder.layer.0.crossattention.attention.key.weight", "[48, 64]"});
}

TEST_F(QFormerProperties, RefusesAProjectionThatTheFileHasNotOrHasBesides) {
  expect_refused(t1_,
                 [](EditableCheckpoint&, QFormerOptions& options) {
                   options.projection = ConditionProjection::mlp;
                 },
                 {"missing", "proj.0.weight", "proj.2.bias", "unexpected", "proj.weight"});
  expect_refused(
      t1_, [](EditableCheckpoint&, QFormerOptions& options) { options.trailing_layer_norm = true; },
      {"missing", "proj_norm.weight"});
}

TEST_F(QFormerProperties, RefusesCrossAttentionWhereTheQueriesAreTheLanguageModels) {
  expect_refused(
      t1_,
      [](EditableCheckpoint&, QFormerOptions& options) { options.query_source = QuerySource::llm; },
      {"unexpected", "qformer.encoder.layer.0.crossattention.attention.key.weight",
       "learnable_queries"});
  expect_refused(
      llm_,
      [](EditableCheckpoint&, QFormerOptions& options) { options.query_source = QuerySource::own; },
      {"21 missing", "qformer.encoder.layer.0.crossattention.attention.key.weight"});
}

TEST_F(QFormerProperties, RefusesAWidthThatDoesNotFitWhereTheQueriesAreTheLanguageModels) {
  expect_refused(llm_,
                 [](EditableCheckpoint& edited, QFormerOptions&) {
                   edited.tensors["learnable_queries"] = at::zeros({8, 32});
                 },
                 {"misshaped", "learnable_queries", "[8, 12]"});
}

TEST_F(QFormerProperties, RefusesAnotherLengthThanTheManifests) {
  const auto length = [](std::int64_t tokens) {
    return [tokens](EditableCheckpoint&, QFormerOptions& options) {
      options.condition_length = tokens;
    };
  };
  expect_refused(t1_, length(226), {"query_tokens", "10 tokens", "226"});
  expect_refused(llm_, length(64), {"learnable_queries", "8 tokens", "64"});
  QFormerOptions options = qformer_options_of(t1_.checkpoint);
  options.condition_length = 10;
  EXPECT_NO_THROW(static_cast<void>(load_qformer(t1_.checkpoint, options, c10::kCPU)));
}

TEST_F(QFormerProperties, RefusesInputsOfAnotherShape) {
  const QFormer model = load(t1_.checkpoint);
  const at::Tensor states = at::zeros({2, 8, 64});
  expect_error(
      [&] {
        static_cast<void>(run(model, at::zeros({2, 8, 48})));
      },
      {"encoder_hidden_states", "[2, 8, 48]", "64"});
  expect_error(
      [&] {
        static_cast<void>(run(model, states, at::zeros({2, 10, 64})));
      },
      {"query_embeds", "48"});
  expect_error(
      [&] {
        static_cast<void>(run(model, states, at::zeros({3, 10, 48})));
      },
      {"query_embeds", "batch of 3", "one of 2"});
  expect_error(
      [&] {
        static_cast<void>(project_condition(model, at::zeros({2, 10, 47})));
      },
      {"last_hidden_state", "48"});
  const QFormer queries_given = load(llm_.checkpoint);
  expect_error(
      [&] {
        static_cast<void>(run(queries_given, at::zeros({1, 8, 12}), at::zeros({1, 8, 12})));
      },
      {"query_embeds", "language model"});
}

}  // namespace
}  // namespace asbench::models
