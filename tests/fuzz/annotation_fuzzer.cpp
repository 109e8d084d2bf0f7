// Annotation files: any bytes give values and findings; nothing throws, and what was read keeps
// its promises. The kept index: any bytes are an index or nothing. Links asbench::loaders.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "loaders/annotations/index_file.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/splits/common.h"

namespace {

using namespace asbench;
using namespace asbench::loaders;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const AnnotatedSegment& segment, double fps) {
  require(segment.frames.begin_frame >= 0 && !segment.frames.empty());
  require(!segment.shots.empty());
  int number = 0;
  for (const AnnotatedShot& shot : segment.shots) {
    require(shot.number > number);
    number = shot.number;
    require(shot.seconds.end > shot.seconds.start && shot.seconds.start >= 0.0);
    require(shot.frames.has_value() == (fps > 0.0));
    if (shot.frames) {
      require(shot.frames->begin_frame >= segment.frames.begin_frame);
      require(shot.frames->end_frame <= segment.frames.end_frame && !shot.frames->empty());
    }
    if (shot.excerpt) {
      require(shot.excerpt->start >= shot.seconds.start);
      require(shot.excerpt->end <= shot.seconds.end);
    }
  }
}

void check(const AnnotationFile& file) {
  for (const AnnotatedVideo& video : file.videos) {
    require(is_safe_id(video.id) && video.fps >= 0.0);
    for (const AnnotatedSegment& segment : video.segments) check(segment, video.fps);
  }
  for (const AnnotationFinding& finding : file.findings) {
    require(finding.video < static_cast<int>(file.videos.size()));
    require(!finding.kind.empty() && !finding.text.empty());
  }
}

void read_kept_index(std::string_view bytes) {
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("annotation_fuzzer." + std::to_string(getpid())))
          .string();
  std::ofstream(path, std::ios::binary) << bytes;
  static_cast<void>(read_index(path));
  std::filesystem::remove(path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(parse_annotations(bytes, {"fuzz.json", "fuzz"}));
  if (bytes.starts_with("asbench annotation index")) read_kept_index(bytes);
  return 0;
}
