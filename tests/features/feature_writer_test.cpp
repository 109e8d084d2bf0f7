#include "features/feature_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "core/error.h"
#include "core/hash.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

class FeatureWriterTest : public ::testing::Test {
 protected:
  static std::shared_ptr<EncodeJob> job(const std::string& name, int rows) {
    auto made = std::make_shared<EncodeJob>();
    made->key = sha256_hex(name);
    made->features.rows = made->rows_missing = rows;
    return made;
  }
  static FeatureMatrix matrix(int rows, float first) {
    FeatureMatrix made(rows, 2);
    for (auto& value : made.values) value = first++;
    return made;
  }

  testing::TemporaryFolder folder_;
  FeatureStore store_{folder_.path()};
};

TEST_F(FeatureWriterTest, StoresAMatrixWithItsLastRow) {
  const auto first = job("first", 3);
  const auto second = job("second", 1);
  FeatureWriter writer(store_);
  writer.push({{{first, 2}, {first, 0}}, [] { return matrix(2, 10.0F); }});
  writer.push({{{second, 0}}, [] { return matrix(1, 20.0F); }});
  writer.push({{{first, 1}}, [] { return matrix(1, 30.0F); }});
  writer.finish();
  const auto stored = store_.get(first->key);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->values, (std::vector<float>{12, 13, 30, 31, 10, 11}));
  EXPECT_TRUE(store_.get(second->key));
}

TEST_F(FeatureWriterTest, StoresNoMatrixThatLacksARow) {
  const auto half = job("half", 2);
  {
    FeatureWriter writer(store_);
    writer.push({{{half, 0}}, [] { return matrix(1, 1.0F); }});
  }
  EXPECT_FALSE(store_.get(half->key));
}

TEST_F(FeatureWriterTest, StoresInItsDestructorWhatItWasGiven) {
  const auto whole = job("whole", 1);
  {
    FeatureWriter writer(store_);
    writer.push({{{whole, 0}}, [] { return matrix(1, 1.0F); }});
  }
  EXPECT_TRUE(store_.get(whole->key));
}

TEST_F(FeatureWriterTest, DoesNotKeepThePusherWaitingForItsWork) {
  std::promise<void> allowed;
  FeatureWriter writer(store_);
  auto waiting = allowed.get_future().share();
  writer.push({{{job("slow", 1), 0}}, [waiting] {
                 waiting.wait();
                 return matrix(1, 1.0F);
               }});
  writer.push({{{job("next", 1), 0}}, [] { return matrix(1, 2.0F); }});
  allowed.set_value();  // would never be reached if push() waited
  writer.finish();
  EXPECT_TRUE(store_.get(sha256_hex("next")));
}

TEST_F(FeatureWriterTest, TellsWhatFailedAndDropsTheRest) {
  FeatureWriter writer(store_);
  writer.push({{{job("lost", 1), 0}}, []() -> FeatureMatrix { throw BadInput("the device"); }});
  // More than the queue holds: none of them may wait for ever.
  bool told = false;
  for (int i = 0; i < 50 && !told; ++i) {
    try {
      writer.push({{{job("after" + std::to_string(i), 1), 0}}, [] { return matrix(1, 1.0F); }});
    } catch (const BadInput& error) {
      EXPECT_STREQ(error.what(), "the device");
      told = true;
    }
  }
  EXPECT_THROW(writer.finish(), BadInput);
}

TEST_F(FeatureWriterTest, TellsThatTheStoreCanNotBeWritten) {
  const auto entry = job("entry", 1);
  const auto folder = store_.root() / "objects" / entry->key.substr(0, 2);
  std::ofstream(folder) << "a file where the store wants a folder";
  FeatureWriter writer(store_);
  writer.push({{{entry, 0}}, [] { return matrix(1, 1.0F); }});
  EXPECT_THROW(writer.finish(), SystemFault);
}

}  // namespace
}  // namespace asbench::features
