#include "models/weights/checkpoint.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/hash.h"
#include "core/json.h"
#include "models/weights/safetensors.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;
using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;

constexpr std::string_view kId = "org/some-model_1.0";

void put(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  write_file_atomically(path, text);
}

void put_checkpoint(const fs::path& folder, std::string_view weights = "model.safetensors") {
  put(folder / "config.json", R"({"model_type": "clip"})");
  put(folder / weights, "weights");
}

WeightFolders root(const TemporaryFolder& folder) {
  return {.roots = {folder.path()}};
}

/// Sets an environment variable for one test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    if (value != nullptr) {
      ::setenv(name, value, 1);
    } else {
      ::unsetenv(name);
    }
  }
  ~Environment() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

TEST(Hub, OpensAFolderInHubLayout) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId);
  const Checkpoint checkpoint = open_checkpoint(kId, root(folder));
  EXPECT_EQ(checkpoint.id, kId);
  EXPECT_EQ(checkpoint.folder, folder / kId);
  EXPECT_EQ(checkpoint.weight_files, (std::vector<fs::path>{folder / kId / "model.safetensors"}));
  EXPECT_EQ(checkpoint.config.at("model_type"), "clip");
  EXPECT_FALSE(checkpoint.pickle);
  EXPECT_FALSE(checkpoint.preprocessor);
  EXPECT_FALSE(checkpoint.revision);
}

TEST(Hub, ReadsThePreprocessorWhereThereIsOne) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId);
  put(folder / kId / "preprocessor_config.json", R"({"do_resize": true})");
  EXPECT_EQ(open_checkpoint(kId, root(folder)).preprocessor->at("do_resize"), true);
}

TEST(Hub, PrefersSafetensorsToShardsToThePickle) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId, "pytorch_model.bin");
  EXPECT_TRUE(open_checkpoint(kId, root(folder)).pickle);
  put(folder / kId / "model-1.safetensors", "");
  put(folder / kId / "model-0.safetensors", "");
  put(folder / kId / "model.safetensors.index.json",
      R"({"weight_map": {"a": "model-1.safetensors", "b": "model-0.safetensors"}})");
  const Checkpoint sharded = open_checkpoint(kId, root(folder));
  EXPECT_FALSE(sharded.pickle);
  EXPECT_EQ(sharded.weight_files, (std::vector<fs::path>{folder / kId / "model-0.safetensors",
                                                         folder / kId / "model-1.safetensors"}));
  EXPECT_EQ(sharded.weight_map.at("a"), "model-1.safetensors");
  put(folder / kId / "diffusion_pytorch_model.safetensors", "");
  const Checkpoint diffusers = open_checkpoint(kId, root(folder));
  EXPECT_EQ(diffusers.weight_files.front().filename(), "diffusion_pytorch_model.safetensors");
  EXPECT_TRUE(diffusers.weight_map.empty());
  put(folder / kId / "model.safetensors", "");
  EXPECT_EQ(open_checkpoint(kId, root(folder)).weight_files.front().filename(),
            "model.safetensors");
}

TEST(Hub, TakesAnIndexUnderAnotherNameUnlessThereAreTwo) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId, "x.safetensors");
  put(folder / kId / "x.safetensors.index.json", R"({"weight_map": {"a": "x.safetensors"}})");
  EXPECT_EQ(open_checkpoint(kId, root(folder)).weight_map.size(), 1U);
  put(folder / kId / "y.safetensors.index.json", R"({"weight_map": {"a": "x.safetensors"}})");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); },
               {"x.safetensors.index.json", "y.safetensors.index.json"});
}

TEST(Hub, RefusesAnIndexThatNamesAnAbsentOrForeignFile) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId, "pytorch_model.bin");
  const fs::path index = folder / kId / "model.safetensors.index.json";
  put(index, R"({"weight_map": {"a": "absent.safetensors"}})");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); },
               {"absent.safetensors", "incomplete"});
  put(folder / "outside.safetensors", "");
  put(index, R"({"weight_map": {"a": "../../outside.safetensors"}})");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); }, {"plain name"});
}

class HubCache : public ::testing::Test {
 protected:
  void snapshot(const std::string& revision) {
    put_checkpoint(entry_ / "snapshots" / revision, "pytorch_model.bin");
  }
  [[nodiscard]] Checkpoint open() const {
    return open_checkpoint(kId, {.roots = {}, .hub_cache = folder_ / "hub"});
  }

  TemporaryFolder folder_;
  fs::path entry_ = folder_ / "hub" / "models--org--some-model_1.0";
};

TEST_F(HubCache, TakesTheOnlySnapshot) {
  snapshot("abc");
  const Checkpoint checkpoint = open();
  EXPECT_EQ(checkpoint.revision, "abc");
  EXPECT_EQ(checkpoint.folder, entry_ / "snapshots" / "abc");
}

TEST_F(HubCache, TakesTheSnapshotThatMainNames) {
  snapshot("abc");
  snapshot("def");
  put(entry_ / "refs" / "main", "def\n");
  EXPECT_EQ(open().revision, "def");
}

TEST_F(HubCache, NamesTheSnapshotsItCantChooseFrom) {
  snapshot("abc");
  snapshot("def");
  expect_error([&] { (void)open(); }, {"several snapshots (abc, def)", "refs/main"});
}

TEST_F(HubCache, RefusesARevisionThatLeavesTheCache) {
  snapshot("abc");
  put(entry_ / "refs" / "main", "../../elsewhere");
  expect_error([&] { (void)open(); }, {"refs/main", "is not a revision"});
}

TEST_F(HubCache, SaysSoWhenMainNamesAnAbsentSnapshot) {
  snapshot("abc");
  put(entry_ / "refs" / "main", "def");
  expect_error([&] { (void)open(); }, {"refs/main names the snapshot def", "existing: abc"});
}

TEST_F(HubCache, FollowsLinksIntoTheBlobs) {
  put(entry_ / "blobs" / "1", "{}");
  put(entry_ / "blobs" / "2", "weights");
  fs::create_directories(entry_ / "snapshots" / "abc");
  fs::create_symlink("../../blobs/1", entry_ / "snapshots" / "abc" / "config.json");
  fs::create_symlink("../../blobs/2", entry_ / "snapshots" / "abc" / "model.safetensors");
  EXPECT_EQ(weights_sha256(open()), sha256_hex("weights"));
}

TEST_F(HubCache, IsAlsoFoundBelowAnExplicitFolder) {
  snapshot("abc");
  EXPECT_EQ(open_checkpoint(kId, root(folder_)).revision, "abc");
  EXPECT_EQ(open_checkpoint(kId, {.roots = {folder_ / "hub"}}).revision, "abc");
}

TEST(Hub, TakesThePathOfAFolder) {
  const TemporaryFolder folder;
  put_checkpoint(folder / "my" / "model");
  EXPECT_EQ(open_checkpoint((folder / "my" / "model").string(), {}).folder,
            folder / "my" / "model");
  expect_error([&] { (void)open_checkpoint((folder / "other").string(), {}); },
               {"other", "no such folder"});
}

TEST(Hub, SaysWhereItSearchedAndHowToFetch) {
  const TemporaryFolder folder;
  WeightFolders folders{.roots = {folder / "a", folder / "b"}, .hub_cache = folder / "hub"};
  const auto open = [&] { (void)open_checkpoint(kId, folders); };
  const std::string a = (folder / "a" / kId).string();
  const std::string hub = (folder / "hub" / "models--org--some-model_1.0").string();
  expect_error(open, {a, (folder / "b" / kId).string(), hub,
                      "\n  asbench weights fetch org/some-model_1.0\n"});
  folders.from_flag = true;
  const std::string line =
      "\n  asbench weights fetch org/some-model_1.0 --weights " + (folder / "a").string() + "\n";
  expect_error(open, {line});
}

TEST(Hub, SaysHowToConvertWhatNoHubHas) {
  const TemporaryFolder folder;
  expect_error(
      [&] {
        (void)open_checkpoint("ssundaram21/dreamsim-ensemble", {.roots = {folder / "weights"}});
      },
      {"No hub has them", "releases/download/v0.2.0-checkpoints/dreamsim_ensemble_checkpoint.zip",
       "python3 tools/convert_dreamsim/convert.py dreamsim_ensemble_checkpoint.zip " +
           (folder / "weights" / "ssundaram21/dreamsim-ensemble").string()});
}

TEST(Hub, SaysWhatAnIncompleteFolderLacks) {
  const TemporaryFolder folder;
  put(folder / kId / "pytorch_model.bin", "");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); }, {"config.json is missing"});
  put(folder / kId / "config.json", "{}");
  fs::remove(folder / kId / "pytorch_model.bin");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); },
               {"weights are missing", "asbench weights fetch"});
}

TEST(Hub, RefusesAConfigThatIsNoObject) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId);
  put(folder / kId / "config.json", "[]");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); }, {"config.json", "JSON object"});
  put(folder / kId / "config.json", "{");
  expect_error([&] { (void)open_checkpoint(kId, root(folder)); }, {"config.json", "JSON"});
}

TEST(Hub, RefusesIdsThatAreNoNames) {
  const TemporaryFolder folder;
  put_checkpoint(folder / "x");
  for (const std::string_view id :
       {"", "org/../x", "org/name/more", "org/", "a b", "org/.hidden", "org\\name", "-rf"}) {
    expect_error<UsageError>([&] { (void)open_checkpoint(id, root(folder)); },
                             {"neither the name of a checkpoint"});
  }
}

TEST(Hub, FoldersComeFromTheFlagElseTheVariableElseTheCache) {
  const Environment home("HOME", "/home/somebody");
  const Environment hf("HF_HOME", nullptr);
  {
    const Environment weights("ASBENCH_WEIGHTS", "/w");
    EXPECT_EQ(default_weight_folders("/flag").roots, (std::vector<fs::path>{"/flag"}));
    EXPECT_TRUE(default_weight_folders("/flag").from_flag);
    EXPECT_FALSE(default_weight_folders("/flag").hub_cache);
    EXPECT_EQ(default_weight_folders({}).roots, (std::vector<fs::path>{"/w"}));
    EXPECT_FALSE(default_weight_folders({}).hub_cache);
  }
  const Environment weights("ASBENCH_WEIGHTS", "");
  EXPECT_TRUE(default_weight_folders({}).roots.empty());
  EXPECT_EQ(default_weight_folders({}).hub_cache, "/home/somebody/.cache/huggingface/hub");
  const Environment hf_set("HF_HOME", "/cache");
  EXPECT_EQ(default_weight_folders({}).hub_cache, "/cache/hub");
}

TEST(WeightsSha256, OfOneFileIsTheFilesOwn) {
  const TemporaryFolder folder;
  put_checkpoint(folder / kId);
  EXPECT_EQ(weights_sha256(open_checkpoint(kId, root(folder))), sha256_hex("weights"));
}

TEST(WeightsSha256, OfShardsIsThatOfTheSortedLines) {
  const TemporaryFolder folder;
  put(folder / kId / "config.json", "{}");
  std::string map;
  std::vector<std::string> lines;
  for (const std::string name : {"a", "b", "c", "d", "e"}) {
    put(folder / kId / (name + ".safetensors"), "weights " + name);
    map += (map.empty() ? "" : ",") + ("\"" + name + "\":\"" + name + ".safetensors\"");
    lines.push_back(sha256_hex("weights " + name) + "  " + name + ".safetensors\n");
  }
  put(folder / kId / "model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  Checkpoint checkpoint = open_checkpoint(kId, root(folder));
  EXPECT_EQ(weights_sha256(checkpoint), sha256_hex(text));
  fs::remove(folder / kId / "c.safetensors");
  expect_error<SystemFault>([&] { (void)weights_sha256(checkpoint); },
                            {"c.safetensors", "no such file"});
}

TEST(OpenCheckpoint, EncodersOfTheProgramCanNotBeReplacedByAFolder) {
  const TemporaryFolder folder;
  put_checkpoint(folder.path() / "asbench" / "no-such-encoder");
  EXPECT_TRUE(is_embedded("asbench/no-such-encoder"));
  expect_error<BadInput>([&] { (void)open_checkpoint("asbench/no-such-encoder", root(folder)); },
                         {"does not come with this program", "asbench/mini-clip"});
}

TEST(OpenCheckpoint, EncodersOfTheProgramNeedNoWeightsFolder) {
  for (const char* id : {"asbench/mini-clip", "asbench/mini-dino"}) {
    const Checkpoint checkpoint = open_checkpoint(id, {});
    EXPECT_EQ(checkpoint.id, id);
    EXPECT_TRUE(checkpoint.preprocessor) << "without it the profile would be a guess";
  }
}

TEST(OpenCheckpoint, RefusesPointersInThePlaceOfItsFiles) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 9\n";
  for (const char* name : {"model.safetensors", "pytorch_model.bin", "config.json"}) {
    const TemporaryFolder folder;
    put_checkpoint(folder / kId, name == std::string("config.json") ? "model.safetensors" : name);
    put(folder / kId / name, pointer);
    expect_error<BadInput>([&] { static_cast<void>(open_checkpoint(kId, root(folder))); },
                           {name, "Git LFS pointer", "git lfs pull"});
  }
}

}  // namespace
}  // namespace asbench::models
