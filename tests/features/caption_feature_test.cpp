#include "features/caption_feature.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/hash.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

FeatureMatrix row(std::vector<float> values) {
  FeatureMatrix matrix(1, static_cast<int>(values.size()));
  matrix.values = std::move(values);
  return matrix;
}

class StoredCaption : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
  FeatureStore store_{folder_.path()};
  std::string key_ = sha256_hex("a caption");
};

TEST_F(StoredCaption, ComesBackWithItsMark) {
  for (const bool truncated : {false, true}) {
    const CaptionFeature caption{row({1.0F, 0.0F}), truncated};
    put_caption(store_, key_, caption);
    EXPECT_EQ(get_caption(store_, key_), caption);
  }
}

TEST_F(StoredCaption, OfEarlierVersionsIsRead) {
  store_.put(key_, row({0.5F, -2.0F, 1.0F}));
  EXPECT_EQ(get_caption(store_, key_), (CaptionFeature{row({0.5F, -2.0F}), true}));
  store_.put(key_, row({0.5F, -2.0F, 0.0F}));
  EXPECT_EQ(get_caption(store_, key_), (CaptionFeature{row({0.5F, -2.0F}), false}));
}

TEST_F(StoredCaption, ThatIsAbsentIsNothingAndAnotherMatrixIsRefused) {
  EXPECT_EQ(get_caption(store_, key_), std::nullopt);
  store_.put(key_, FeatureMatrix(2, 3));
  EXPECT_THROW(static_cast<void>(get_caption(store_, key_)), BadInput);
  store_.put(key_, FeatureMatrix(1, 1));
  EXPECT_THROW(static_cast<void>(get_caption(store_, key_)), BadInput);
}

}  // namespace
}  // namespace asbench::features
