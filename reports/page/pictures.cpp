#include "reports/page/pictures.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace asbench::reports {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHashDigits = 32;  ///< as evaluation/frame_sidecar.h names them
constexpr std::uintmax_t kLargestPicture = 1ULL << 20;

}  // namespace

fs::path picture_folder(const fs::path& result) {
  return fs::path(result).replace_extension(".frames");
}

std::string frame_picture_name(const document::ResultShot& shot, std::size_t index) {
  return fmt::format("{}-{}.jpg", shot.sha256.substr(0, kHashDigits), shot.frames.at(index));
}

std::string reference_picture_name(const std::string& sha256) {
  return sha256.substr(0, kHashDigits) + ".jpg";
}

Pictures::Pictures(const std::vector<fs::path>& folders) {
  for (const auto& folder : folders) {
    if (is_folder(folder)) folders_.push_back(folder);
  }
}

std::optional<std::string> Pictures::find(const std::string& name) const {
  for (const auto& folder : folders_) {
    const fs::path file = folder / name;
    if (!is_file(file) || InputFile(file).size() > kLargestPicture) continue;
    std::string bytes = read_text_file(file, kLargestPicture);
    if (bytes.starts_with("\xFF\xD8\xFF")) return bytes;
  }
  return std::nullopt;
}

}  // namespace asbench::reports
