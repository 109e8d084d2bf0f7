#pragma once

#include <filesystem>
#include <string>

namespace asbench::document {

// The small pictures beside a result document: `score` writes them, reports look for them. Names
// are made of content hashes.

/// "results/mine.json" -> "results/mine.frames"
[[nodiscard]] std::filesystem::path picture_folder(const std::filesystem::path& result);

/// Of a sampled frame. @param sha256  of the shot's content @param frame  its index in the shot
[[nodiscard]] std::string frame_picture_name(const std::string& sha256, int frame);

/// @param sha256  of the reference's file
[[nodiscard]] std::string reference_picture_name(const std::string& sha256);

}  // namespace asbench::document
