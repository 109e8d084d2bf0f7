// Files that the published packages wrote (tests/golden/state_dict) against what they hold.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/hash.h"
#include "core/json.h"
#include "models/pickle/unpickler.h"
#include "models/weights/checkpoint.h"
#include "models/weights/safetensors.h"
#include "models/weights/state_dict.h"
#include "models/weights/tensor_views.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;
using asbench::testing::expect_error;

const fs::path kGolden = testing::source_folder() / "tests" / "golden" / "state_dict";

Json expected() {
  return read_json_file(kGolden / "expected.json");
}

Checkpoint checkpoint_of(const std::string& name) {
  if (name == "sharded") return open_checkpoint((kGolden / name).string(), {});
  Checkpoint checkpoint;
  checkpoint.id = name;
  checkpoint.folder = kGolden;
  checkpoint.weight_files = {kGolden / name};
  checkpoint.pickle = name.ends_with(".bin");
  return checkpoint;
}

/// Takes every floating-point tensor of a file and compares it with its golden, bit for bit.
void check_file(const std::string& name, const Json& tensors, ReadMode mode) {
  StateDict weights = StateDict::load(checkpoint_of(name), mode);
  EXPECT_EQ(weights.names().size(), tensors.size()) << name;
  std::vector<std::string> whole_numbers;
  for (const auto& [key, golden] : tensors.items()) {
    ASSERT_TRUE(weights.has(key)) << name << " " << key;
    const auto shape = golden.at("shape").get<std::vector<std::int64_t>>();
    EXPECT_EQ(weights.shape(key), shape) << name << " " << key;
    const auto dtype = parse_dtype(golden.at("dtype").get<std::string>());
    ASSERT_TRUE(dtype);
    const std::string stored = c10::toString(scalar_type(*dtype));
    EXPECT_TRUE(weights.describe(key).starts_with(stored + " [")) << weights.describe(key);
    if (!c10::isFloatingType(scalar_type(*dtype))) {
      whole_numbers.push_back(key);
      continue;
    }
    const at::Tensor taken = weights.take(key, shape);
    EXPECT_EQ(taken.scalar_type(), at::kFloat);
    EXPECT_TRUE(taken.is_contiguous());
    const auto values = golden.at("values").get<std::vector<double>>();
    const at::Tensor wanted = at::tensor(values, at::kDouble).to(at::kFloat).view(shape);
    EXPECT_TRUE(taken.equal(wanted)) << name << " " << key << "\n" << taken << "\n" << wanted;
  }
  EXPECT_NO_THROW(weights.finish(whole_numbers)) << name;
}

TEST(StateDictGolden, WasMadeByTheScriptBesideIt) {
  EXPECT_EQ(expected().at("script_sha256"), sha256_file(kGolden / "generate.py"));
}

TEST(StateDictGolden, EveryFileHoldsWhatThePublishedPackagesWrote) {
  const Json document = expected();
  ASSERT_GE(document.at("files").size(), 7U);
  for (const auto& [name, tensors] : document.at("files").items()) {
    for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied})
      check_file(name, tensors, mode);
  }
}

TEST(StateDictGolden, WholeNumbersKeepTheirTypeAndValue) {
  for (const std::string name : {"zip.bin", "legacy.bin"}) {
    const Json tensors = expected().at("files").at(name);
    const auto read = read_pickled_tensors(
        std::make_shared<const FileBytes>(FileBytes::open(kGolden / name, ReadMode::mapped)));
    int compared = 0;
    for (const auto& [key, golden] : tensors.items()) {
      if (c10::isFloatingType(read.at(key).scalar_type())) continue;
      const auto values = golden.at("values").get<std::vector<std::int64_t>>();
      EXPECT_TRUE(read.at(key).to(at::kLong).flatten().equal(at::tensor(values, at::kLong)))
          << name << " " << key;
      ++compared;
    }
    EXPECT_EQ(compared, 8) << "position_ids, num_batches_tracked and six types";
  }
}

TEST(StateDictGolden, SafetensorsKeepTheirMetadata) {
  const auto file = SafetensorsFile::open(kGolden / "plain.safetensors");
  EXPECT_EQ(file.metadata().at("note"), "größer");
}

TEST(StateDictGolden, TiedTensorsShareMemory) {
  for (const std::string name : {"zip.bin", "legacy.bin"}) {
    const auto read = read_pickled_tensors(
        std::make_shared<const FileBytes>(FileBytes::open(kGolden / name, ReadMode::mapped)));
    EXPECT_EQ(read.at("embedding.weight").const_data_ptr(),
              read.at("head.weight").const_data_ptr());
    EXPECT_EQ(read.at("view.transposed").strides(), (std::vector<std::int64_t>{1, 6}));
  }
}

TEST(StateDictGolden, FilesThatAskForACallAreRefusedByItsName) {
  const auto refused = [](const std::string& name, std::string_view part) {
    expect_error([&] { (void)StateDict::load(checkpoint_of(name)); }, {name, part});
  };
  refused("evil_zip.bin", "\"posix.system\"");
  refused("evil_legacy.bin", "\"posix.system\"");
  refused("evil_getattr.bin", "getattr");
  refused("whole_module.bin", "\"torch.nn.modules.linear.Linear\"");
  refused("training_checkpoint.bin", "\"epoch\"");
}

}  // namespace
}  // namespace asbench::models
