#include "core/npy.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

using testing::TemporaryFolder;

// NumPy's format 1.0 (numpy/lib/format.py): magic, version, little-endian header length, a Python
// dictionary padded with spaces so that the data begin at a multiple of 64.
TEST(Npy, WritesNumPysFormat) {
  const TemporaryFolder folder;
  const std::array<float, 6> values = {1.0F, -2.5F, 0.0F, 3e-38F, 1e30F, 6.0F};
  write_npy(folder / "x.npy", 2, 3, values);
  const std::string bytes = read_text_file(folder / "x.npy");
  ASSERT_EQ(bytes.size(), 128U + sizeof(values));
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\1\0\x76\0", 10));
  EXPECT_EQ(bytes.substr(10, 61), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  ");
  EXPECT_EQ(bytes[127], '\n');
  std::array<float, 6> back{};
  std::memcpy(back.data(), bytes.data() + 128, sizeof(back));
  EXPECT_EQ(back, values);
}

TEST(Npy, RefusesAShapeThatTheValuesDoNotFill) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_npy(folder / "x.npy", 2, 3, std::array<float, 5>{}), InternalError);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.npy"));
}

TEST(Npy, WritesAMatrixWithoutRows) {
  const TemporaryFolder folder;
  write_npy(folder / "x.npy", 0, 512, {});
  EXPECT_EQ(read_text_file(folder / "x.npy").size() % 64, 0U);
}

}  // namespace
}  // namespace asbench
