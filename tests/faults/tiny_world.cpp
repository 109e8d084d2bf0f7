#include "tests/faults/tiny_world.h"

#include "tests/support/paths.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {

TinyWorld::TinyWorld() {
  const VideoSpec spec{.frames = 6, .width = 64, .height = 48, .fps = 8.0, .seed = 5};
  make_video(video(), spec);
  make_frame_folder(outputs() / "cat/1/shot_02",
                    {.frames = 5, .width = 64, .height = 48, .seed = 6});
  Image picture(40, 30, 4);
  for (std::size_t i = 0; i < picture.bytes.size(); ++i)
    picture.bytes[i] = static_cast<std::uint8_t>(i % 4 == 3 ? 255 : 7 * i % 251);
  std::filesystem::create_directories(split());
  make_picture(reference(), picture);
  write_json_file(
      split() / "cat.json",
      {{"1", {{"captions", {"The cat walks.", "The cat sleeps."}}, {"audio", {"steps", "wind"}}}}});
}

std::vector<std::string> TinyWorld::arguments(
    const std::map<std::string, std::string>& more) const {
  std::map<std::string, std::string> options = {
      {"--split", split()},   {"--outputs", outputs()}, {"--cache", cache()}, {"--out", result()},
      {"--protocol", "demo"}, {"--metrics", "dino_i"},  {"--system", "tiny"}, {"--missing", "zero"},
      {"--threads", "1"},     {"--decode-threads", "1"}};
  for (const auto& [name, value] : more) options.insert_or_assign(name, value);
  std::vector<std::string> words{"score"};
  for (const auto& [name, value] : options) {
    words.push_back(name);
    if (!value.empty()) words.push_back(value);
  }
  return words;
}

ProgramResult TinyWorld::score(const std::map<std::string, std::string>& more) const {
  return run_program(asbench_program(), arguments(more));
}

Json TinyWorld::numbers() const {
  Json document = read_json_file(result());
  document.erase("provenance");
  return document;
}

void TinyWorld::forget() const {
  std::filesystem::remove_all(cache());
  std::filesystem::remove_all(root() / "r.frames");
  std::filesystem::remove(result());
}

ProgramResult run_with(const std::vector<std::string>& variables, const std::string& program,
                       const std::vector<std::string>& arguments) {
  std::vector<std::string> words = variables;
  words.push_back(program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program("/usr/bin/env", words);
}

ProgramResult run_in_shell(const std::string& line) {
  return run_program("/bin/sh", {"-c", line});
}

std::string quoted(const std::string& program, const std::vector<std::string>& arguments) {
  std::string line = "'" + program + "'";
  for (const auto& argument : arguments) line += " '" + argument + "'";
  return line;
}

}  // namespace asbench::testing
