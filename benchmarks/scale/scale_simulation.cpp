// A large run without its videos and networks: what plan, status, encode and score cost by
// themselves. The split and the files are there (the files have a size and no content), clips and
// encoders are made up; everything between them is the program's own code.
//
//   scale_simulation STORIES WORK [METRICS]     prints one row of docs/scale.md for each stage
//
// Each stage is a process of its own, whose peak memory the system tells. The store is packed as it
// grows. The store syncs every entry: on a disk, encode and pack take what its syncs take; a WORK
// in memory (/dev/shm) leaves that out.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/print.h"
#include "core/say.h"
#include "core/write_file.h"
#include "document/result.h"
#include "document/story_spool.h"
#include "evaluation/encode.h"
#include "evaluation/overrides.h"
#include "evaluation/run.h"
#include "features/store_maintenance.h"

namespace {

namespace fs = std::filesystem;
using namespace asbench;

constexpr int kShots = 4;
constexpr int kStoriesPerIp = 100;
constexpr int kShards = 64;
constexpr int kParts = 8;  ///< shards of the encoding; the store is packed after each
constexpr int kFrames = 49;

/// Where everything of a simulation lies.
struct World {
  int stories = 0;
  fs::path folder;
  [[nodiscard]] fs::path split() const { return folder / "split" / "split.json"; }
  [[nodiscard]] fs::path outputs() const { return folder / "outputs"; }
  [[nodiscard]] fs::path store() const { return folder / "store"; }
};

/// A PNG of 16 x 16 grey pixels.
constexpr unsigned char kReference[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x10, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x98, 0xa0,
    0xbd, 0x00, 0x00, 0x00, 0x60, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x65, 0xca, 0x11, 0x00, 0x80,
    0x30, 0x00, 0x45, 0xc1, 0x87, 0xc3, 0x61, 0x18, 0x86, 0xc3, 0x61, 0x18, 0x0e, 0xc3, 0xe1, 0x30,
    0x0c, 0xc3, 0x30, 0x0c, 0xc3, 0x30, 0x0c, 0xc3, 0x30, 0x0c, 0xc3, 0x30, 0x0c, 0xf3, 0xdf, 0xf1,
    0x81, 0xcd, 0x5d, 0x19, 0x62, 0xd3, 0x0d, 0xd3, 0xb2, 0x1d, 0xd7, 0x83, 0xc9, 0x0a, 0x5f, 0xd5,
    0xa9, 0xed, 0xc7, 0x79, 0xdd, 0xcf, 0xfb, 0xfd, 0x05, 0x24, 0x18, 0x24, 0x58, 0x24, 0x64, 0x48,
    0xc8, 0x91, 0x50, 0x20, 0xc1, 0x21, 0xc1, 0x23, 0xa1, 0x44, 0x42, 0x85, 0x84, 0x80, 0x84, 0x1a,
    0x09, 0x11, 0x09, 0xe9, 0x03, 0xa2, 0xdf, 0x7c, 0x01, 0xed, 0x83, 0x37, 0x01, 0x00, 0x00, 0x00,
    0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

Image picture(std::string_view seed) {
  const std::string bytes = sha256_hex(seed);
  Image image(6, 8, 3);
  for (std::size_t i = 0; i < image.bytes.size(); ++i)
    image.bytes[i] = static_cast<std::uint8_t>(bytes[i % bytes.size()] * 2 + static_cast<int>(i));
  return image;
}

/// Clips whose content is their name.
class MadeUpClips final : public features::ClipSource {
 public:
  std::string content_sha256(const loaders::ShotSource& source) const override {
    return sha256_hex(source.path.string());
  }
  void check(const loaders::ShotSource&) const override {}
  loaders::DecodedClip decode(const loaders::ShotSource& source,
                              std::span<const loaders::FrameRule> rules,
                              const loaders::DecodeOptions& options) const override {
    loaders::DecodedClip clip;
    clip.frame_count = clip.declared_frames = kFrames;
    clip.fps = 8.0;
    clip.width = 8;
    clip.height = 6;
    for (const auto& rule : rules) {
      auto& indices = clip.indices.emplace_back(loaders::frame_indices(rule, kFrames));
      for (const int index : indices)
        clip.frames.emplace(index, picture(source.path.string() + std::to_string(index)));
    }
    if (options.pictures) clip.pictures = {.frames = kFrames};
    return clip;
  }
  std::vector<loaders::DecodeOutcome> decode_ranges(
      std::span<const loaders::ShotSource> sources, std::span<const loaders::FrameRule> rules,
      const loaders::DecodeOptions& options) const override {
    std::vector<loaders::DecodeOutcome> clips;
    for (const auto& source : sources) clips.emplace_back(decode(source, rules, options));
    return clips;
  }
  Image read_picture(const fs::path& path) const override { return picture(path.string()); }
};

/// Narrow features, so that the store of a large simulation fits into memory: the first pixels.
constexpr std::int64_t kWidth = 64;

class MadeUpImageEncoder final : public models::ImageEncoder {
 public:
  explicit MadeUpImageEncoder(const features::EncoderUse& use) {
    info_.id = use.id;
    info_.dim = kWidth;
    info_.profile = use.profile;
  }
  const models::EncoderInfo& info() const override { return info_; }
  at::Tensor encode_images(const at::Tensor& pixels) const override {
    return pixels.flatten(1).slice(1, 0, kWidth).contiguous();
  }
  at::Tensor encode_levels(const at::Tensor&) const override {
    throw InternalError("no device is simulated");
  }

 private:
  models::EncoderInfo info_;
};

class MadeUpTextEncoder final : public models::TextEncoder {
 public:
  int dim() const override { return kWidth; }
  models::EncodedTexts encode_texts(std::span<const std::string> texts) const override {
    models::EncodedTexts encoded;
    encoded.features =
        at::ones({static_cast<std::int64_t>(texts.size()), kWidth}, at::TensorOptions(at::kFloat));
    for (std::size_t i = 0; i < texts.size(); ++i)
      encoded.features[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(i) % kWidth] = 2.0F;
    encoded.truncated.assign(texts.size(), false);
    return encoded;
  }
  at::Tensor encode_ids(std::span<const std::vector<std::int64_t>> ids) const override {
    return at::ones({static_cast<std::int64_t>(ids.size()), kWidth});
  }
};

class MadeUpEncoders final : public features::EncoderFactory {
 public:
  std::unique_ptr<models::ImageEncoder> image_encoder(const features::EncoderUse& use,
                                                      c10::Device) const override {
    return std::make_unique<MadeUpImageEncoder>(use);
  }
  std::unique_ptr<models::TextEncoder> text_encoder(const features::EncoderUse&,
                                                    c10::Device) const override {
    return std::make_unique<MadeUpTextEncoder>();
  }
  std::unique_ptr<models::ClipEncoder> clip_encoder(const features::ClipEncoderUse&,
                                                    c10::Device) const override {
    throw InternalError("no video network is simulated");
  }
  std::unique_ptr<models::FrameInterpolator> frame_interpolator(const features::InterpolatorUse&,
                                                                c10::Device) const override {
    throw InternalError("no interpolation network is simulated");
  }
};

void make_split(const World& world) {
  fs::create_directories(world.split().parent_path());
  Json split = {{"schema", "asbench/split@1"}, {"name", "simulated"}};
  const int ips = (world.stories + kStoriesPerIp - 1) / kStoriesPerIp;
  split["ips"] = Json::array();
  const std::string png(std::begin(kReference), std::end(kReference));
  for (int ip = 0; ip < ips; ++ip) {
    const std::string file = fmt::format("ip{:04}.png", ip);
    write_file_atomically(world.split().parent_path() / file, png, Sync::no);
    split["ips"].push_back(
        {{"id", fmt::format("ip{:04}", ip)}, {"references", Json::array({{{"file", file}}})}});
  }
  split["stories"] = Json::array();
  for (int story = 0; story < world.stories; ++story) {
    Json shots = Json::array();
    for (int shot = 1; shot <= kShots; ++shot)
      shots.push_back(
          {{"caption", fmt::format("Shot {} of story {}: she walks on.", shot, story)}});
    const int ip = story / kStoriesPerIp;
    split["stories"].push_back({{"id", fmt::format("ip{:04}/{}", ip, story % kStoriesPerIp)},
                                {"ip", fmt::format("ip{:04}", ip)},
                                {"shots", std::move(shots)}});
  }
  write_file_atomically(world.split(), split.dump(), Sync::no);
}

/// Files with a size and no content.
void make_outputs(const World& world) {
  for (int story = 0; story < world.stories; ++story) {
    const auto folder = world.outputs() / fmt::format("ip{:04}", story / kStoriesPerIp) /
                        std::to_string(story % kStoriesPerIp);
    fs::create_directories(folder);
    for (int shot = 1; shot <= kShots; ++shot) {
      const auto file = folder / fmt::format("shot_{:02}.mp4", shot);
      write_file_atomically(file, "", Sync::no);
      fs::resize_file(file, 200'000 + static_cast<std::uintmax_t>((story * 7 + shot) % 100) * 1000);
    }
  }
}

evaluation::ScoreRequest request_of(const World& world, const std::vector<std::string>& metrics) {
  static const MadeUpClips clips;
  static const MadeUpEncoders encoders;
  static const features::ExtractionInputs sources{clips, encoders};
  evaluation::ScoreRequest request;
  request.sources = &sources;
  request.split = world.split();
  request.outputs = world.outputs();
  request.store = world.store();
  request.system = "simulated";
  request.defaults = evaluation::load_protocol("demo");
  request.protocol = evaluation::apply(request.defaults, {.metrics = metrics});
  request.extraction.threads = 1;
  request.extraction.batch = 64;
  request.extraction.decode_threads = 1;
  request.extraction.progress = Progress::Style::quiet;
  return request;
}

/// What a stage took, over all of its processes.
struct Cost {
  double seconds = 0.0;
  long peak_mib = 0;
  std::string said;  ///< of the last one
};

/// Runs the work in a process of its own and adds its time and peak memory.
void run_stage(const World& world, const std::string& name,
               const std::function<std::string()>& work, Cost& cost) {
  const auto started = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw InternalError("fork failed");
  if (child == 0) {
    int code = 0;
    try {
      const std::string said = work();
      write_file_atomically(world.folder / "said", said, Sync::no);
    } catch (const std::exception& error) {
      say(fmt::format("{}: {}\n", name, error.what()));
      code = 2;
    }
    ::_exit(code);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw Error(name + " failed");
  cost.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  cost.peak_mib = std::max(cost.peak_mib, usage.ru_maxrss / 1024);
  cost.said = read_text_file(world.folder / "said");
}

void print_row(const World& world, const std::string& name, const Cost& cost) {
  print_safe(stdout, "| {} | {} | {:.1f} | {} | {} |\n", world.stories, name, cost.seconds,
             cost.peak_mib, cost.said);
  std::fflush(stdout);
}

void stage(const World& world, const std::string& name, const std::function<std::string()>& work) {
  Cost cost;
  run_stage(world, name, work, cost);
  print_row(world, name, cost);
}

std::string encode_part(const World& world, const std::vector<std::string>& metrics, int part) {
  static_cast<void>(evaluation::encode(request_of(world, metrics), {part, kParts}));
  return "";
}

std::string score(const World& world, const std::vector<std::string>& metrics) {
  const fs::path file = world.folder / "result.json";
  document::StorySpool stories(file);
  const auto result =
      evaluation::score(request_of(world, metrics),
                        [&](document::ResultStory story) { stories.add(std::move(story)); });
  document::write_result(file, result, stories);
  return fmt::format("document of {} MiB", fs::file_size(file) >> 20);
}

int simulate(const World& world, const std::vector<std::string>& metrics) {
  fs::remove_all(world.folder);
  make_split(world);
  make_outputs(world);
  print_safe(stdout, "| stories | stage | seconds | peak MiB | |\n|---|---|---|---|---|\n");
  stage(world, "plan", [&] {
    const auto plan = evaluation::plan_run(request_of(world, metrics), kShards, 0);
    return fmt::format("{} clips, {} captions", plan.clips, plan.captions);
  });
  Cost encoding;
  Cost packing;
  for (int part = 0; part < kParts; ++part) {
    run_stage(
        world, "encode", [&] { return encode_part(world, metrics, part); }, encoding);
    run_stage(
        world, "store pack",
        [&] {
          static_cast<void>(features::pack_store(world.store()));
          const auto found = features::store_statistics(world.store());
          return fmt::format("{} entries, {} MiB", found.packed_entries, found.packed_bytes >> 20);
        },
        packing);
  }
  print_row(world, fmt::format("encode, {} shards one after the other", kParts), encoding);
  print_row(world, "store pack, after each", packing);
  stage(world, "status", [&] {
    const auto status = evaluation::run_status(request_of(world, metrics), kShards);
    return fmt::format("{} shards of {} incomplete", status.incomplete().size(), kShards);
  });
  stage(world, "score", [&] { return score(world, metrics); });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    say("scale_simulation STORIES WORK [METRIC,METRIC,...]\n");
    return 2;
  }
  try {
    std::vector<std::string> metrics;
    std::istringstream list(argc > 3 ? argv[3] : "");
    for (std::string metric; std::getline(list, metric, ',');) metrics.push_back(metric);
    return simulate({std::stoi(argv[1]), fs::path(argv[2]) / "simulation"}, metrics);
  } catch (const std::exception& error) {
    say(fmt::format("scale_simulation: {}\n", error.what()));
    return 2;
  }
}
