// Properties of the decoder, and what it refuses.
#include "models/qwen2/qwen2.h"

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

/// Between a sequence in pieces and as a whole (docs/design/animeshootergen.md 10).
constexpr double kPiecesTolerance = 1e-5;
/// Of an order of additions that is not the same.
constexpr double kThreadsTolerance = 1e-5;

class Qwen2Properties : public ::testing::Test {
 protected:
  Qwen2Properties()
      : golden_(read_encoder_golden("qwen2/t1")),
        model_(load_qwen2(golden_.checkpoint, c10::kCPU)) {}

  [[nodiscard]] static at::Tensor tokens(std::int64_t count, double step) {
    return at::arange(count * 64, at::kFloat).mul_(step).sin_().mul_(0.3).view({1, count, 64});
  }

  [[nodiscard]] at::Tensor read(const std::vector<at::Tensor>& pieces) const {
    KeyValueCache cache(model_.config);
    std::vector<at::Tensor> states;
    for (const at::Tensor& piece : pieces) {
      states.push_back(hidden_state(model_, piece, cache));
    }
    const InferenceScope scope;
    return at::cat(states, 1);
  }

  EncoderGolden golden_;
  Qwen2 model_;
};

TEST_F(Qwen2Properties, PiecesOfAnyLengthGiveWhatTheWholeGives) {
  constexpr std::int64_t kTokens = 70;  // more than the rows that attention takes at a time
  const at::Tensor whole_input = tokens(kTokens, 0.71);
  const at::Tensor whole = read({whole_input});
  for (const std::int64_t length : {1, 7, 48, 69}) {
    std::vector<at::Tensor> pieces;
    for (std::int64_t first = 0; first < kTokens; first += length) {
      pieces.push_back(whole_input.narrow(1, first, std::min(length, kTokens - first)));
    }
    EXPECT_LE(state_distance(read(pieces), whole), kPiecesTolerance) << length;
  }
}

// With a mask that is aligned to the top left, the first query of a later piece would see the first
// key alone.
TEST_F(Qwen2Properties, ALaterPieceSeesEverythingBefore) {
  const at::Tensor last = tokens(3, 0.37);
  const at::Tensor one = read({tokens(9, 0.71), last}).narrow(1, 9, 3);
  at::Tensor changed = tokens(9, 0.71).clone();
  changed[0][8].neg_();  // the token just before the piece
  const at::Tensor other = read({changed, last}).narrow(1, 9, 3);
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_GT((one[0][i] - other[0][i]).abs().max().item<double>(), 1e-3) << i;
  }
}

TEST_F(Qwen2Properties, LaterPiecesChangeNoBitOfEarlierOnes) {
  const at::Tensor first = tokens(11, 0.71);
  const at::Tensor one = read({first, tokens(5, 0.37)});
  const at::Tensor other = read({first, tokens(8, 1.9)});
  EXPECT_TRUE(at::equal(one.narrow(1, 0, 11), other.narrow(1, 0, 11)));
}

TEST_F(Qwen2Properties, LaterTokensOfOnePieceChangeNoBitOfEarlierOnes) {
  const at::Tensor one = tokens(60, 0.71).clone();
  const at::Tensor other = one.clone();
  other.narrow(1, 50, 10).mul_(-3.0);
  const at::Tensor a = read({one});
  const at::Tensor b = read({other});
  EXPECT_TRUE(at::equal(a.narrow(1, 0, 50), b.narrow(1, 0, 50)));
  EXPECT_GT((a.narrow(1, 50, 10) - b.narrow(1, 50, 10)).abs().max().item<double>(), 1e-3);
}

TEST_F(Qwen2Properties, SequencesOfABatchKnowNothingOfEachOther) {
  const at::Tensor a = tokens(9, 0.71);
  const at::Tensor b = tokens(9, 0.37);
  const at::Tensor both = read({at::cat({a, b})});
  EXPECT_LE(state_distance(both.narrow(0, 0, 1), read({a})), kPiecesTolerance);
  EXPECT_LE(state_distance(both.narrow(0, 1, 1), read({b})), kPiecesTolerance);
}

TEST_F(Qwen2Properties, ThreadsChangeNothingButNoise) {
  const at::Tensor input = tokens(300, 0.71);
  const int before = thread_count();
  configure_runtime(1);
  const at::Tensor one = read({input});
  configure_runtime(2);
  const at::Tensor two = read({input});
  configure_runtime(before);
  EXPECT_LE(state_distance(two, one), kThreadsTolerance);
}

TEST_F(Qwen2Properties, LayersAboveTheChosenAreNotRun) {
  KeyValueCache cache(model_.config);
  static_cast<void>(hidden_state(model_, tokens(4, 0.7), cache, {1, false}));
  KeyValueCache whole(model_.config);
  static_cast<void>(hidden_state(model_, tokens(4, 0.7), whole));
  EXPECT_EQ(3 * cache.bytes(), whole.bytes());
  // And so a cache belongs to one choice.
  EXPECT_THROW(static_cast<void>(hidden_state(model_, tokens(4, 0.7), cache)), InternalError);
}

TEST_F(Qwen2Properties, RefusesInputsOfAnotherShape) {
  KeyValueCache cache(model_.config);
  const auto read_one = [&](const at::Tensor& embeds) {
    return [&, embeds] { static_cast<void>(hidden_state(model_, embeds, cache)); };
  };
  expect_error(read_one(at::zeros({1, 3, 63})), {"inputs_embeds", "[1, 3, 63]", "64"});
  expect_error(read_one(at::zeros({3, 64})), {"inputs_embeds", "[3, 64]"});
  expect_error(read_one(at::zeros({1, 0, 64})), {"inputs_embeds", "at least one token"});
  expect_error(read_one(at::zeros({1, 2, 64}, at::kLong)), {"inputs_embeds", "Long"});
  static_cast<void>(hidden_state(model_, tokens(2, 0.7), cache));
  expect_error(read_one(at::zeros({2, 3, 64})), {"batch of 2", "one of 1"});
  for (const std::int64_t layer : {-2, 4}) {
    KeyValueCache fresh(model_.config);
    expect_error(
        [&] {
          static_cast<void>(hidden_state(model_, tokens(2, 0.7), fresh, {layer, true}));
        },
        {"hidden_state.layer", "0 to 3"});
  }
}

TEST_F(Qwen2Properties, RefusesIdsWithoutARow) {
  for (const std::int64_t id : {-1, 512}) {
    expect_error(
        [&] {
          static_cast<void>(embed_tokens(model_, at::full({1, 2}, id, at::kLong)));
        },
        {"input_ids", std::to_string(id), "0 to 511"});
  }
  expect_error(
      [&] {
        static_cast<void>(embed_tokens(model_, at::zeros({1, 2})));
      },
      {"input_ids", "Float"});
}

TEST_F(Qwen2Properties, ListsMissingUnexpectedAndMisshapedTensors) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(golden_.checkpoint);
  edited.tensors.erase("model.norm.weight");
  edited.tensors.erase("model.layers.1.self_attn.k_proj.bias");
  edited.tensors["model.layers.0.self_attn.o_proj.bias"] = at::zeros({64});
  edited.tensors["model.layers.2.mlp.up_proj.weight"] = at::zeros({64, 128});
  edited.tensors["model.embed_tokens.weight"] = at::zeros({512, 32});
  const Checkpoint checkpoint = edited.write(folder);
  expect_error([&] { static_cast<void>(load_qwen2(checkpoint, c10::kCPU)); },
               {folder.path().string(), "2 missing", "model.norm.weight",
                "model.layers.1.self_attn.k_proj.bias", "1 unexpected",
                "model.layers.0.self_attn.o_proj.bias", "2 misshaped",
                "model.layers.2.mlp.up_proj.weight", "[128, 64]", "model.embed_tokens.weight"});
}

TEST_F(Qwen2Properties, HalfPrecisionFilesGiveTheValuesThatTheyHold) {
  const EncoderGolden golden = read_encoder_golden("qwen2/gqa3");  // stored as float32
  const auto last_state = [&](const Checkpoint& checkpoint) {
    const Qwen2 model = load_qwen2(checkpoint, c10::kCPU);
    KeyValueCache cache(model.config);
    return hidden_state(model, golden.at("inputs_embeds"), cache);
  };
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    const TemporaryFolder narrow;
    const TemporaryFolder wide;
    EditableCheckpoint edited(golden.checkpoint);
    edited.round_to(type);
    const at::Tensor exact = last_state(edited.write(wide));
    EXPECT_TRUE(at::equal(last_state(edited.write(narrow, type)), exact)) << type;
    EXPECT_FALSE(at::equal(exact, last_state(golden.checkpoint))) << type;
  }
}

// t1 is bfloat16 in two shards.
TEST_F(Qwen2Properties, OneFileInFloat32GivesTheSameAsShardsInBfloat16) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(golden_.checkpoint);
  edited.tensors.erase("lm_head.weight");
  const Qwen2 other = load_qwen2(edited.write(folder), c10::kCPU);
  KeyValueCache cache(other.config);
  EXPECT_TRUE(at::equal(hidden_state(other, tokens(12, 0.7), cache), read({tokens(12, 0.7)})));
}

}  // namespace
}  // namespace asbench::models
