#include "models/preprocess/preprocess.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "core/error.h"
#include "tests/models/preprocess/pictures.h"

namespace {
std::atomic<std::int64_t> allocations{0};  ///< of this program, counted by the operators below
}

// Not inlined: where g++ sees one half of a pair only (as under sanitizers), it warns of a
// mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace asbench::models {
namespace {

using asbench::testing::picture;

/// No resize, no normalisation: the result shows which pixel went where.
Profile crop_only(int height, int width, CropOffset rule) {
  Profile profile;
  profile.crop = Extent{height, width};
  profile.crop_offset = rule;
  profile.scale = LevelScale::none;
  profile.normalize = false;
  return checked_profile(profile, "test");
}

/// The leftmost column that survives a crop of `n` out of `length`.
float first_column(int length, int n, CropOffset rule) {
  Image image(1, length, 3);
  for (int x = 0; x < length; ++x)
    image.bytes[static_cast<std::size_t>(3 * x)] = static_cast<std::uint8_t>(x);
  std::vector<float> out(static_cast<std::size_t>(3 * n));
  preprocess(image, crop_only(1, n, rule), out);
  return out[0];
}

TEST(Preprocess, CropBeginsAtTheFloorOrAtTheEvenHalf) {
  EXPECT_EQ(first_column(112, 56, CropOffset::floor), 28);
  for (const int n : {10, 11}) {
    EXPECT_EQ(first_column(n + 1, n, CropOffset::floor), 0);
    EXPECT_EQ(first_column(n + 3, n, CropOffset::floor), 1);
    EXPECT_EQ(first_column(n + 5, n, CropOffset::floor), 2);
    EXPECT_EQ(first_column(n + 1, n, CropOffset::round_half_even), 0);  // 0.5
    EXPECT_EQ(first_column(n + 3, n, CropOffset::round_half_even), 2);  // 1.5
    EXPECT_EQ(first_column(n + 5, n, CropOffset::round_half_even), 2);  // 2.5
    EXPECT_EQ(first_column(n + 7, n, CropOffset::round_half_even), 4);  // 3.5
  }
}

TEST(Preprocess, APictureSmallerThanTheCropLiesAmongZeros) {
  Image image(1, 2, 3);
  image.bytes = {10, 20, 30, 40, 50, 60};
  std::vector<float> out(3 * 2 * 5);
  preprocess(image, crop_only(2, 5, CropOffset::floor), out);
  // 1 of 2 rows: ceil(1 / 2) zero rows above; 2 of 5 columns: ceil(3 / 2) zero columns before.
  const std::vector<float> expected{0, 0, 0, 0, 0, 0, 0, 10, 40, 0,  //
                                    0, 0, 0, 0, 0, 0, 0, 20, 50, 0,  //
                                    0, 0, 0, 0, 0, 0, 0, 30, 60, 0};
  EXPECT_EQ(out, expected);
}

TEST(Preprocess, ScalesInDoubleAndNormalisesInSinglePrecision) {
  Profile profile = crop_only(1, 256, CropOffset::floor);
  profile.normalize = true;
  profile.mean = {.48145466, .4578275, .40821073};
  profile.std = {.26862954, .26130258, .27577711};
  Image image(1, 256, 3);
  for (std::size_t i = 0; i < image.bytes.size(); ++i)
    image.bytes[i] = static_cast<std::uint8_t>(i / 3);
  std::vector<float> out(3 * 256);
  profile.scale = LevelScale::factor;
  preprocess(image, profile, out);
  for (int level = 0; level < 256; ++level) {
    const auto scaled = static_cast<float>(level * (1.0 / 255.0));
    EXPECT_EQ(out[static_cast<std::size_t>(level)], (scaled - .48145466F) / .26862954F);
    EXPECT_EQ(out[static_cast<std::size_t>(512 + level)], (scaled - .40821073F) / .27577711F);
  }
  profile.scale = LevelScale::divide_by_255;
  preprocess(image, profile, out);
  for (int level = 0; level < 256; ++level) {
    const float scaled = static_cast<float>(level) / 255.0F;
    EXPECT_EQ(out[static_cast<std::size_t>(256 + level)], (scaled - .4578275F) / .26130258F);
  }
}

TEST(Preprocess, OnePreprocessorServesPicturesOfAllSizesInAnyOrder) {
  Preprocessor shared(named_profile("openai-clip"));
  std::vector<float> out(3 * 224 * 224), expected(out.size());
  for (const auto& [height, width] :
       {std::pair{480, 720}, {30, 20}, {480, 720}, {224, 224}, {601, 333}, {30, 20}}) {
    const Image image = picture("noise", height, width, 3, height);
    shared.run(image, out);
    preprocess(image, shared.profile(), expected);
    EXPECT_EQ(out, expected) << height << 'x' << width;
  }
}

TEST(Preprocess, AllocatesNothingForSizesItHasSeen) {
  const Image frame = picture("noise", 480, 720, 3, 1), reference = picture("noise", 61, 47, 3, 2);
  for (const Profile& profile :
       {named_profile("dino-eval"), crop_only(90, 90, CropOffset::floor)}) {
    Preprocessor preprocessor(profile);
    const Extent size = profile.output({480, 720});
    std::vector<float> out(static_cast<std::size_t>(3 * size.height * size.width));
    const std::int64_t before_first = allocations;
    for (const Image* image : {&frame, &reference}) preprocessor.run(*image, out);
    const std::int64_t before = allocations;
    EXPECT_GT(before, before_first);  // the counter counts
    for (const Image* image : {&frame, &reference, &frame}) preprocessor.run(*image, out);
    EXPECT_EQ(allocations, before);
  }
}

TEST(Preprocess, RefusesOtherChannelCountsEmptyPicturesAndWrongBuffers) {
  const Profile profile = named_profile("openai-clip");
  std::vector<float> out(3 * 224 * 224);
  EXPECT_THROW(preprocess(Image(9, 9, 4), profile, out), BadInput);
  EXPECT_THROW(preprocess(Image(9, 9, 1), profile, out), BadInput);
  EXPECT_THROW(preprocess(Image(), profile, out), BadInput);
  Image cut(9, 9, 3);
  cut.bytes.pop_back();
  EXPECT_THROW(preprocess(cut, profile, out), BadInput);
  out.pop_back();
  EXPECT_THROW(preprocess(Image(9, 9, 3), profile, out), BadInput);
}

TEST(Preprocess, RefusesASliverThatWouldBecomeEndless) {
  std::vector<float> out(3 * 224 * 224);
  EXPECT_THROW(preprocess(Image(1, 9000, 3), named_profile("openai-clip"), out), BadInput);
}

}  // namespace
}  // namespace asbench::models
