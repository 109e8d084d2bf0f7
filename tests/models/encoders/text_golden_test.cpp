// CLIP's text tower against transformers 5.23.0 and open_clip_torch 3.3.0, from token ids; the
// tokeniser has its own goldens (tests/golden/clip_tokenizer).
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/encoders/clip.h"
#include "models/encoders/encoder.h"
#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;
using Ids = std::vector<std::int64_t>;

std::vector<Ids> rows_of(const at::Tensor& ids) {
  std::vector<Ids> rows;
  for (std::int64_t i = 0; i < ids.size(0); ++i) {
    const auto* const begin = ids.select(0, i).const_data_ptr<std::int64_t>();
    rows.emplace_back(begin, begin + ids.size(1));
  }
  return rows;
}

at::Tensor tensor_of(const Ids& ids) {
  at::Tensor tensor = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
  std::copy(ids.begin(), ids.end(), tensor.data_ptr<std::int64_t>());
  return tensor;
}

class TextGolden : public ::testing::TestWithParam<const char*> {
 protected:
  TextGolden()
      : golden_(read_encoder_golden(GetParam())),
        config_(parse_text_config(golden_.checkpoint.config, "golden")) {
    StateDict weights = StateDict::load(golden_.checkpoint);
    tower_ = load_clip_text(weights, config_);
    weights.finish(ignorable_text_keys());
  }

  /// As the encoder does: each text cut after its end token.
  [[nodiscard]] at::Tensor features(const at::Tensor& ids) const {
    std::vector<at::Tensor> rows;
    for (Ids& row : rows_of(ids)) {
      row.resize(length_to_end_token(row, config_));
      rows.push_back(run(tower_, tensor_of(row)));
    }
    return at::cat(rows);
  }

  EncoderGolden golden_;
  TextConfig config_;
  TextTower tower_;
  InferenceScope scope_;
};

/// The cases with intermediate states; open_clip's has the feature only.
class TextBlocks : public TextGolden {};

TEST_P(TextBlocks, MatchTheGoldenOneByOne) {
  const std::vector<Ids> rows = rows_of(golden_.at("ids"));
  std::size_t compared = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Ids row = rows[i];
    row.resize(length_to_end_token(row, config_));
    const auto length = static_cast<std::int64_t>(row.size());
    const Observer compare = [&](std::string_view name, const at::Tensor& value) {
      at::Tensor expected =
          golden_.at("text." + std::string(name)).select(0, static_cast<std::int64_t>(i));
      if (expected.dim() == 2) {  // all tokens: of the last block, only the end token's is computed
        expected = value.dim() == 2 ? expected.select(0, length - 1).unsqueeze(0)
                                    : expected.narrow(0, 0, length).unsqueeze(0);
      } else {
        expected = expected.unsqueeze(0);
      }
      EXPECT_LE(state_distance(value, expected), kStateTolerance) << name << ", text " << i;
      ++compared;
    };
    static_cast<void>(run(tower_, tensor_of(row), compare));
  }
  EXPECT_EQ(compared, rows.size() * (tower_.blocks.size() + 2));
}

TEST_P(TextGolden, GivesTheSameFeatureWhateverThePadding) {
  EXPECT_LE(feature_distance(features(golden_.at("ids")), golden_.at("text.feature")),
            golden_.noise_tolerance());
  if (!golden_.expected.contains("other_ids")) return;
  EXPECT_LE(feature_distance(features(golden_.at("other_ids")), golden_.at("text.feature")),
            golden_.noise_tolerance());
}

TEST_P(TextGolden, GivesTheSameScores) {
  const auto encoder = load_image_encoder(golden_.checkpoint);
  const at::Tensor images = unit_rows(encoder->encode_images(golden_.at("pixels")));
  const at::Tensor scores = images.matmul(unit_rows(features(golden_.at("ids"))).t());
  EXPECT_LE((scores - golden_.at("scores")).abs().max().item<double>(), kScoreTolerance);
}

INSTANTIATE_TEST_SUITE_P(Published, TextGolden,
                         ::testing::Values("clip/quick_gelu", "clip/gelu", "open_clip/gelu",
                                           "open_clip_hf/h14", "open_clip_hf/bigg14"),
                         [](const auto& chosen) {
                           std::string name = chosen.param;
                           name[name.find('/')] = '_';
                           return name;
                         });

INSTANTIATE_TEST_SUITE_P(Published, TextBlocks,
                         ::testing::Values("clip/quick_gelu", "clip/gelu", "open_clip_hf/h14",
                                           "open_clip_hf/bigg14"));

TEST(EndToken, IsTheFirstLargestIdWhereTheConfigIsNotBelieved) {
  const TextConfig config;
  EXPECT_EQ(length_to_end_token({49406, 5, 49407, 49407, 49407}, config), 3U);
  EXPECT_EQ(length_to_end_token({49406, 5, 49407, 0, 0}, config), 3U);
  EXPECT_EQ(length_to_end_token({49406, 2, 5, 49407}, config), 4U);  // 2 is a mistake in the files
}

TEST(EndToken, IsTheFirstEosTokenIdWhereItIs) {
  TextConfig config;
  config.eos_token_id = 7;
  EXPECT_EQ(length_to_end_token({1, 9, 7, 7}, config), 3U);
  expect_error(
      [&] {
        static_cast<void>(length_to_end_token({1, 9, 8}, config));
      },
      {"end token 7", "3"});
  expect_error([&] { static_cast<void>(length_to_end_token({}, config)); }, {"none given"});
}

}  // namespace
}  // namespace asbench::models
