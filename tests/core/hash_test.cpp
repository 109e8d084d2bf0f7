// Published test vectors: FIPS 180-2 for SHA-256, git's own objects, xxHash's reference value of
// nothing.
#include "core/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kMillionA =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, GivesThePublishedSums) {
  EXPECT_EQ(sha256_hex(""), kNothing);
  EXPECT_EQ(sha256_hex("abc"), kAbc);
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')), kMillionA);
}

TEST(Sha256, DoesNotDependOnThePieces) {
  for (const std::size_t piece : {1U, 63U, 64U, 65U, 4096U}) {
    Sha256 sum;
    std::string_view rest;
    const std::string all(1'000'000, 'a');
    for (rest = all; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
      sum.update(rest.substr(0, piece));
    }
    EXPECT_EQ(sum.hex_digest(), kMillionA) << piece;
  }
}

TEST(Sha256, MovesWithItsState) {
  Sha256 first;
  first.update("ab");
  Sha256 second(std::move(first));
  EXPECT_EQ(second.update("c").hex_digest(), kAbc);
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const TemporaryFolder folder;
  const std::string bytes = std::string(3'000'000, 'x') + std::string("\0end", 4);
  write_file_atomically(folder / "x", bytes);
  EXPECT_EQ(sha256_file(folder / "x"), sha256_hex(bytes));
  write_file_atomically(folder / "empty", "");
  EXPECT_EQ(sha256_file(folder / "empty"), kNothing);
}

TEST(Sha256, NamesAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  for (const auto& path : {folder / "none", folder.path()}) {
    try {
      static_cast<void>(sha256_file(path));
      FAIL() << path;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
  }
}

TEST(GitBlob, HasTheNameThatGitGivesIt) {
  EXPECT_EQ(git_blob_sha1_hex(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(git_blob_sha1_hex("test content\n"), "d670460b4b4aece5915caf5c68d12f560a9fe3e4");
}

TEST(Xxh3, GivesTheReferenceValueAndTellsBytesApart) {
  EXPECT_EQ(xxh3_hex({}), "99aa06d3014798d86001c324468d497f");
  std::vector<std::byte> bytes(1000);
  const std::string before = xxh3_hex(bytes);
  EXPECT_EQ(before.size(), 32U);
  bytes[999] = std::byte{1};
  EXPECT_NE(xxh3_hex(bytes), before);
}

}  // namespace
}  // namespace asbench
