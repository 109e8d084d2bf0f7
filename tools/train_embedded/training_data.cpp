// Renders frames, cards, captions and references of a mini world for tools/train_embedded/train.py:
//   DIR/frames.u8         uint8 [N, height, width, 3], RGB, straight from the renderer
//   DIR/cards.u8          uint8 [shots, height, width, 3], RGB: the narrative caption of each shot,
//                         in the rows' order, written on a card as baseline text-card writes it
//   DIR/index.json        sizes, and a row a frame: ip, story, shot, frame, narrative and
//                         descriptive caption
//   DIR/references/*.png  RGBA, one an IP
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <opencv2/imgcodecs.hpp>
#include <thread>
#include <vector>

#include "baselines/mini_world/render.h"
#include "baselines/training_free/text_card.h"
#include "core/error.h"
#include "core/json.h"
#include "loaders/video/frame_rules.h"
#include "loaders/video/mat_image.h"

namespace {
using namespace asbench;
using namespace asbench::baselines;
namespace fs = std::filesystem;

struct Options {
  std::string out;
  std::string cast = "training";
  std::uint64_t seed = 0;
  int ips = 64;
  int stories = 10;
  int shots = 4;
  std::string frames = "midpoint:5";
};

struct Row {
  ShotScript script;
  std::string narrative;
  int ip = 0, story = 0, shot = 0, frame = 0;
};

/// Writes `count` pictures one after the other, drawn on all cores.
void write_pictures(const fs::path& path, std::size_t count, const RenderFormat& format,
                    const std::function<Image(std::size_t)>& draw) {
  const std::size_t bytes =
      static_cast<std::size_t>(format.width) * static_cast<std::size_t>(format.height) * 3;
  std::vector<std::uint8_t> pixels(count * bytes);
  {
    std::vector<std::jthread> threads;
    const unsigned parts = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned part = 0; part < parts; ++part) {
      threads.emplace_back([&, part] {
        for (std::size_t i = part; i < count; i += parts) {
          const Image picture = draw(i);
          std::copy(picture.bytes.begin(), picture.bytes.end(),
                    pixels.begin() + static_cast<std::ptrdiff_t>(i * bytes));
        }
      });
    }
  }
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(pixels.data()),
             static_cast<std::streamsize>(pixels.size()));
  if (!file.flush())
    throw BadInput(fmt::format("{} can't be written: is the disk full?", path.string()));
}

int run(const Options& options) {
  const Cast cast = options.cast == "demo" ? Cast::demo : Cast::training;
  const RenderFormat format;
  const auto indices =
      loaders::frame_indices(loaders::parse_frame_rule(options.frames), format.frames);
  const auto characters = make_cast(cast, options.seed, options.ips);
  const auto settings = settings_of(cast);
  fs::create_directories(fs::path(options.out) / "references");

  std::vector<Row> rows;
  std::vector<std::string> cards;
  for (int ip = 0; ip < options.ips; ++ip) {
    const Character& character = characters[static_cast<std::size_t>(ip)];
    cv::imwrite((fs::path(options.out) / "references" / (character.id() + ".png")).string(),
                loaders::to_mat(render_reference(character)));
    for (int story = 0; story < options.stories; ++story) {
      const std::uint64_t seed = options.seed * 1000033 + static_cast<std::uint64_t>(ip) * 997 + 13;
      const auto shots = write_story(character, settings, seed, story, options.shots);
      for (int shot = 0; shot < options.shots; ++shot) {
        const ShotScript& script = shots[static_cast<std::size_t>(shot)];
        cards.push_back(script.narrative(opening_of(shot, options.shots)));
        for (const int frame : indices)
          rows.push_back({script, cards.back(), ip, story, shot, frame});
      }
    }
  }

  const fs::path out(options.out);
  write_pictures(out / "frames.u8", rows.size(), format, [&](std::size_t i) {
    return render_frame(rows[i].script, format, rows[i].frame);
  });
  write_pictures(out / "cards.u8", cards.size(), format, [&](std::size_t i) {
    return draw_text_card(cards[i], format.width, format.height);
  });

  Json index;
  index["cast"] = options.cast;
  index["seed"] = options.seed;
  index["height"] = format.height;
  index["width"] = format.width;
  Json list = Json::array();
  for (const Row& row : rows) {
    list.push_back({{"ip", row.script.character.id()},
                    {"character", row.script.character.words()},
                    {"story", row.story},
                    {"shot", row.shot},
                    {"frame", row.frame},
                    {"caption", row.narrative},
                    {"descriptive", row.script.descriptive()},
                    {"setting", row.script.setting.words()},
                    {"action", kActions[static_cast<std::size_t>(row.script.action)].verb}});
  }
  index["rows"] = std::move(list);
  write_json_file(out / "index.json", index);
  fmt::print("{} frames and {} cards of {} characters in {}\n", rows.size(), cards.size(),
             options.ips, options.out);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Renders training data for the embedded encoders", "asbench_training_data");
  app.add_option("--out", options.out, "folder to write")->required();
  app.add_option("--cast", options.cast, "training or demo")
      ->check(CLI::IsMember({"training", "demo"}))
      ->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--ips", options.ips, "characters")->capture_default_str();
  app.add_option("--stories-per-ip", options.stories)->capture_default_str();
  app.add_option("--frames", options.frames, "frame rule")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "asbench_training_data: {}\n", problem.what());
    return 2;
  }
}
