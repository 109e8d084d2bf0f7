#include "baselines/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "baselines/output_folder.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/threads.h"
#include "core/version.h"
#include "loaders/video/clip_check.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kRecord = "generator.json";
constexpr std::string_view kNetworkRecord = "generation.json";  ///< of animeshooter_gen

struct Job {
  const loaders::Story* story = nullptr;
  const loaders::Shot* shot = nullptr;
  fs::path file;  ///< without the ending
};

/// A finished shot may have either ending: that of the file it was copied from.
bool is_finished(const fs::path& file) {
  return is_there(fs::path(file).concat(".mp4")) || is_there(fs::path(file).concat(".avi"));
}

Json record_of(const GenerateRequest& request) {
  const auto& format = request.inputs.format;
  Json json;
  json["schema"] = "asbench/generator@1";
  json["baseline"] = request.baseline;
  json["parameters"] = find_baseline(request.baseline).parameters;
  json["seed"] = request.inputs.seed;
  json["split"] = request.inputs.split->sha256;
  json["source"] = request.source_name;
  json["format"] = {{"width", format.width},
                    {"height", format.height},
                    {"frames", format.frames},
                    {"frames_per_second", format.frames_per_second}};
  json["codec"] = loaders::codec_at_hand().name;
  json["version"] = build_info().version;
  return json;
}

void open_record(const fs::path& out, const Json& wanted) {
  make_folders(out);
  const fs::path file = out / kRecord;
  if (!is_there(file)) {
    if (!is_unused(out, kRecord)) {
      throw UsageError(fmt::format(
          "--out {}: the folder has files but no {}, so it was not written by `asbench generate`. "
          "Name a new folder.",
          out.string(), kRecord));
    }
    return write_json_file(file, wanted);
  }
  const Json there = read_json_file(file);
  for (const auto& [key, value] : wanted.items()) {
    if (there.is_object() && there.contains(key) && there.at(key) == value) continue;
    throw UsageError(fmt::format(
        "--out {}: the folder has videos of other settings: {} is {} there and {} now.\n  Remove "
        "the folder "
        "or name another.",
        out.string(), key,
        there.is_object() && there.contains(key) ? there.at(key).dump() : "absent", value.dump()));
  }
}

/// Copies under a temporary name; SystemFault when the source file is missing or the disk full.
/// (copy_file() calls a full disk an input/output error.)
void copy_clip(const fs::path& from, const fs::path& to) {
  make_folders(to.parent_path());
  write_file_atomically(to, read_text_file(from));
}

bool can_be_copied(const loaders::ShotSource& source) {
  return source.kind == loaders::ShotSource::Kind::video_file &&
         (source.path.path().extension() == ".mp4" || source.path.path().extension() == ".avi");
}

/// A writer that begins with the first frame, whose size it takes.
class Frames {
 public:
  Frames(fs::path file, double frames_per_second)
      : file_(std::move(file)), frames_per_second_(frames_per_second) {}
  void write(const Image& rgb) {
    if (!writer_) writer_.emplace(file_, rgb.width, rgb.height, frames_per_second_);
    writer_->write(rgb);
  }
  void finish() {
    if (!writer_)
      throw InternalError(fmt::format("{}: the generator drew no frame", file_.string()));
    writer_->finish();
  }

 private:
  fs::path file_;
  double frames_per_second_;
  std::optional<loaders::ClipWriter> writer_;
};

void make_shot(const Generator& generator, const GeneratorInputs& inputs, const Job& job) {
  const auto existing = generator.existing_shot(inputs, *job.story, *job.shot);
  if (existing && can_be_copied(*existing)) {
    return copy_clip(existing->path,
                     fs::path(job.file).concat(existing->path.path().extension().string()));
  }
  const fs::path file = fs::path(job.file).concat(".mp4");
  if (existing) {
    const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
    const auto clip = loaders::decode_clip(*existing, all);
    Frames frames(file, clip.fps > 0.0 ? clip.fps : inputs.format.frames_per_second);
    for (const auto& [index, frame] : clip.frames) frames.write(frame);
    return frames.finish();
  }
  Frames frames(file, generator.frames_per_second(inputs, *job.story, *job.shot));
  generator.draw(inputs, *job.story, *job.shot, [&](const Image& rgb) { frames.write(rgb); });
  frames.finish();
}

void run_jobs(const std::vector<Job>& jobs, const Generator& generator,
              const GenerateRequest& request, Progress& progress) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < jobs.size(); i = next++) {
        if (interrupted())
          throw BadInput("interrupted. Finished shots are kept; the same command resumes.");
        make_shot(generator, request.inputs, jobs[i]);
        progress.advance();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = jobs.size();
    }
  };
  const unsigned count = request.threads > 0 ? static_cast<unsigned>(request.threads)
                                             : std::max(1U, std::thread::hardware_concurrency());
  run_on_threads(count, work, [&] { next = jobs.size(); });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

GenerateReport generate(const GenerateRequest& request) {
  const auto generator = make_generator(request.baseline);
  if (const auto need = generator->missing_need(request.inputs); !need.empty()) {
    throw UsageError(
        fmt::format("Baseline {} does not work with this split: {}", request.baseline, need));
  }
  GenerateReport report;
  std::vector<Job> jobs;
  for (const auto& story : request.inputs.wanted().stories) {
    for (const auto& shot : story.shots) {
      Job job{&story, &shot, request.out / story.id / fmt::format("shot_{:02}", shot.number)};
      if (is_finished(job.file)) {
        ++report.kept;
      } else {
        jobs.push_back(std::move(job));
      }
    }
  }
  for (const Job& job :
       jobs) {  // a missing or broken source file is reported before anything is written
    if (const auto donor = generator->existing_shot(request.inputs, *job.story, *job.shot))
      loaders::check_clip(*donor);
  }
  open_record(request.out, record_of(request));
  remove_abandoned_temporaries(request.out, Sweep::folder_and_below);
  report.written = static_cast<int>(jobs.size());
  Progress progress(request.baseline, static_cast<std::int64_t>(jobs.size()),
                    jobs.empty() ? Progress::Style::quiet : request.progress);
  run_jobs(jobs, *generator, request, progress);
  return report;
}

std::optional<std::string> generated_by(const fs::path& folder) {
  const auto name_in = [](const Json& record) -> std::optional<std::string> {
    if (!record.is_object() || !record.contains("baseline") || !record.at("baseline").is_string())
      return std::nullopt;
    return record.at("baseline").get<std::string>();
  };
  if (is_file(folder / kRecord)) return name_in(read_json_file(folder / kRecord));
  if (!is_file(folder / kNetworkRecord)) return std::nullopt;
  const Json record = read_json_file(folder / kNetworkRecord);
  return record.is_object() && record.contains("settings") ? name_in(record.at("settings"))
                                                           : std::nullopt;
}

}  // namespace asbench::baselines
