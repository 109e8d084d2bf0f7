#include "reports/page/pictures.h"

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "document/pictures.h"

namespace asbench::reports {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kLargestPicture = 1ULL << 20;

}  // namespace

std::string frame_picture_name(const document::ResultShot& shot, std::size_t index) {
  return document::frame_picture_name(shot.sha256, shot.frames.at(index));
}

std::string reference_picture_name(const Pictures& pictures, const std::string& sha256,
                                   const std::string& backdrop) {
  const std::string name = document::reference_picture_name(sha256, backdrop);
  return pictures.find(name) ? name : document::reference_picture_name(sha256, "");
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
