#include "models/pickle/pickled_state_dict.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "tests/models/pickle/pickle_bytes.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using namespace asbench::testing;  // the pieces of a pickle

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

void expect_refused(const TensorPickle& tensor, const std::vector<std::string_view>& parts) {
  std::vector<std::string_view> all{"x.bin", "\"w\""};
  all.insert(all.end(), parts.begin(), parts.end());
  const std::string bytes = state_dict_pickle(tensor);
  expect_error([&] { (void)read_state_dict_pickle(as_bytes(bytes), "x.bin"); }, all);
}

void expect_pickle_refused(const std::string& bytes, const std::vector<std::string_view>& parts) {
  expect_error([&] { (void)read_state_dict_pickle(as_bytes(bytes), "x.bin"); }, parts);
}

void expect_file_refused(const std::string& bytes, const std::vector<std::string_view>& parts) {
  expect_error([&] { (void)read_legacy_state_dict(as_bytes(bytes), "x.bin"); }, parts);
}

TEST(PickledStateDict, DescribesItsTensors) {
  const PickledStateDict dict = read_state_dict_pickle(
      as_bytes(state_dict_pickle({.offset = 1, .shape = {2}, .strides = {4}})), "x.bin");
  const PickledTensor& tensor = dict.tensors.at("w");
  EXPECT_EQ(tensor.offset, 1);
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(tensor.strides, (std::vector<std::int64_t>{4}));
  EXPECT_EQ(dict.storages.at(tensor.storage).dtype, DType::f32);
  EXPECT_EQ(dict.storages.at(tensor.storage).numel, 6);
}

TEST(PickledStateDict, KnowsEveryTypeOfStorage) {
  for (const auto& [name, dtype] :
       std::vector<std::pair<std::string, DType>>{{"DoubleStorage", DType::f64},
                                                  {"FloatStorage", DType::f32},
                                                  {"HalfStorage", DType::f16},
                                                  {"BFloat16Storage", DType::bf16},
                                                  {"LongStorage", DType::i64},
                                                  {"IntStorage", DType::i32},
                                                  {"ShortStorage", DType::i16},
                                                  {"CharStorage", DType::i8},
                                                  {"ByteStorage", DType::u8},
                                                  {"BoolStorage", DType::boolean}}) {
    const std::string bytes = state_dict_pickle({.storage_type = name});
    EXPECT_EQ(read_state_dict_pickle(as_bytes(bytes), "x").storages.at(0).dtype, dtype) << name;
  }
  expect_pickle_refused(state_dict_pickle({.storage_type = "ComplexFloatStorage"}),
                        {"\"torch.ComplexFloatStorage\""});
}

TEST(PickledStateDict, RefusesWindowsThatLeaveTheirStorage) {
  expect_refused({.numel = 5}, {"reaches element 5 of a storage of 5"});
  expect_refused({.offset = 1}, {"reaches element 6"});
  expect_refused({.shape = {3, 3}}, {"reaches element 8"});
  expect_refused({.strides = {4, 1}}, {"reaches element 6"});
  expect_refused({.numel = 0, .shape = {}, .strides = {}}, {"reaches element 0"});
  expect_refused({.offset = 7, .shape = {0}, .strides = {1}}, {"storage of 6"});
  EXPECT_NO_THROW((void)read_state_dict_pickle(
      as_bytes(state_dict_pickle({.offset = 6, .shape = {0}, .strides = {1}})), "x"));
}

TEST(PickledStateDict, RefusesNegativeAndOverflowingSizes) {
  expect_refused({.offset = -1}, {"negative"});
  expect_refused({.shape = {-2, 3}}, {"negative"});
  expect_refused({.strides = {3, -1}}, {"negative"});
  expect_refused({.numel = -1}, {"negative"});
  expect_refused({.numel = kHuge}, {"overflows"});
  expect_refused({.shape = {kHuge, 3}, .strides = {0, 0}}, {"overflows"});
  expect_refused({.shape = {0, kHuge, 8}, .strides = {0, 0, 0}}, {"overflows"});
  expect_refused({.strides = {kHuge, kHuge}}, {"strides overflow"});
  expect_refused({.offset = kHuge, .shape = {3}, .strides = {kHuge / 64}}, {"strides overflow"});
  expect_refused({.shape = {1, 1}, .strides = {kHuge, kHuge}}, {"strides overflow"});
  expect_refused(
      {.shape = std::vector<std::int64_t>(9, 1), .strides = std::vector<std::int64_t>(9, 1)},
      {"more than 8 axes"});
  expect_refused({.shape = {6}}, {"differ in length"});
}

TEST(PickledStateDict, RefusesAStorageDescribedInTwoWays) {
  const auto two = [](const TensorPickle& a, const TensorPickle& b) {
    return pickle("}" + text("a") + a.bytes() + "s" + text("b") + b.bytes() + "s");
  };
  expect_pickle_refused(two({}, {.storage_type = "IntStorage"}),
                        {"\"b\"", "two ways", "F32 x 6", "I32 x 6"});
  expect_pickle_refused(two({}, {.numel = 7}), {"\"b\"", "two ways", "F32 x 7"});
  const std::string tied = two({}, {.shape = {6}, .strides = {1}});
  EXPECT_EQ(read_state_dict_pickle(as_bytes(tied), "x").storages.size(), 1U);
}

TEST(PickledStateDict, RefusesEverythingButAFlatDictionaryOfTensors) {
  expect_pickle_refused(pickle("N"), {"a dictionary from names to tensors"});
  expect_pickle_refused(pickle(TensorPickle{}.bytes()), {"a dictionary from names to tensors"});
  expect_pickle_refused(pickle("}" + text("epoch") + "K\x03s"), {"\"epoch\"", "is not a tensor"});
  expect_pickle_refused(pickle("}" + text("model") + "}s"), {"\"model\"", "training checkpoint"});
  expect_pickle_refused(pickle("}K\x01" + TensorPickle{}.bytes() + "s"), {"its key is not a name"});
  expect_pickle_refused(pickle("}" + text(std::string(1025, 'n')) + TensorPickle{}.bytes() + "s"),
                        {"1024 bytes"});
  const std::string w = text("w") + TensorPickle{}.bytes() + "s";
  expect_pickle_refused(pickle("}" + w + w), {"\"w\"", "occurs twice"});
  expect_pickle_refused(state_dict_pickle({}) + "x", {"1 bytes follow"});
}

TEST(PickledStateDict, RefusesForgedStorages) {
  const auto with_storage = [](const std::string& storage) {
    return pickle("}" + text("w") + global("torch._utils", "_rebuild_tensor_v2") +
                  tuple({storage, integer(0), integers({1}), integers({1}), "\x89", "N"}) + "Rs");
  };
  const std::string type = global("torch", "FloatStorage");
  expect_pickle_refused(with_storage("N"), {"\"w\"", "its storage", "wrong kind"});
  expect_pickle_refused(with_storage("NQ"), {"wrong kind"});
  expect_pickle_refused(with_storage(")Q"), {"wrong length"});
  expect_pickle_refused(
      with_storage(tuple({text("module"), type, text("0"), text("cpu"), integer(1)}) + "Q"),
      {"does not begin with"});
  expect_pickle_refused(with_storage(tuple({text("storage"), global("collections", "OrderedDict"),
                                            text("0"), text("cpu"), integer(1)}) +
                                     "Q"),
                        {"collections.OrderedDict is not a storage type"});
  expect_pickle_refused(
      with_storage(tuple({text("storage"), type, text(""), text("cpu"), integer(1)}) + "Q"),
      {"empty or too long"});
}

TEST(LegacyStateDict, HoldsItsData) {
  const std::string data(24, 'd');
  const std::string file = legacy_file({}, data);
  ASSERT_TRUE(is_legacy_state_dict(as_bytes(file)));
  const LegacyStateDict state = read_legacy_state_dict(as_bytes(file), "x.bin");
  ASSERT_EQ(state.data.size(), 1U);
  EXPECT_EQ(state.data[0].size(), 24U);
  EXPECT_EQ(state.dict.tensors.at("w").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_FALSE(is_legacy_state_dict(as_bytes("PK\x03\x04")));
  EXPECT_FALSE(is_legacy_state_dict({}));
}

TEST(LegacyStateDict, RefusesEveryPrefixAndTrailingBytes) {
  const std::string file = legacy_file({}, std::string(24, 'd'));
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_THROW((void)read_legacy_state_dict(as_bytes(file.substr(0, size)), "x"), BadInput)
        << size;
  }
  expect_file_refused(file + "x", {"bytes follow"});
}

TEST(LegacyStateDict, RefusesSizesThatDisagree) {
  std::string file = legacy_file({}, std::string(24, 'd'));
  file.replace(file.size() - 32, 8, little(7, 8));
  expect_file_refused(file, {"holds 7 elements, its tensors expect 6"});
  expect_file_refused(legacy_file({.numel = std::int64_t{1} << 40}, std::string(24, 'd')),
                      {"cut off"});
}

TEST(LegacyStateDict, RefusesOtherHeaders) {
  const std::string magic = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.";
  expect_file_refused(magic + pickle(integer(1000)), {"protocol 1000, expected 1001"});
  expect_file_refused(magic + pickle(integer(1001)) + pickle("}" + text("little_endian") + "\x89s"),
                      {"big-endian"});
  expect_file_refused(magic + pickle(integer(1001)) + pickle("N"), {"not a dictionary"});
  const std::string start = magic + pickle(integer(1001)) + pickle("}");
  TensorPickle tensor;
  tensor.legacy = true;
  expect_file_refused(start + state_dict_pickle(tensor) + pickle("N"), {"not a list"});
  expect_file_refused(start + state_dict_pickle(tensor) + pickle("]"), {"0 storages"});
  expect_file_refused(start + state_dict_pickle(tensor) + pickle("]" + text("1") + "a"),
                      {"no tensor uses"});
  expect_file_refused(start + state_dict_pickle({}), {"wrong length"});
}

}  // namespace
}  // namespace asbench::models
