// Equality, to the last bit, with Pillow and with the Pillow-based processors:
// tests/golden/preprocess.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "core/hash.h"
#include "core/json.h"
#include "models/preprocess/composite.h"
#include "models/preprocess/preprocess.h"
#include "tests/models/preprocess/pictures.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using asbench::testing::picture;

const std::filesystem::path kFolder = testing::source_folder() / "tests/golden/preprocess";

const Json& golden() {
  static const Json document = read_json_file(kFolder / "golden.json");
  return document;
}

std::string sha256_of(std::span<const std::uint8_t> bytes) {
  return Sha256().update(std::as_bytes(bytes)).hex_digest();
}

std::string sha256_of(std::span<const float> values) {
  return Sha256().update(std::as_bytes(values)).hex_digest();
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

Image picture_of(const Json& entry, int channels) {
  return picture(entry["kind"].get<std::string>(), entry["height"], entry["width"], channels,
                 entry["seed"]);
}

Profile profile_of(const Json& settings) {
  return settings.is_string() ? named_profile(settings.get<std::string>())
                              : profile_from_preprocessor_config(settings);
}

struct Result {
  std::vector<std::uint8_t> bytes;  ///< [H, W, 3] after resize and crop
  std::vector<float> values;        ///< [3, H, W]
};

Result run(const Json& entry, Instructions instructions) {
  const Image image = picture_of(entry, 3);
  Preprocessor preprocessor(profile_of(entry["settings"]), instructions);
  const auto bytes = preprocessor.geometry(image);
  Result result{{bytes.begin(), bytes.end()}, std::vector<float>(bytes.size())};
  preprocessor.run(image, result.values);
  return result;
}

const Json& case_named(const std::string& name) {
  const Json& all = golden()["profiles"];
  return *std::find_if(all.begin(), all.end(), [&](const Json& c) { return c["name"] == name; });
}

TEST(PreprocessGolden, WasMadeByTheCommittedScript) {
  EXPECT_EQ(golden()["generator_sha256"], sha256_file(kFolder / "generate.py"));
  EXPECT_EQ(golden()["versions"]["pillow"], "11.3.0");
}

TEST(PreprocessGolden, EveryCaseHasTheBytesAndTheValuesOfThePublishedProcessors) {
  static_assert(std::endian::native == std::endian::little);
  std::vector<Instructions> sets{Instructions::portable};
  if (has_avx2()) sets.push_back(Instructions::avx2);
  ASSERT_GE(golden()["profiles"].size(), 27U);
  for (const Json& entry : golden()["profiles"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    for (const Instructions set : sets) {
      const Result ours = run(entry, set);
      const Profile profile = profile_of(entry["settings"]);
      const Extent size = profile.output({entry["height"], entry["width"]});
      EXPECT_EQ(size, (Extent{entry["output"][0], entry["output"][1]}));
      const Json& some = entry["some_values"];
      for (std::size_t i = 0; i < some.size(); ++i) {
        const double at = static_cast<double>(i) * static_cast<double>(ours.values.size() - 1) /
                          static_cast<double>(some.size() - 1);
        EXPECT_EQ(ours.values.at(static_cast<std::size_t>(at)), some[i].get<float>()) << i;
      }
      if (entry.contains("bytes_hex")) {
        EXPECT_EQ(ours.bytes, from_hex(entry["bytes_hex"].get<std::string>()));
      }
      EXPECT_EQ(sha256_of(ours.bytes), entry["bytes_sha256"]);
      EXPECT_EQ(sha256_of(ours.values), entry["values_sha256"]);
    }
  }
}

TEST(PreprocessGolden, ResizingAloneHasPillowsBytesInOneThreeAndFourChannels) {
  ASSERT_GE(golden()["resizes"].size(), 42U);
  for (const Json& entry : golden()["resizes"]) {
    const Image image = picture_of(entry, entry["channels"]);
    for (const Filter filter : {Filter::bilinear, Filter::bicubic, Filter::lanczos}) {
      const Image resized = resize_pillow(image, entry["new_width"], entry["new_height"], filter);
      EXPECT_EQ(sha256_of(resized.bytes), entry[std::string(to_string(filter)) + "_sha256"])
          << entry.dump();
    }
  }
}

TEST(PreprocessGolden, CompositesHavePillowsBytesForEveryColourAndAlpha) {
  Image image(256, 256, 4);
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 256; ++x) {
      std::uint8_t* at = image.row(y) + x * 4;
      at[0] = static_cast<std::uint8_t>(x);
      at[1] = static_cast<std::uint8_t>(255 - x);
      at[2] = static_cast<std::uint8_t>((7 * x + y) % 256);
      at[3] = static_cast<std::uint8_t>(y);
    }
  }
  ASSERT_EQ(golden()["composites"].size(), 4U);
  for (const Json& entry : golden()["composites"]) {
    const Background background = parse_background(entry["background"].get<std::string>());
    const auto mean = entry["mean"].get<std::array<double, 3>>();
    EXPECT_EQ(sha256_of(composite(image, background, mean).bytes), entry["sha256"])
        << entry["background"];
  }
}

// The comparison above must be able to fail: the tensor-based processors are close, and not equal.
TEST(PreprocessGolden, TheFastProcessorsResultIsRejected) {
  const Json& fast = golden()["fast_processor"];
  const Json& entry = case_named(fast["case"].get<std::string>());
  const Result ours = run(entry, Instructions::best);
  const auto bytes = from_hex(fast["bytes_hex"].get<std::string>());
  const auto value_bytes = from_hex(fast["values_hex"].get<std::string>());
  ASSERT_EQ(bytes.size(), ours.bytes.size());
  ASSERT_EQ(value_bytes.size(), ours.values.size() * sizeof(float));
  std::vector<float> values(ours.values.size());
  std::memcpy(values.data(), value_bytes.data(), value_bytes.size());

  EXPECT_NE(bytes, ours.bytes);
  EXPECT_NE(sha256_of(bytes), entry["bytes_sha256"]);
  EXPECT_NE(sha256_of(values), entry["values_sha256"]);
  int most_levels = 0;
  float most = 0.0F;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    most_levels = std::max(most_levels, std::abs(bytes[i] - ours.bytes[i]));
    most = std::max(most, std::abs(values[i] - ours.values[i]));
  }
  EXPECT_GE(most_levels, 1);
  EXPECT_LE(most_levels, 4);  // the same picture: neither flipped nor shifted
  EXPECT_GT(most, 1e-3F);     // one level is 1/255/.229 = .017; rounding alone would be 1e-7
}

}  // namespace
}  // namespace asbench::models
