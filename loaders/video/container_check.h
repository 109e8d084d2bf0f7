#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace asbench::loaders {

/// Checks a file before it is given to a decoder and says why it can't be a complete video: not
/// there, not a regular file, empty, a text, or truncated. @returns the cause in a few words, or
/// nothing.
///
/// Truncated means: a top-level box of an MP4 or MOV that is longer than the file, or no `moov`
/// box; an AVI's RIFF size or a Matroska/WebM segment beyond the end; a GIF without its last block
/// (89a, 27); an MPEG transport stream whose last packet is not whole; an Ogg file (RFC 3533) whose
/// last page is not whole, or not the last of a stream. Such a file is refused even when some
/// frames would still decode: otherwise breaking a shot could raise a score
/// (docs/design/metrics.md 9.1). Texts are refused because FFmpeg would take some of them as
/// playlists and open what they name. Reads the lengths of a file's parts, not the pictures; a GIF
/// whole, as its parts are short. Thread-safe.
/// @throws SystemFault when the file can't be read: that is the machine's fault, not the file's.
[[nodiscard]] std::optional<std::string> container_defect(const std::filesystem::path& file);

}  // namespace asbench::loaders
