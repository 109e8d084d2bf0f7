#include "document/pictures.h"

#include <fmt/format.h>

namespace asbench::document {
namespace {

constexpr std::size_t kHashDigits = 32;

}  // namespace

std::filesystem::path picture_folder(const std::filesystem::path& result) {
  return std::filesystem::path(result).replace_extension(".frames");
}

std::string frame_picture_name(const std::string& sha256, int frame) {
  return fmt::format("{}-{}.jpg", sha256.substr(0, kHashDigits), frame);
}

std::string reference_picture_name(const std::string& sha256) {
  return fmt::format("{}.jpg", sha256.substr(0, kHashDigits));
}

}  // namespace asbench::document
