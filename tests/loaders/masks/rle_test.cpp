// Run lengths by hand, against a loop over the columns, and against pycocotools.
#include "loaders/masks/rle.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/hash.h"
#include "core/json.h"
#include "core/stats.h"
#include "tests/support/paths.h"

namespace asbench::loaders {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Mask mask_of(const std::vector<std::string>& rows) {
  Mask mask;
  mask.height = static_cast<int>(rows.size());
  mask.width = static_cast<int>(rows.front().size());
  for (const std::string& row : rows) {
    for (const char c : row) mask.values.push_back(c == '1' ? 1 : 0);
  }
  return mask;
}

/// The runs one pixel after the other, down the columns.
Mask naive_decode(const RunLengths& runs) {
  Mask mask{runs.height, runs.width, {}};
  mask.values.resize(static_cast<std::size_t>(runs.pixels()));
  std::size_t at = 0;
  for (std::size_t i = 0; i < runs.runs.size(); ++i) {
    for (std::uint32_t step = 0; step < runs.runs[i]; ++step, ++at) {
      const std::size_t y = at % static_cast<std::size_t>(runs.height);
      const std::size_t x = at / static_cast<std::size_t>(runs.height);
      mask.values[y * static_cast<std::size_t>(runs.width) + x] = i % 2 == 1 ? 1 : 0;
    }
  }
  return mask;
}

std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const BadRunLengths& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(RunLengths, OfTheDesignPagesExamples) {
  const RunLengths rows = parse_compressed_runs(3, 4, "433NN");
  EXPECT_THAT(rows.runs, ElementsAre(4, 3, 3, 1, 1));
  EXPECT_EQ(decode_runs(rows), mask_of({"0010", "0101", "0100"}));
  EXPECT_EQ(rows.area(), 4);
  const RunLengths square = parse_compressed_runs(6, 5, "7330005");
  EXPECT_THAT(square.runs, ElementsAre(7, 3, 3, 3, 3, 3, 8));
  EXPECT_EQ(decode_runs(square), mask_of({"00000", "01110", "01110", "01110", "00000", "00000"}));
}

TEST(RunLengths, PlainOnesAreTheSame) {
  const std::vector<std::int64_t> plain = {4, 3, 3, 1, 1};
  EXPECT_EQ(parse_plain_runs(3, 4, plain), parse_compressed_runs(3, 4, "433NN"));
  const Json text = {{"size", {3, 4}}, {"counts", "433NN"}};
  const Json list = {{"size", {3, 4}}, {"counts", plain}};
  EXPECT_EQ(parse_json_runs(text), parse_json_runs(list));
  EXPECT_EQ(runs_to_json(parse_json_runs(list)), text);
}

TEST(RunLengths, MayBeZeroInTheMiddle) {
  // Two runs of the subject with nothing between them, over the end of a column.
  const RunLengths runs = parse_plain_runs(2, 3, std::vector<std::int64_t>{1, 1, 0, 2, 0, 1, 1});
  EXPECT_EQ(decode_runs(runs), mask_of({"011", "110"}));
  EXPECT_EQ(decode_runs(runs), naive_decode(runs));
  EXPECT_THAT(encode_mask(decode_runs(runs)).runs, ElementsAre(1, 4, 1));
}

TEST(RunLengths, OfRandomMasksComeBackEqual) {
  SplitMix64 random(7);
  for (int trial = 0; trial < 300; ++trial) {
    Mask mask;
    mask.height = static_cast<int>(1 + random.below(40));
    mask.width = static_cast<int>(1 + random.below(70));
    const std::uint64_t density = random.below(9);
    bool value = false;
    for (int i = 0; i < mask.height * mask.width; ++i) {
      if (random.below(8) >= density) value = !value;
      mask.values.push_back(value ? 1 : 0);
    }
    const RunLengths runs = encode_mask(mask);
    EXPECT_EQ(decode_runs(runs), mask);
    EXPECT_EQ(naive_decode(runs), mask);
    EXPECT_EQ(runs.area(), mask.area());
    for (std::size_t i = 1; i < runs.runs.size(); ++i) EXPECT_GT(runs.runs[i], 0U);
    EXPECT_EQ(parse_compressed_runs(mask.height, mask.width, compressed_runs(runs)), runs);
  }
}

TEST(RunLengths, OfAVeryLargeMaskAreExact) {
  RunLengths runs{8192, 8192, {1, 67'108'862, 1}};
  EXPECT_EQ(parse_compressed_runs(8192, 8192, compressed_runs(runs)), runs);
  const Mask mask = decode_runs(runs);
  EXPECT_EQ(mask.area(), 67'108'862);
  EXPECT_EQ(mask.values.front(), 0);
  EXPECT_EQ(mask.values.back(), 0);
  EXPECT_EQ(encode_mask(mask), runs);
}

TEST(RunLengths, ThatAreNoneAreRefused) {
  const auto compressed = [](int height, int width, std::string_view counts) {
    return refusal_of([&] { static_cast<void>(parse_compressed_runs(height, width, counts)); });
  };
  EXPECT_THAT(compressed(3, 4, "433N"), HasSubstr("the runs have 11 pixels; 4x3 are 12"));
  EXPECT_THAT(compressed(3, 4, ""), HasSubstr("the runs have 0 pixels"));
  EXPECT_THAT(compressed(3, 3, "433NN"), HasSubstr("more than the 9 pixels"));
  EXPECT_THAT(compressed(3, 4, "4p3NN"), HasSubstr("character 2 has the code 112"));
  EXPECT_THAT(compressed(3, 4, "43/NN"), HasSubstr("character 3 has the code 47"));
  EXPECT_THAT(compressed(3, 4, "433NN\xff"), HasSubstr("character 6 has the code 255"));
  EXPECT_THAT(compressed(3, 4, "43o"), HasSubstr("the text ends inside a number"));
  EXPECT_THAT(compressed(3, 4, "4oooooooooooooooooooo0"), HasSubstr("too large for any mask"));
  EXPECT_THAT(compressed(3, 4, "4O"), HasSubstr("run 2 is -1"));
  EXPECT_THAT(compressed(3, 4, "433J"), HasSubstr("run 4 is -3"));
  EXPECT_THAT(compressed(0, 4, "0"), HasSubstr("impossible mask size 4x0"));
  EXPECT_THAT(compressed(4, -1, "0"), HasSubstr("impossible mask size"));
  EXPECT_THAT(compressed(16385, 1, "0"), HasSubstr("impossible mask size"));
  EXPECT_THAT(compressed(16384, 16384, "0"), HasSubstr("at most 67108864 pixels"));
  EXPECT_THAT(refusal_of([] {
                static_cast<void>(parse_plain_runs(2, 2, std::vector<std::int64_t>{-1, 5}));
              }),
              HasSubstr("run 1 is -1"));
  EXPECT_THAT(refusal_of([] {
                static_cast<void>(parse_plain_runs(
                    2, 2, std::vector<std::int64_t>{std::int64_t{1} << 62, std::int64_t{1} << 62}));
              }),
              HasSubstr("more than the 4 pixels"));
}

TEST(RunLengths, OfOtherJsonAreRefused) {
  const auto json = [](const char* text) {
    return refusal_of([&] { static_cast<void>(parse_json_runs(parse_json(text, "test"))); });
  };
  EXPECT_THAT(json("[]"), HasSubstr("expected {\"size\""));
  EXPECT_THAT(json(R"({"size": [3, 4]})"), HasSubstr("expected {\"size\""));
  EXPECT_THAT(json(R"({"size": [3], "counts": "433NN"})"), HasSubstr("not [height, width]"));
  EXPECT_THAT(json(R"({"size": [3.5, 4], "counts": "433NN"})"), HasSubstr("impossible mask size"));
  EXPECT_THAT(json(R"({"size": [3, 1e300], "counts": []})"), HasSubstr("impossible mask size"));
  EXPECT_THAT(json(R"({"size": [18446744073709551615, 4], "counts": []})"),
              HasSubstr("impossible mask size"));
  EXPECT_THAT(json(R"({"size": [3, 4], "counts": 12})"), HasSubstr("neither a text nor a list"));
  EXPECT_THAT(json(R"({"size": [3, 4], "counts": [4, "8"]})"), HasSubstr("not a whole number"));
  EXPECT_THAT(json(R"({"size": [3, 4], "counts": [4, 18446744073709551615]})"),
              HasSubstr("run 2 is -1"));
  EXPECT_THAT(json(R"({"size": [3, 4], "counts": "placeholder in case"})"),
              HasSubstr("in the place of a mask"));
}

TEST(RunLengths, KnowAPlaceholder) {
  EXPECT_TRUE(is_mask_placeholder("placeholder in case the file is too large"));
  EXPECT_TRUE(is_mask_placeholder("placeholder"));  // p, l and r lie beyond the code 111
  EXPECT_FALSE(is_mask_placeholder("433NN"));
  EXPECT_FALSE(is_mask_placeholder(""));
  EXPECT_FALSE(is_mask_placeholder("43/"));  // below 48, but no text: broken
}

TEST(RunLengths, OfValuesThatAreNoMaskAreABug) {
  EXPECT_THROW(static_cast<void>(encode_mask(Mask{1, 2, {0, 2}})), InternalError);
  EXPECT_THROW(static_cast<void>(encode_mask(Mask{2, 2, {0, 1}})), InternalError);
  EXPECT_THROW(static_cast<void>(decode_runs(RunLengths{2, 2, {3}})), InternalError);
  EXPECT_THROW(static_cast<void>(decode_runs(RunLengths{2, 2, {3, 2}})), InternalError);
}

// ---- golden

/// The mask as tests/golden/rle/generate.py draws it.
Mask drawn(int height, int width, const std::string& kind) {
  Mask mask{height, width, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t h = height;
      const std::int64_t w = width;
      const std::int64_t ellipse =
          (2 * x - w) * (2 * x - w) * h * h + (2 * y - h) * (2 * y - h) * w * w;
      bool on = false;
      if (kind == "rows") {
        on = std::string("001001010100")[static_cast<std::size_t>(y * w + x)] == '1';
      } else if (kind == "square") {
        on = y >= 1 && y < 4 && x >= 1 && x < 4;
      } else if (kind == "full") {
        on = true;
      } else if (kind == "stripes") {
        on = (x + y) % 7 < 3;
      } else if (kind == "checkerboard") {
        on = (x + y) % 2 == 1;
      } else if (kind == "corner") {
        on = y < 2 && x < 3;
      } else if (kind == "columns") {
        on = x % 3 == 1;
      } else if (kind == "ellipse") {
        on = 4 * ellipse < 2 * w * w * h * h;
      } else if (kind == "figures") {
        on = (x - 40) * (x - 40) + (y - 45) * (y - 45) < 900 || (x > 100 && x < 140 && y > 20);
      } else if (kind == "noise") {
        on = (x * 7919 + y * 104729 + x * y * 31) % 13 < 5;
      }
      mask.values.push_back(on ? 1 : 0);
    }
  }
  return mask;
}

TEST(RunLengths, AreThoseOfPycocotools) {
  const auto folder = testing::source_folder() / "tests/golden/rle";
  const Json golden = read_json_file(folder / "golden.json");
  EXPECT_EQ(golden.at("script_sha256").get<std::string>(), sha256_file(folder / "generate.py"));
  ASSERT_EQ(golden.at("masks").size(), 16U);
  for (const Json& expected : golden.at("masks")) {
    const auto name = expected.at("name").get<std::string>();
    const RunLengths runs = parse_json_runs(expected);
    EXPECT_EQ(runs.area(), expected.at("area").get<std::int64_t>()) << name;
    if (!expected.at("runs").is_null()) {
      EXPECT_EQ(Json(runs.runs), expected.at("runs")) << name;
    }
    const Mask mask = decode_runs(runs);
    EXPECT_EQ(sha256_hex(std::string_view(reinterpret_cast<const char*>(mask.values.data()),
                                          mask.values.size())),
              expected.at("pixels_sha256").get<std::string>())
        << name;
    const Mask own = drawn(runs.height, runs.width, expected.at("kind").get<std::string>());
    EXPECT_EQ(mask, own) << name;
    EXPECT_EQ(compressed_runs(encode_mask(own)), expected.at("counts").get<std::string>()) << name;
  }
}

}  // namespace
}  // namespace asbench::loaders
