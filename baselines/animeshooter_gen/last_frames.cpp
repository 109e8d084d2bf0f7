#include "baselines/animeshooter_gen/last_frames.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

#include "core/error.h"

namespace asbench::baselines {

LastFrames::LastFrames(const std::filesystem::path& path)
    : file_(models::SafetensorsFile::open(path, models::ReadMode::copied)) {
  for (const std::string& name : file_.names()) {
    const models::TensorView view = file_.find(name).value();
    constexpr std::int64_t kMostPixels = 1 << 14;
    const bool fits = view.dtype == models::DType::u8 && view.shape.size() == 3 &&
                      view.shape[0] > 0 && view.shape[0] <= kMostPixels && view.shape[1] > 0 &&
                      view.shape[1] <= kMostPixels && view.shape[2] == 3;
    if (!fits) {
      throw BadInput(fmt::format("{}: {:?} is {} [{}]; U8 [height, width, 3] is needed",
                                 path.string(), name, models::dtype_name(view.dtype),
                                 fmt::join(view.shape, ", ")));
    }
  }
}

std::optional<Image> LastFrames::find(std::string_view story, int shot) const {
  const auto view = file_.find(fmt::format("{}/{}", story, shot));
  if (!view) return std::nullopt;
  Image frame(static_cast<int>(view->shape[0]), static_cast<int>(view->shape[1]), 3);
  std::memcpy(frame.bytes.data(), view->bytes.data(), frame.bytes.size());
  return frame;
}

}  // namespace asbench::baselines
