#include "tools/damage/damage_campaign.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <sstream>

#include "core/error.h"
#include "core/json.h"
#include "core/stats.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/program.h"
#include "tools/damage/sound_clips.h"

namespace asbench::damage {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDamage[] = {"flipped", "dropped", "inserted", "shifted"};
constexpr std::uint64_t kLongestRun = 64;

/// One to sixteen bytes changed anywhere, or a run of 1 to 64 bytes taken out or put in. Shifted:
/// taken out at one place and put in at another, so that the file keeps its length and what its
/// container says of lengths.
void damage(std::string& bytes, std::string_view kind, SplitMix64& random) {
  const auto place = [&] { return static_cast<std::size_t>(random.below(bytes.size())); };
  if (kind == "flipped") {
    const auto count = 1 + random.below(16);
    for (std::uint64_t i = 0; i < count; ++i) {
      bytes[place()] ^= static_cast<char>(1 + random.below(255));
    }
    return;
  }
  std::string run(static_cast<std::size_t>(1 + random.below(kLongestRun)), '\0');
  for (char& byte : run) byte = static_cast<char>(random.below(256));
  if (kind == "dropped" || kind == "shifted") {
    const std::size_t at = std::min(place(), bytes.size() - run.size());
    bytes.erase(at, run.size());
  }
  if (kind == "inserted" || kind == "shifted") bytes.insert(place(), run);
}

/// What the reader says: the frames, or why there are none. `fill` goes into new memory.
struct Answer {
  bool refused = false;
  std::string text;
  bool operator==(const Answer&) const = default;
};

Answer ask_reader(const fs::path& clip, int fill) {
  ::mallopt(M_PERTURB, fill);
  Answer answer;
  const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
  try {
    const auto decoded =
        loaders::decode_clip({.kind = loaders::ShotSource::Kind::video_file, .path = clip}, all);
    answer.text =
        fmt::format("{}x{} {}", decoded.width, decoded.height, loaders::clip_digest(decoded));
  } catch (const loaders::BrokenVideo& broken) {
    answer = {true, broken.kind() + ": " + broken.cause()};
  }
  ::mallopt(M_PERTURB, 0);
  return answer;
}

enum class Notice {
  nothing,
  times,  ///< of frames don't rise: a remark of the output side, on which ffmpeg does not end
  error   ///< ffmpeg ends with an error, or a demuxer or decoder says a word
};

/// Frames that its decoder marks as corrupt end it too (-xerror).
Notice ask_strict_mode(const std::string& ffmpeg, const fs::path& clip) {
  const auto ran = asbench::testing::run_program(
      ffmpeg, {"-nostdin", "-v", "error", "-err_detect", "explode", "-xerror", "-i", clip.string(),
               "-map", "0:v", "-f", "null", "-"});
  if (ran.exit_code != 0) return Notice::error;
  std::istringstream lines(ran.err);
  Notice notice = Notice::nothing;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("    Last message repeated")) continue;
    if (!line.starts_with("[null @ ")) return Notice::error;
    notice = Notice::times;
  }
  return notice;
}

struct Subject {
  SoundClip clip;
  std::string bytes;
  Answer sound;
};

std::vector<Subject> make_subjects(const CampaignOptions& options) {
  std::vector<Subject> subjects;
  for (SoundClip& clip : make_sound_clips(options.folder)) {
    Subject subject{std::move(clip), {}, {}};
    subject.bytes = read_text_file(subject.clip.file);
    subject.sound = ask_reader(subject.clip.file, 0);
    if (subject.sound.refused ||
        ask_strict_mode(options.ffmpeg, subject.clip.file) != Notice::nothing) {
      throw BadInput(fmt::format("{}: is not sound: {}", subject.clip.file.string(),
                                 subject.sound.refused ? subject.sound.text : "ffmpeg complains"));
    }
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

}  // namespace

Count& Count::operator+=(const Count& other) {
  clips += other.clips;
  refused += other.refused;
  same_pixels += other.same_pixels;
  other_pixels += other.other_pixels;
  noticed_alone += other.noticed_alone;
  odd_times += other.odd_times;
  return *this;
}

Count CampaignResult::total() const {
  Count all;
  for (const auto& [kind, count] : by_kind) all += count;
  return all;
}

CampaignResult run_campaign(const CampaignOptions& options) {
  fs::create_directories(options.folder);
  const auto subjects = make_subjects(options);
  CampaignResult result;
  for (int i = 0; i < options.clips; ++i) {
    const auto number = static_cast<std::size_t>(i);
    const Subject& subject = subjects[number % subjects.size()];
    const std::string_view kind = kDamage[number / subjects.size() % std::size(kDamage)];
    SplitMix64 random(options.seed * 1'000'003 + number);
    std::string bytes = subject.bytes;
    while (bytes == subject.bytes) damage(bytes, kind, random);
    const std::string name = fmt::format("{:04}_{}_{}{}", i, subject.clip.codec, kind,
                                         subject.clip.file.extension().string());
    const fs::path file = options.folder / name;
    write_file_atomically(file, bytes);
    const Answer first = ask_reader(file, 0x55);
    const Answer second = ask_reader(file, 0xAA);
    const Notice notice = ask_strict_mode(options.ffmpeg, file);
    const bool noticed = notice == Notice::error;
    Count count;
    count.clips = 1;
    count.refused = first.refused ? 1 : 0;
    count.noticed_alone = first.refused && !noticed ? 1 : 0;
    count.same_pixels = first == subject.sound ? 1 : 0;
    count.other_pixels = !first.refused && !noticed && first != subject.sound ? 1 : 0;
    count.odd_times = count.other_pixels == 1 && notice == Notice::times ? 1 : 0;
    result.by_kind[fmt::format("{} {}", subject.clip.codec, kind)] += count;
    const bool overlooked = noticed && !first.refused;
    if (first != second) {
      result.unstable.push_back(
          fmt::format("{}: \"{}\", then \"{}\"", name, first.text, second.text));
    }
    if (overlooked) result.overlooked.push_back(name);
    if (first == second && !overlooked && !options.keep_all) fs::remove(file);
  }
  return result;
}

void print(const CampaignResult& result, std::ostream& out) {
  const auto row = [&](const std::string& name, const Count& count) {
    out << fmt::format("{:16} {:6} {:8} {:12} {:13} {:21}\n", name, count.clips, count.refused,
                       count.same_pixels, count.other_pixels, count.noticed_alone);
  };
  out << "damage            clips  refused  same pixels  other pixels  noticed by us alone\n";
  for (const auto& [kind, count] : result.by_kind) row(kind, count);
  const Count total = result.total();
  row("all", total);
  out << fmt::format("two decodes differ: {}\n", result.unstable.size());
  for (const auto& text : result.unstable) out << "  " << text << "\n";
  out << fmt::format("noticed by ffmpeg's strictest mode and taken by the reader: {}\n",
                     result.overlooked.size());
  for (const auto& text : result.overlooked) out << "  " << text << "\n";
  out << fmt::format(
      "other pixels that nothing notices: {} of {} ({:.1f} %); in {} of them times of "
      "frames don't rise\n",
      total.other_pixels, total.clips, 100.0 * total.other_pixels / std::max(total.clips, 1),
      total.odd_times);
}

std::string find_ffmpeg() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / "ffmpeg";
    if (fs::exists(program)) return program.string();
  }
  return {};
}

}  // namespace asbench::damage
