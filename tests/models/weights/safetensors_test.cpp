#include "models/weights/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/hash.h"
#include "core/json.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Safetensors, ReadBackWhatWasWritten) {
  const TemporaryFolder folder;
  const std::string six(24, 'a');
  const std::string half("hh");
  const std::map<std::string, TensorView> tensors{{"matrix", {DType::f32, {2, 3}, bytes_of(six)}},
                                                  {"scalar", {DType::bf16, {}, bytes_of(half)}},
                                                  {"empty", {DType::i64, {0, 4}, {}}},
                                                  {"n\"am\\e ü", {DType::u8, {2}, bytes_of(half)}}};
  write_safetensors(folder / "x.safetensors", tensors, {{"format", "pt"}, {"k\n", "\"v\""}});
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    const SafetensorsFile file = SafetensorsFile::open(folder / "x.safetensors", mode);
    EXPECT_EQ(file.names().size(), tensors.size());
    EXPECT_EQ(file.metadata(),
              (std::map<std::string, std::string>{{"format", "pt"}, {"k\n", "\"v\""}}));
    for (const auto& [name, written] : tensors) {
      const auto read = file.find(name);
      ASSERT_TRUE(read) << name;
      EXPECT_EQ(read->dtype, written.dtype);
      EXPECT_EQ(read->shape, written.shape);
      ASSERT_EQ(read->bytes.size(), written.bytes.size());
      EXPECT_TRUE(std::equal(read->bytes.begin(), read->bytes.end(), written.bytes.begin()));
    }
    EXPECT_FALSE(file.find("absent"));
  }
}

TEST(Safetensors, AreWrittenByDescendingElementSizeThenNameAndAligned) {
  const TemporaryFolder folder;
  const std::string data(8, 'x');
  write_safetensors(folder / "x.safetensors", {{"a", {DType::i8, {3}, bytes_of(data).first(3)}},
                                               {"b", {DType::f16, {1}, bytes_of(data).first(2)}},
                                               {"c", {DType::f64, {1}, bytes_of(data)}},
                                               {"d", {DType::f32, {1}, bytes_of(data).first(4)}},
                                               {"e", {DType::i64, {1}, bytes_of(data)}}});
  const std::string text = read_text_file(folder / "x.safetensors");
  const SafetensorsHeader header = parse_safetensors_header(bytes_of(text), "x");
  EXPECT_EQ(header.data_offset % 8, 0U);
  EXPECT_EQ(header.entries.at("c").begin, 0U);
  EXPECT_EQ(header.entries.at("e").begin, 8U);
  EXPECT_EQ(header.entries.at("d").begin, 16U);
  EXPECT_EQ(header.entries.at("b").begin, 20U);
  EXPECT_EQ(header.entries.at("a").begin, 22U);
}

TEST(Safetensors, AreTheSameBytesForTheSameTensors) {
  const TemporaryFolder folder;
  const std::string data(8, 'x');
  const std::map<std::string, TensorView> tensors{{"a", {DType::f32, {2}, bytes_of(data)}}};
  write_safetensors(folder / "x", tensors, {{"k", "v"}});
  write_safetensors(folder / "y", tensors, {{"k", "v"}});
  EXPECT_EQ(read_text_file(folder / "x"), read_text_file(folder / "y"));
}

/// Everything of a file, written as another one. @returns the SHA-256 of that
std::string saved_again(const std::filesystem::path& from, const std::filesystem::path& to) {
  const SafetensorsFile file = SafetensorsFile::open(from);
  std::map<std::string, TensorView> tensors;
  for (const std::string& name : file.names()) tensors[name] = file.find(name).value();
  write_safetensors(to, tensors, file.metadata());
  return sha256_file(to);
}

// docs/design/animeshootergen.md 10: save, load, the same hash.
TEST(Safetensors, AreTheSameFileWhenTheyAreLoadedAndSavedAgain) {
  const TemporaryFolder folder;
  const std::string data(24, 'x');
  write_safetensors(folder / "own",
                    {{"a", {DType::i8, {3}, bytes_of(data).first(3)}},
                     {"b", {DType::f16, {2, 1}, bytes_of(data).first(4)}},
                     {"c", {DType::f32, {2, 3}, bytes_of(data)}},
                     {"d", {DType::bf16, {}, bytes_of(data).first(2)}},
                     {"e", {DType::i64, {0, 4}, {}}}},
                    {{"format", "pt"}});
  EXPECT_EQ(saved_again(folder / "own", folder / "again"), sha256_file(folder / "own"));
  // The order of another writer is lost once, and then it is ours.
  const auto foreign =
      testing::source_folder() /
      "tests/golden/cogvideox_transformer/base/diffusion_pytorch_model.safetensors";
  const std::string first = saved_again(foreign, folder / "first");
  EXPECT_EQ(saved_again(folder / "first", folder / "second"), first);
}

TEST(Safetensors, AreNotWrittenWhenAViewDoesNotFitItsShape) {
  const TemporaryFolder folder;
  const std::string data(8, 'x');
  const auto write = [&](const std::string& name, const TensorView& view) {
    return [&folder, name, view] { write_safetensors(folder / "x", {{name, view}}); };
  };
  expect_error(write("a", {DType::f32, {3}, bytes_of(data)}), {"\"a\"", "8 bytes", "F32 [3]"});
  expect_error(write("__metadata__", {DType::f32, {2}, bytes_of(data)}), {"reserved"});
  expect_error(write("a", {DType::f32, std::vector<std::int64_t>(9, 1), bytes_of(data).first(4)}),
               {"more than 8 axes"});
  expect_error(write(std::string(1025, 'n'), {DType::f32, {2}, bytes_of(data)}), {"1024"});
  expect_error(write("\xFF\xFE", {DType::f32, {2}, bytes_of(data)}), {"UTF-8"});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "a temporary file was left behind";
  EXPECT_THROW(write_safetensors(folder / "no" / "x", {}), SystemFault);
}

TEST(Safetensors, AcceptAHeaderInAnyOrderAndPaddedWithSpaces) {
  const std::string header =
      R"({"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"},"a":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}}   )";
  const std::string file =
      std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header + "aaaabbbb";
  const SafetensorsHeader parsed = parse_safetensors_header(bytes_of(file), "x");
  EXPECT_EQ(parsed.entries.at("a").end, 4U);
  EXPECT_EQ(parsed.entries.at("b").begin, 4U);
}

TEST(DType, NamesReadBack) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::i32,
                            DType::i16, DType::i8, DType::u8, DType::boolean}) {
    EXPECT_EQ(parse_dtype(dtype_name(dtype)), dtype);
  }
  EXPECT_FALSE(parse_dtype("F8_E4M3"));
}

TEST(DType, DenseBytesRefuseToOverflow) {
  constexpr std::int64_t kBig = std::int64_t{1} << 62;
  EXPECT_EQ(dense_bytes(DType::f32, {}), 4U);
  EXPECT_EQ(dense_bytes(DType::f16, {3, 5}), 30U);
  EXPECT_EQ(dense_bytes(DType::u8, {kBig}), static_cast<std::size_t>(kBig));
  EXPECT_FALSE(dense_bytes(DType::f32, {kBig}));
  EXPECT_FALSE(dense_bytes(DType::u8, {kBig, 2, 2}));
  EXPECT_FALSE(dense_bytes(DType::u8, {0, kBig, kBig})) << "strides of an empty tensor overflow";
  EXPECT_FALSE(dense_bytes(DType::u8, {-1}));
}

}  // namespace
}  // namespace asbench::models
