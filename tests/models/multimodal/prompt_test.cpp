// Pieces of a story's sequence, and the whole way from pictures and captions to conditions with the
// tiny models of tests/golden.
#include "models/multimodal/prompt.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/layers/runtime.h"
#include "models/multimodal/image_reader.h"
#include "models/qformer/qformer.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

/// Between a sequence in pieces and as a whole (docs/design/animeshootergen.md 10).
constexpr double kPiecesTolerance = 1e-5;

std::filesystem::path golden(const char* name) {
  return testing::source_folder() / "tests" / "golden" / name;
}

class Prompts : public ::testing::Test {
 protected:
  Prompts()
      : model_(load_qwen2(open_checkpoint(golden("qwen2/t1").string(), {}), c10::kCPU)),
        tokenizer_(Qwen2Tokenizer::load(golden("qwen2_tokenizer"))),
        qformer_(load_qformer(open_checkpoint(golden("qformer/t1").string(), {}), {}, c10::kCPU)) {}

  [[nodiscard]] PromptWriter writer(const PromptTemplate& texts = {}) const {
    return {model_, tokenizer_, texts, qformer_.learnable_queries};
  }
  [[nodiscard]] at::Tensor embed(std::string_view text) const {
    const std::vector<std::int64_t> ids = tokenizer_.encode(text);
    return embed_tokens(model_, at::tensor(ids, at::kLong).unsqueeze(0)).squeeze(0);
  }
  [[nodiscard]] static at::Tensor picture(std::int64_t tokens, double step) {
    return at::arange(tokens * 64, at::kFloat).mul_(step).sin_().view({tokens, 64});
  }
  void expect_parts(const PromptPiece& piece, const std::vector<at::Tensor>& parts) const {
    const InferenceScope scope;
    EXPECT_TRUE(at::equal(piece.embeds, at::cat(parts).unsqueeze(0)));
    EXPECT_EQ(piece.queries, 8);
    EXPECT_TRUE(at::equal(piece.at_queries(piece.embeds)[0], qformer_.learnable_queries));
  }

  Qwen2 model_;
  Qwen2Tokenizer tokenizer_;
  QFormer qformer_;
};

TEST_F(Prompts, ArePictureNewlineCaptionQueries) {
  const at::Tensor image = picture(4, 0.3);
  const std::vector<at::Tensor> parts = {image, embed("\n"), embed("a cat's tail"),
                                         qformer_.learnable_queries};
  expect_parts(writer().first_piece(image, "a cat's tail"), parts);
  expect_parts(writer().next_piece(image, "a cat's tail"), parts);
  EXPECT_EQ(embed("\n").size(0), 1);
}

TEST_F(Prompts, HaveTheTemplatesTextsAroundTheirParts) {
  const PromptTemplate texts = {
      "system: ", "<i>", "</i>", " caption: ", ".\n", "queries ", "<|endoftext|>"};
  const at::Tensor image = picture(2, 0.7);
  const std::vector<at::Tensor> rest = {embed("<i>"),
                                        image,
                                        embed("\n"),
                                        embed("</i>"),
                                        embed(" caption: "),
                                        embed("a dog"),
                                        embed(".\n"),
                                        embed("queries "),
                                        qformer_.learnable_queries,
                                        embed("<|endoftext|>")};
  expect_parts(writer(texts).next_piece(image, "a dog"), rest);
  std::vector<at::Tensor> whole = {embed("system: ")};
  whole.insert(whole.end(), rest.begin(), rest.end());
  expect_parts(writer(texts).first_piece(image, "a dog"), whole);
  // A special token is one id, and each text is tokenised on its own.
  EXPECT_EQ(embed("<|endoftext|>").size(0), 1);
}

TEST_F(Prompts, OfAnEmptyCaptionHaveNoCaption) {
  const at::Tensor image = picture(4, 0.3);
  expect_parts(writer().next_piece(image, ""), {image, embed("\n"), qformer_.learnable_queries});
}

/// The conditions of a story, one piece after another.
std::vector<at::Tensor> conditions(const Qwen2& model, const QFormer& qformer,
                                   const std::vector<PromptPiece>& pieces) {
  KeyValueCache cache(model.config);
  std::vector<at::Tensor> made;
  for (const PromptPiece& piece : pieces) {
    const at::Tensor states = piece.at_queries(hidden_state(model, piece.embeds, cache));
    made.push_back(project_condition(qformer, run(qformer, states)));
  }
  return made;
}

TEST_F(Prompts, AnotherCaptionChangesNoBitOfTheConditionsBefore) {
  const PromptWriter write = writer();
  const auto story = [&](const char* third) {
    return std::vector<PromptPiece>{write.first_piece(picture(4, 0.3), "a cat sits"),
                                    write.next_piece(picture(4, 0.5), "the cat runs"),
                                    write.next_piece(picture(4, 0.7), third),
                                    write.next_piece(picture(4, 0.9), "the end")};
  };
  const auto one = conditions(model_, qformer_, story("it rains"));
  const auto other = conditions(model_, qformer_, story("the sun shines on the old house"));
  EXPECT_EQ(one[0].sizes().vec(), (std::vector<std::int64_t>{1, 10, 24}));
  EXPECT_TRUE(at::equal(one[0], other[0]));
  EXPECT_TRUE(at::equal(one[1], other[1]));
  EXPECT_GT((one[2] - other[2]).abs().max().item<double>(), 1e-4);
  EXPECT_GT((one[3] - other[3]).abs().max().item<double>(), 1e-4);
}

TEST_F(Prompts, PiecesGiveWhatTheWholeStoryGives) {
  const PromptWriter write = writer();
  const PromptPiece first = write.first_piece(picture(4, 0.3), "a cat sits");
  const PromptPiece second = write.next_piece(picture(4, 0.5), "the cat runs");
  const auto parts = conditions(model_, qformer_, {first, second});
  const InferenceScope scope;
  KeyValueCache cache(model_.config);
  const at::Tensor states = hidden_state(model_, at::cat({first.embeds, second.embeds}, 1), cache);
  const std::int64_t begin = first.embeds.size(1) + second.first_query;
  const at::Tensor whole =
      project_condition(qformer_, run(qformer_, states.narrow(1, begin, second.queries)));
  EXPECT_LE(state_distance(parts[1], whole), kPiecesTolerance);
}

TEST_F(Prompts, TakeThePicturesThatAnImageReaderReads) {
  const auto part = [](const char* name) { return open_checkpoint(golden(name).string(), {}); };
  const ImageReader reader(load_vision_features(part("multimodal/t1/vision_tower"), -2, c10::kCPU),
                           load_projector(part("multimodal/t1/mm_projector"), c10::kCPU),
                           {56, {56, 112, 168}, 12});
  Image reference(48, 32, 3);
  for (std::size_t i = 0; i < reference.bytes.size(); ++i) {
    reference.bytes[i] = static_cast<std::uint8_t>(i * 37 % 251);
  }
  const PromptWriter write = writer();
  const auto condition = [&](const Image& image, Tiling tiling) {
    return conditions(model_, qformer_, {write.first_piece(reader.read(image, tiling), "a cat")})
        .front();
  };
  const at::Tensor single = condition(reference, Tiling::single);
  EXPECT_TRUE(at::isfinite(single).all().item<bool>());
  EXPECT_GT((condition(reference, Tiling::dynamic_s2) - single).abs().max().item<double>(), 1e-4);
  reference.bytes[0] ^= 0x80U;
  EXPECT_GT((condition(reference, Tiling::single) - single).abs().max().item<double>(), 0.0);
}

TEST_F(Prompts, RefuseWhatDoesNotFit) {
  expect_error(
      [&] {
        const PromptWriter other(model_, tokenizer_, {}, at::zeros({8, 63}));
      },
      {"learnable_queries", "[8, 63]", "64"});
  const PromptWriter write = writer();
  expect_error(
      [&] {
        static_cast<void>(write.next_piece(at::zeros({4, 32}), "x"));
      },
      {"image tokens", "[4, 32]"});
  expect_error([&] { static_cast<void>(write.next_piece(picture(1, 0.1), "\xff")); }, {"UTF-8"});
  const PromptPiece piece = write.next_piece(picture(1, 0.1), "x");
  expect_error(
      [&] {
        static_cast<void>(piece.at_queries(at::zeros({1, 3, 64})));
      },
      {"[1, 3, 64]", "tokens"});
  Qwen2 small = load_qwen2(open_checkpoint(golden("qwen2/gqa3").string(), {}), c10::kCPU);
  expect_error(
      [&] {
        const PromptWriter other(small, tokenizer_, {}, at::zeros({8, 24}));
      },
      {"tokenizer", "0 to 31"});
}

}  // namespace
}  // namespace asbench::models
