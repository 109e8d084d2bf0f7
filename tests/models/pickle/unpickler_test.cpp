#include "models/pickle/unpickler.h"

#include <ATen/ATen.h>
#include <caffe2/serialize/inline_container.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "tests/models/pickle/pickle_bytes.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using namespace asbench::testing;  // the pieces of a pickle

struct Record {
  std::string name;
  std::string data;
  bool compressed = false;
};

class Unpickler : public ::testing::Test {
 protected:
  void write_zip(const std::vector<Record>& records) {
    caffe2::serialize::PyTorchStreamWriter writer(path_.string());
    for (const Record& record : records) {
      writer.writeRecord(record.name, record.data.data(), record.data.size(), record.compressed);
    }
    writer.writeEndOfFile();
  }
  [[nodiscard]] std::map<std::string, at::Tensor> read(ReadMode mode = ReadMode::copied) const {
    return read_pickled_tensors(std::make_shared<const FileBytes>(FileBytes::open(path_, mode)));
  }
  void expect_refused(const std::vector<std::string_view>& parts) const {
    std::vector<std::string_view> all{"pytorch_model.bin"};
    all.insert(all.end(), parts.begin(), parts.end());
    expect_error([&] { (void)read(); }, all);
  }

  const std::string floats_ = [] {
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    return std::string(reinterpret_cast<const char*>(values.data()), 24);
  }();
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "pytorch_model.bin";
};

TEST_F(Unpickler, ReadsAZipFile) {
  write_zip({{"data.pkl", state_dict_pickle({})}, {"byteorder", "little"}, {"data/0", floats_}});
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    EXPECT_TRUE(read(mode).at("w").equal(at::arange(1, 7, at::kFloat).view({2, 3})));
  }
}

TEST_F(Unpickler, ReadsALegacyFile) {
  write_file_atomically(path_, legacy_file({}, floats_));
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    EXPECT_TRUE(read(mode).at("w").equal(at::arange(1, 7, at::kFloat).view({2, 3})));
  }
}

TEST_F(Unpickler, LooksIntoTheFileWithoutCopyingAndKeepsItAlive) {
  write_zip({{"data.pkl", state_dict_pickle({})}, {"data/0", floats_}});
  at::Tensor tensor;
  {
    const auto file = std::make_shared<const FileBytes>(FileBytes::open(path_, ReadMode::mapped));
    tensor = read_pickled_tensors(file).at("w");
    const auto* const data = static_cast<const std::byte*>(tensor.const_data_ptr());
    EXPECT_GE(data, file->bytes().data());
    EXPECT_LT(data, file->bytes().data() + file->bytes().size());
  }
  tensor.mul_(2);  // copy-on-write: the file stays as it is
  EXPECT_EQ(tensor.sum().item<float>(), 42.0F);
  EXPECT_EQ(read().at("w").sum().item<float>(), 21.0F);
}

TEST_F(Unpickler, RefusesForeignNamesInBothFormats) {
  const std::string evil = pickle(global("posix", "system") + text("true") + "\x85R");
  write_zip({{"data.pkl", evil}});
  expect_refused({"refused", "\"posix.system\""});
  write_file_atomically(path_, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19." + evil);
  expect_refused({"refused", "\"posix.system\""});
}

TEST_F(Unpickler, RefusesRecordsThatDoNotFit) {
  write_zip({{"data.pkl", state_dict_pickle({})}});
  expect_refused({"\"data/0\"", "is missing"});
  write_zip({{"data.pkl", state_dict_pickle({})}, {"data/0", floats_ + "more"}});
  expect_refused({"\"data/0\"", "holds 28 bytes, its tensors expect 24"});
  write_zip({{"data.pkl", state_dict_pickle({})}, {"data/0", std::string(24, 'x'), true}});
  expect_refused({"\"data/0\"", "compressed"});
  write_zip({{"data.pkl", state_dict_pickle({.key = "../../etc/passwd"})}, {"data/0", floats_}});
  expect_refused({"is missing"});
}

TEST_F(Unpickler, RefusesOtherZipFiles) {
  write_zip({{"model.json", "{}"}});
  expect_refused({"without data.pkl"});
  write_zip({{"data.pkl", state_dict_pickle({})}, {"byteorder", "big"}, {"data/0", floats_}});
  expect_refused({"byte order", "\"big\""});
}

TEST_F(Unpickler, RefusesAPickleThatUnpacksToTooMuch) {
  write_zip({{"data.pkl", std::string(std::size_t{65} << 20, 'N'), true}});
  ASSERT_LT(std::filesystem::file_size(path_), 1'000'000U);
  expect_refused({"\"data.pkl\"", "the limit is"});
}

TEST_F(Unpickler, RefusesOtherFiles) {
  for (const std::string& text :
       {std::string("<html>404</html>"), std::string(), std::string("PK")}) {
    write_file_atomically(path_, text);
    expect_refused({"neither a zip file nor a legacy file"});
  }
}

TEST_F(Unpickler, RefusesEveryTruncatedZipFile) {
  write_zip({{"data.pkl", state_dict_pickle({})}, {"data/0", floats_}});
  const std::string whole = read_text_file(path_);
  for (std::size_t size = 0; size < whole.size(); size += 13) {
    write_file_atomically(path_, whole.substr(0, size));
    EXPECT_THROW((void)read(), BadInput) << size;
  }
}

TEST_F(Unpickler, NeverDoesAnythingButReadOrRefuseADamagedZipFile) {
  write_zip({{"data.pkl", state_dict_pickle({})}, {"data/0", floats_}});
  const std::string whole = read_text_file(path_);
  int refused = 0;
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
    write_file_atomically(path_, damaged);
    try {
      (void)read();
    } catch (const BadInput&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 50) << "the central directory and the pickle fill more than that";
}

}  // namespace
}  // namespace asbench::models
