#include "core/npy.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

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

/// A .npy file byte by byte. @param length_bytes  2 in format 1, 4 later
std::string npy_bytes(const std::string& dictionary, const std::string& data, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes += static_cast<char>(dictionary.size() >> (8 * i) & 0xFF);
  return bytes + dictionary + data;
}

std::string dictionary_of(const std::string& type, const std::string& shape,
                          const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

template <typename T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
  return bytes;
}

std::vector<double> read_back(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "x.npy", bytes);
  return NpyMatrix(folder / "x.npy").values();
}

/// The message that refuses these bytes; empty when they are taken.
std::string refusal(const std::string& bytes) {
  try {
    (void)parse_npy_header(std::as_bytes(std::span(bytes)), "x.npy");
  } catch (const BadInput& error) {
    return error.what();
  }
  return {};
}

TEST(NpyMatrix, ReadsWhatWriteNpyWrites) {
  const TemporaryFolder folder;
  write_npy(folder / "x.npy", 2, 3, std::array<float, 6>{1.0F, -2.5F, 0.0F, 3e-38F, 1e30F, 6.0F});
  const NpyMatrix matrix(folder / "x.npy");
  EXPECT_EQ(matrix.rows(), 2);
  EXPECT_EQ(matrix.cols(), 3);
  EXPECT_EQ(matrix.values(), (std::vector<double>{1.0, -2.5, 0.0, static_cast<double>(3e-38F),
                                                  static_cast<double>(1e30F), 6.0}));
}

TEST(NpyMatrix, ReadsDoublesInFortranOrderAndEveryFormat) {
  const std::string data = raw<double>({1, 4, 2, 5, 3, 6.5});
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(read_back(npy_bytes(dictionary_of("<f8", "(2, 3)", "True"), data, version)),
              (std::vector<double>{1, 2, 3, 4, 5, 6.5}));
  }
}

TEST(NpyMatrix, ReadsHalfPrecisionExactly) {
  // 1, -2, the largest (65504), the smallest normal, the smallest subnormal, -0.
  const auto values =
      read_back(npy_bytes(dictionary_of("<f2", "(2, 3)"),
                          raw<std::uint16_t>({0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x8000})));
  EXPECT_EQ(values,
            (std::vector<double>{1, -2, 65504, std::ldexp(1.0, -14), std::ldexp(1.0, -24), 0}));
  EXPECT_TRUE(std::signbit(values[5]));
  const auto special =
      read_back(npy_bytes(dictionary_of("<f2", "(1, 2)"), raw<std::uint16_t>({0xFC00, 0x7E00})));
  EXPECT_EQ(special[0], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(special[1]));
}

TEST(NpyMatrix, ReadsBigEndianValues) {
  EXPECT_EQ(read_back(npy_bytes(dictionary_of(">f4", "(1, 2)"),
                                std::string("\x3F\x80\0\0\xC0\0\0\0", 8))),
            (std::vector<double>{1, -2}));
}

TEST(NpyMatrix, ReadsEntriesInAnyOrderAndAMatrixWithoutRows) {
  EXPECT_EQ(refusal(npy_bytes("{\"shape\": (1,1), 'fortran_order': True, 'descr': '<f4'}",
                              raw<float>({1}))),
            "");
  EXPECT_EQ(read_back(npy_bytes(dictionary_of("<f4", "(0, 7)"), "")), std::vector<double>{});
}

TEST(NpyMatrix, RefusesWhatIsNoMatrixOfFloats) {
  const std::string data = raw<double>({1, 2, 3, 4});
  EXPECT_NE(refusal(npy_bytes(dictionary_of("|O", "(2, 2)"), data)).find("never loaded"),
            std::string::npos);
  EXPECT_NE(refusal(npy_bytes(dictionary_of("<i8", "(2, 2)"), data)).find("type '<i8'"),
            std::string::npos);
  EXPECT_NE(refusal(npy_bytes(dictionary_of("<c8", "(2, 2)"), data)).find("type '<c8'"),
            std::string::npos);
  EXPECT_NE(
      refusal(npy_bytes("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (4,)}", data))
          .find("records"),
      std::string::npos);
  EXPECT_NE(refusal(npy_bytes(dictionary_of("<f8", "(4,)"), data)).find("1 axis"),
            std::string::npos);
  EXPECT_NE(refusal(npy_bytes(dictionary_of("<f8", "(2, 2, 1)"), data)).find("3 axes"),
            std::string::npos);
  EXPECT_NE(refusal(npy_bytes(dictionary_of("<f8", "()"), data)).find("0 axes"), std::string::npos);
}

TEST(NpyMatrix, RefusesHostileHeaders) {
  const std::string data = raw<double>({1, 2, 3, 4});
  const std::string good = npy_bytes(dictionary_of("<f8", "(2, 2)"), data);
  ASSERT_EQ(refusal(good), "");
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(refusal(good.substr(0, size)), "") << size << " bytes";
  EXPECT_NE(refusal(good + "x"), "");
  EXPECT_NE(refusal(npy_bytes(dictionary_of("<f8", "(2, 2)"), data, 4)), "");
  // 2^32 x 2^32 and 2^62 x 4 wrap around to what is there, when multiplied in 64 bits.
  for (const char* shape :
       {"(4294967296, 4294967296)", "(4611686018427387904, 4)", "(99999999999999999999999, 1)",
        "(-2, -2)", "(2, 1)", "(2147483647, 2147483647)"}) {
    EXPECT_NE(refusal(npy_bytes(dictionary_of("<f8", shape), data)), "") << shape;
  }
  for (const char* text :
       {"", "{", "{}", "{'descr'", "{'descr': '<f8'", "{'descr': '<f8', 'descr': '<f8'}",
        "{'x': '<f8'}", "[1]", "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2, 2)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)} + x"}) {
    EXPECT_NE(refusal(npy_bytes(text, data)), "") << text;
  }
  std::string huge = good;
  huge[6] = 2;
  huge.replace(8, 4, "\xFF\xFF\xFF\x7F");
  EXPECT_NE(refusal(huge).find("claims"), std::string::npos);
}

TEST(NpyMatrix, NamesTheFileThatCanNotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THROW(NpyMatrix(folder / "none.npy"), SystemFault);
  EXPECT_THROW(NpyMatrix(folder.path()), BadInput);
  write_file_atomically(folder / "empty.npy", "");
  try {
    NpyMatrix matrix(folder / "empty.npy");
    FAIL() << "an empty file was taken";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("empty.npy: it is empty"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace asbench
