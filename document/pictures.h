#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace asbench::document {

// The small pictures beside a result document: `score` writes them, reports look for them. Names
// are made of content hashes.

/// "results/mine.json" -> "results/mine.frames"
[[nodiscard]] std::filesystem::path picture_folder(const std::filesystem::path& result);

/// Of a sampled frame. @param sha256  of the shot's content @param frame  its index in the shot
[[nodiscard]] std::string frame_picture_name(const std::string& sha256, int frame);

/// What lies behind the transparent pixels of a reference: the background of a protocol or
/// signature, and where that is the encoder's own mean, its colour, "mean-7a7468", taken from the
/// encoder's preprocessing profile ("hf[...,mean=.48/.46/.41,...]").
[[nodiscard]] std::string backdrop(std::string_view background, std::string_view profile);

/// @param sha256  of the reference's file @param backdrop  what backdrop() gives; empty: as earlier
/// versions wrote it, on mid grey
[[nodiscard]] std::string reference_picture_name(const std::string& sha256,
                                                 std::string_view backdrop);

}  // namespace asbench::document
