#include "tests/metrics/story_builder.h"

#include <array>
#include <utility>

#include "core/thumbnail.h"

namespace asbench::metrics::testing {

namespace {

constexpr int kClipWidth = 7;
constexpr int kDinoWidth = 5;

Rows gaussian_rows(std::mt19937_64& random, int count, int width, double bias) {
  std::normal_distribution<double> normal(bias, 1.0);
  Rows rows(static_cast<std::size_t>(count), std::vector<float>(static_cast<std::size_t>(width)));
  for (auto& row : rows) {
    for (float& value : row) value = static_cast<float>(normal(random));
  }
  return rows;
}

Rows cell_rows(std::mt19937_64& random, int count) {
  std::uniform_real_distribution<float> level(0.0F, 200.0F);
  std::uniform_real_distribution<float> noise(0.0F, 12.0F);
  Rows rows;
  for (int i = 0; i < count; ++i) {
    const float base = level(random);
    auto& row = rows.emplace_back();
    for (int j = 0; j < kCellCount; ++j) row.push_back(base + noise(random));
  }
  return rows;
}

/// The formula of generate.py: three whole numbers stand for 1350 cells.
std::vector<float> cells_of(const Json& pattern) {
  std::vector<float> cells;
  for (int j = 0; j < kCellCount; ++j) {
    const int value = (pattern[0].get<int>() * j + pattern[1].get<int>()) % 97;
    cells.push_back(static_cast<float>(value + pattern[2].get<int>()));
  }
  return cells;
}

Rows cells_of_all(const Json& patterns) {
  Rows rows;
  for (const Json& pattern : patterns) rows.push_back(cells_of(pattern));
  return rows;
}

PictureStatistics picture_of(const Json& json) {
  PictureStatistics picture;
  picture.frames = json.at("frames").get<int>();
  picture.repeats = json.at("repeats").get<int>();
  picture.laplacian = json.at("laplacian").get<double>();
  picture.band_pass = json.at("band_pass").get<double>();
  if (!json.at("flicker").is_null()) picture.flicker = json.at("flicker").get<double>();
  picture.still_area = json.at("still_area").get<double>();
  picture.bar_rows = json.at("bar_rows").get<double>();
  picture.bar_columns = json.at("bar_columns").get<double>();
  return picture;
}

CutFrames cut_of(FeatureShelf& shelf, const Json& json) {
  CutFrames cut;
  cut.places = json.at("places").get<std::vector<int>>();
  cut.frames.set("clip", shelf.keep(json.at("clip").get<Rows>()));
  cut.frames.set("dino", shelf.keep(json.at("dino").get<Rows>()));
  return cut;
}

/// Any picture, often with bars or repeats; `number` tells one shot's from another's.
PictureStatistics some_picture(int number) {
  PictureStatistics picture;
  picture.frames = 49;
  picture.repeats = number * 7 % 30;
  picture.laplacian = 50.0 + number * 13 % 100;
  picture.band_pass = 30.0 + number * 11 % 100;
  picture.flicker = 0.001 * (number % 7);
  picture.still_area = 0.1 * (number % 11);
  picture.bar_rows = 0.05 * (number % 3);
  picture.bar_columns = 0.05 * (number % 5);
  return picture;
}

CutFrames all_frames(FeatureShelf& shelf, std::mt19937_64& random, const RandomStory& options) {
  CutFrames cut;
  cut.frames.set("clip",
                 shelf.keep(gaussian_rows(random, options.frames, kClipWidth, options.bias)));
  cut.frames.set("dino",
                 shelf.keep(gaussian_rows(random, options.frames, kDinoWidth, options.bias)));
  for (int i = 0; i < options.frames; ++i) cut.places.push_back(i);
  return cut;
}

}  // namespace

void set_vbench_roles(ShotFeatures& shot) {
  shot.every_frame.set("vbench-dino", shot.images.view("dino"));
  shot.every_frame.set("vbench-clip", shot.images.view("clip"));
  shot.images.set("vbench-text", shot.images.view("clip"));
  shot.captions.set("vbench-text", shot.captions.view("clip"));
}

FeatureView FeatureShelf::keep(const Rows& rows) {
  if (rows.empty()) return {};
  auto& values = kept_.emplace_back();
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  return {values.data(), static_cast<int>(rows.size()), static_cast<int>(rows.front().size())};
}

std::span<const float> FeatureShelf::keep_values(std::vector<float> values) {
  return kept_.emplace_back(std::move(values));
}

const Gallery* FeatureShelf::keep_gallery(std::vector<CharacterReferences> gallery) {
  return &galleries_.emplace_back(std::move(gallery));
}

std::span<const FrameCopy> FeatureShelf::keep_copies(std::vector<FrameCopy> copies) {
  return copies_.emplace_back(std::move(copies));
}

StoryFeatures random_story(FeatureShelf& shelf, std::mt19937_64& random, const std::string& id,
                           const std::string& ip, const RandomStory& options) {
  StoryFeatures story;
  story.id = id;
  story.ip = ip;
  std::uniform_real_distribution<float> motion(0.0F, 0.01F);
  for (int s = 0; s < options.shots; ++s) {
    ShotFeatures shot;
    shot.decodable_frames = 49;
    shot.scene = "room";
    shot.sampled_frames = options.frames;
    shot.images.set("clip",
                    shelf.keep(gaussian_rows(random, options.frames, kClipWidth, options.bias)));
    shot.images.set("dino",
                    shelf.keep(gaussian_rows(random, options.frames, kDinoWidth, options.bias)));
    shot.captions.set("clip", shelf.keep(gaussian_rows(random, 1, kClipWidth, options.bias)));
    set_vbench_roles(shot);
    shot.pixels.cells = shelf.keep(cell_rows(random, options.frames));
    std::vector<float> motions(static_cast<std::size_t>(options.frames - 1));
    for (float& value : motions) value = motion(random);
    shot.pixels.motion = shelf.keep_values(std::move(motions));
    std::vector<FrameCopy> copies(static_cast<std::size_t>(options.frames));
    for (FrameCopy& copy : copies) copy = {motion(random), 0.004};
    shot.copies = shelf.keep_copies(std::move(copies));
    shot.fps = 12.0;
    shot.picture =
        some_picture(static_cast<int>(100.0F * shot.images.view("clip").row(0)[0]) % 50 + 50 + s);
    shot.changes = FrameChanges{49, 0.5 * s};
    Rows errors(24, std::vector<float>(1));
    for (std::size_t i = 0; i < errors.size(); ++i)
      errors[i][0] = 0.25F * static_cast<float>((static_cast<int>(i) * 5 + s * 7) % 31);
    shot.prediction_errors = shelf.keep(errors);
    if (s > 0 && random() % 4 == 0) shot = story.shots.back();  // a repeated shot
    story.shots.push_back(shot);
  }
  // Drawn after everything that earlier tests know by its seed.
  for (ShotFeatures& shot : story.shots) {
    shot.background = all_frames(shelf, random, options);
    shot.subjects.assign(1, all_frames(shelf, random, options));
  }
  story.characters.front().id = ip;
  ReferenceFeatures& references = story.characters.front().references;
  references.straight.set(
      "clip", shelf.keep(gaussian_rows(random, options.references, kClipWidth, options.bias)));
  references.mirrored.set(
      "clip", shelf.keep(gaussian_rows(random, options.references, kClipWidth, options.bias)));
  references.straight.set(
      "dino", shelf.keep(gaussian_rows(random, options.references, kDinoWidth, options.bias)));
  references.cells = shelf.keep(cell_rows(random, options.references));
  std::vector<CharacterReferences> gallery;
  if (options.references > 0) gallery.push_back({ip, ip, "", references.straight});
  for (const char* other : {"other-1", "other-2"}) {
    CharacterReferences& character = gallery.emplace_back();
    character.id = other;
    character.ip = other;
    character.references.set("clip",
                             shelf.keep(gaussian_rows(random, 2, kClipWidth, options.bias)));
    character.references.set("dino",
                             shelf.keep(gaussian_rows(random, 2, kDinoWidth, options.bias)));
  }
  story.gallery = shelf.keep_gallery(std::move(gallery));
  return story;
}

ShotFeatures shot_of(FeatureShelf& shelf, const Rows& frames) {
  ShotFeatures shot;
  shot.decodable_frames = static_cast<int>(frames.size());
  shot.images.set("clip", shelf.keep(frames));
  shot.images.set("dino", shot.images.view("clip"));
  return shot;
}

void show_nobody(ShotFeatures& shot) {
  shot.characters.clear();
  shot.subjects.clear();
}

FeatureView with_value(FeatureShelf& shelf, FeatureView view, int row, float value) {
  Rows rows;
  for (int i = 0; i < view.rows; ++i) {
    rows.emplace_back(view.row(i).begin(), view.row(i).end());
  }
  rows[static_cast<std::size_t>(row)][0] = value;
  return shelf.keep(rows);
}

std::vector<StoryFeatures> golden_stories(FeatureShelf& shelf, const Json& golden) {
  std::vector<StoryFeatures> stories;
  for (const Json& entry : golden.at("stories")) {
    StoryFeatures& story = stories.emplace_back();
    story.id = entry.at("id").get<std::string>();
    story.ip = entry.at("ip").get<std::string>();
    for (const Json& shot : entry.at("shots")) {
      ShotFeatures& features = story.shots.emplace_back();
      features.missing = shot.at("missing").get<bool>();
      features.scene = shot.at("scene").get<std::string>();
      if (shot.at("no_character").get<bool>()) features.characters.clear();
      features.decodable_frames = shot.at("decodable_frames").get<int>();
      features.images.set("clip", shelf.keep(shot.at("clip").get<Rows>()));
      features.images.set("dino", shelf.keep(shot.at("dino").get<Rows>()));
      features.captions.set("clip", shelf.keep(shot.at("text").get<Rows>()));
      features.sampled_frames = features.images.view("clip").rows;
      if (!features.characters.empty())
        features.subjects.push_back(cut_of(shelf, shot.at("subject")));
      features.background = cut_of(shelf, shot.at("background"));
      set_vbench_roles(features);
      features.pixels.cells = shelf.keep(cells_of_all(shot.at("cells")));
      features.pixels.motion = shelf.keep_values(shot.at("motion").get<std::vector<float>>());
      features.fps = shot.at("picture").at("fps").get<double>();
      features.picture = picture_of(shot.at("picture"));
      features.changes = FrameChanges{features.picture->frames,
                                      shot.at("picture").at("mean_difference").get<double>()};
      features.prediction_errors = shelf.keep(shot.at("prediction_errors").get<Rows>());
    }
    const Json& pictures = entry.at("references");
    ReferenceFeatures& references = story.characters.front().references;
    references.straight.set("clip", shelf.keep(pictures.at("clip").get<Rows>()));
    references.mirrored.set("clip", shelf.keep(pictures.at("clip_mirrored").get<Rows>()));
    references.straight.set("dino", shelf.keep(pictures.at("dino").get<Rows>()));
    references.cells = shelf.keep(cells_of_all(pictures.at("cells")));
  }
  return stories;
}

}  // namespace asbench::metrics::testing
