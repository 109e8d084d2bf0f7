#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "loaders/masks/reference_picture.h"

namespace asbench::loaders {

struct ReferenceFileOptions {
  ReferenceOptions references;
  bool force = false;  ///< replace files of other content
};

/// The files of one video's references.
struct ReferenceFiles {
  struct File {
    std::filesystem::path path;
    std::string segment;
    std::string character;
    int frame_index = 0;  ///< as annotated
    int frame = 0;        ///< in the file at hand
  };
  std::vector<File> files;  ///< by segment and character in the order asked for, then by number
  Findings findings;        ///< of make_reference_pictures()
};

/// A name as a part of a path on any system. What can't be part of a file's name everywhere
/// (control characters, / \ : * ? " < > | %, a dot or space at its ends) is written as %XX, so that
/// different names stay different. A name of more than 120 bytes is cut, and ends with "~" and 16
/// digits of the name's hash: systems take 255 bytes.
[[nodiscard]] std::string as_file_name(std::string_view name);

/// `<folder>/<video id>/<segment>/<character>_<k>.png`, each name as as_file_name() writes it. The
/// segment is the last part of the story's id.
[[nodiscard]] std::filesystem::path reference_file(const std::filesystem::path& folder,
                                                   std::string_view video_id,
                                                   std::string_view segment,
                                                   std::string_view character, int number);

/// Makes a video's references (make_reference_pictures()) and writes each as soon as it is there:
/// RGBA, the mask as alpha. A file with the same bytes stays. Folders are made.
/// @throws UsageError for a file of other content without `force`, with what was written before
///   left in place; SystemFault.
[[nodiscard]] ReferenceFiles write_reference_pictures(const std::filesystem::path& video,
                                                      std::string_view video_id,
                                                      const std::vector<CharacterMasks>& characters,
                                                      const std::filesystem::path& folder,
                                                      const ReferenceFileOptions& options);

}  // namespace asbench::loaders
