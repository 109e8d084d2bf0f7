#include "models/weights/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "core/config_files.h"
#include "core/error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using ::testing::Contains;
using ::testing::StartsWith;

TEST(Catalogue, HoldsTheProtocolsEncodersAndTheirSiblings) {
  std::vector<std::string> ids;
  for (const auto& entry : Catalogue::shipped().entries()) ids.push_back(entry.id);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_THAT(ids, Contains("openai/clip-vit-base-patch32"));
  EXPECT_THAT(ids, Contains("facebook/dino-vitb16"));
  EXPECT_THAT(ids, Contains("facebook/dinov2-base"));
  EXPECT_EQ(ids.size(), config_file_names("encoders/").size());
}

TEST(Catalogue, EveryEntryNamesItsLicenceItsSourceAndItsFiles) {
  for (const auto& entry : Catalogue::shipped().entries()) {
    SCOPED_TRACE(entry.id);
    EXPECT_TRUE(is_hub_id(entry.id));
    EXPECT_FALSE(entry.licence.name.empty());
    EXPECT_THAT(entry.licence.url, StartsWith("https://"));
    EXPECT_FALSE(entry.licence.allows.empty());
    EXPECT_FALSE(entry.revision.empty());
    if (!entry.made_by.empty()) continue;
    EXPECT_EQ(entry.source, "https://huggingface.co/" + entry.id);
    std::vector<std::string> required;
    std::vector<std::string> weights;
    for (const auto& file : entry.files) {
      if (file.weights) weights.push_back(file.name);
      if (!file.weights && !file.optional && file.fetch) required.push_back(file.name);
    }
    EXPECT_EQ(weights, (std::vector<std::string>{"model.safetensors", "pytorch_model.bin"}));
    EXPECT_THAT(required, Contains("config.json"));
    const bool has_vocabulary = std::count(required.begin(), required.end(), "vocab.json") == 1;
    EXPECT_EQ(has_vocabulary, entry.kind == "clip");
  }
}

TEST(Catalogue, WhatIsConvertedNamesAScriptOfTheRepositoryAndNothingToFetch) {
  int converted = 0;
  for (const auto& entry : Catalogue::shipped().entries()) {
    if (entry.made_by.empty()) continue;
    ++converted;
    EXPECT_TRUE(
        std::filesystem::is_regular_file(asbench::testing::source_folder() / entry.made_by));
    EXPECT_THAT(entry.source, StartsWith("https://"));
    for (const auto& file : entry.files) EXPECT_FALSE(file.fetch) << file.name;
    ASSERT_NE(entry.file("model.safetensors"), nullptr);
    EXPECT_TRUE(entry.file("model.safetensors")->weights);
  }
  EXPECT_EQ(converted, 1);
}

TEST(Catalogue, FindsAnEntryByItsIdOnly) {
  const Catalogue& all = Catalogue::shipped();
  ASSERT_NE(all.find("facebook/dinov2-giant"), nullptr);
  EXPECT_EQ(all.find("facebook/dinov2-giant")->kind, "dinov2");
  EXPECT_EQ(all.find("facebook/dinov2"), nullptr);
  EXPECT_EQ(all.find(""), nullptr);
}

TEST(Catalogue, TheProtocolsEncodersArePinnedToACommit) {
  for (const char* id : {"openai/clip-vit-base-patch32", "facebook/dino-vitb16"}) {
    const CatalogueEntry* const entry = Catalogue::shipped().find(id);
    ASSERT_NE(entry, nullptr) << id;
    EXPECT_TRUE(entry->pinned()) << id;
    EXPECT_EQ(entry->revision.size(), 40U) << id;
    EXPECT_TRUE(entry->file("pytorch_model.bin")->pinned()) << id;
    EXPECT_TRUE(entry->file("config.json")->pinned()) << id;
  }
}

TEST(Catalogue, OneWitnessMakesNoPin) {
  const CatalogueEntry* const entry = Catalogue::shipped().find("facebook/dino-vitb16");
  const CatalogueFile* const file = entry->file("model.safetensors");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->witnesses, 1);
  EXPECT_TRUE(file->sha256.has_value());
  EXPECT_FALSE(file->pinned());
  EXPECT_EQ(entry->revision_of(*file), "5d8edb1c2c6bc8f42bd159f8b53dad38f7f9a387");
  EXPECT_EQ(entry->revision_of(*entry->file("config.json")), entry->revision);
}

/// An entry with one file, which `change` may break.
Json entry_with(const std::function<void(Json& entry, Json& file)>& change) {
  Json file = {{"name", "model.safetensors"},
               {"weights", true},
               {"sha256", std::string(64, 'a')},
               {"bytes", 5},
               {"witnesses", 2}};
  Json entry = {{"id", "org/name"},
                {"kind", "vit"},
                {"licence", {{"name", "MIT"}, {"url", "https://x"}, {"allows", "Use."}}},
                {"source", "https://x"},
                {"revision", "main"},
                {"preprocess", Json::object()}};
  change(entry, file);
  if (!entry.contains("files")) entry["files"] = {file};
  return entry;
}

TEST(CatalogueEntry, ThatIsShippedFollowsTheSchema) {
  const auto files = config_file_names("encoders/");
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    const Json json = parse_json(config_file(file).value(), file);
    EXPECT_NO_THROW(static_cast<void>(parse_catalogue_entry(json, file)));
  }
}

TEST(CatalogueEntry, ReadsAPin) {
  const auto entry = parse_catalogue_entry(entry_with([](Json&, Json&) {}), "x");
  EXPECT_TRUE(entry.pinned());
  const CatalogueFile* const file = entry.file("model.safetensors");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->sha256, std::string(64, 'a'));
  EXPECT_EQ(file->bytes, 5U);
  EXPECT_EQ(file->witnesses, 2);
  EXPECT_TRUE(file->fetch);
}

TEST(CatalogueEntry, BadPinsAreRefusedByName) {
  using Change = std::function<void(Json&, Json&)>;
  const std::vector<std::pair<std::string, Change>> cases{
      {"short hash", [](Json&, Json& file) { file["sha256"] = std::string(63, 'a'); }},
      {"upper case", [](Json&, Json& file) { file["sha256"] = std::string(64, 'A'); }},
      {"null hash", [](Json&, Json& file) { file["sha256"] = nullptr; }},
      {"no witness", [](Json&, Json& file) { file["witnesses"] = 0; }},
      {"hash without witnesses", [](Json&, Json& file) { file.erase("witnesses"); }},
      {"witnesses of nothing",
       [](Json&, Json& file) {
         file.erase("sha256");
         file.erase("bytes");
       }},
      {"no size", [](Json&, Json& file) { file["bytes"] = 0; }},
      {"negative size", [](Json&, Json& file) { file["bytes"] = -5; }},
      {"a path", [](Json&, Json& file) { file["name"] = "../model.safetensors"; }},
      {"unknown key", [](Json&, Json& file) { file["sha512"] = "x"; }},
      {"no revision", [](Json& entry, Json&) { entry.erase("revision"); }},
      {"empty revision", [](Json& entry, Json&) { entry["revision"] = ""; }},
      {"no licence", [](Json& entry, Json&) { entry.erase("licence"); }},
      {"listed twice",
       [](Json& entry, Json& file) {
         entry["files"] = {file, file};
       }},
  };
  for (const auto& [what, change] : cases) {
    try {
      static_cast<void>(parse_catalogue_entry(entry_with(change), "encoders/org/name.json"));
      ADD_FAILURE() << what << " was accepted";
    } catch (const BadInput& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("encoders/org/name.json")) << what;
    }
  }
}

TEST(Catalogue, TellsIdsFromOtherText) {
  EXPECT_TRUE(is_hub_id("openai/clip-vit-large-patch14-336"));
  EXPECT_TRUE(is_hub_id("a_b/c.d"));
  for (const char* text : {"", "/", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a b/c", "a/b\n"}) {
    EXPECT_FALSE(is_hub_id(text)) << text;
  }
}

}  // namespace
}  // namespace asbench::models
