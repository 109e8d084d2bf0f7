#include "baselines/animeshooter_gen/shot_files.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>
#include <system_error>

#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/error.h"
#include "core/files.h"
#include "core/write_file.h"
#include "loaders/image_file.h"
#include "loaders/png_file.h"
#include "loaders/video/clip_writer.h"
#include "models/weights/dtype.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kAside = ".generation";
constexpr const char* kLatents = "latents";
constexpr const char* kDenoisingSeconds = "denoising_seconds";
constexpr const char* kEncodingSeconds = "encoding_seconds";

void remove_tree(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) throw SystemFault("can't be removed", folder, error.value());
}

Denoised read_denoised(const fs::path& file, at::IntArrayRef sizes) {
  TensorReader reader(file);
  Denoised denoised{.latents = reader.take(kLatents, models::DType::f32, 5)};
  const auto value = [](const at::Tensor& seconds) { return seconds.const_data_ptr<double>()[0]; };
  denoised.denoising_seconds = value(reader.take(kDenoisingSeconds, models::DType::f64, 1));
  const at::Tensor encoding = reader.take_if_there(kEncodingSeconds, models::DType::f64, 1);
  if (encoding.defined()) denoised.encoding_seconds = value(encoding);
  reader.finish();
  if (denoised.latents.sizes() != sizes) {
    reader.refuse(fmt::format("latents is [{}], but this model's are [{}]",
                              fmt::join(denoised.latents.sizes(), ", "), fmt::join(sizes, ", ")));
  }
  return denoised;
}

}  // namespace

fs::path ShotFiles::place(std::string_view story, int shot) const {
  return folder_ / story / fmt::format("shot_{:02}", shot);
}

fs::path ShotFiles::handed_on_file(std::string_view story, int shot) const {
  return folder_ / kAside / story / fmt::format("shot_{:02}.png", shot);
}

fs::path ShotFiles::latents_file(std::string_view story, int shot) const {
  return folder_ / kAside / story / fmt::format("shot_{:02}.safetensors", shot);
}

bool ShotFiles::is_there(std::string_view story, int shot) const {
  const fs::path file = place(story, shot);
  if (form_ == FrameForm::png) return is_folder(file);
  return is_file(fs::path(file).concat(".mp4")) || is_file(fs::path(file).concat(".avi"));
}

void ShotFiles::write(std::string_view story, int shot, const at::Tensor& levels) const {
  if (form_ == FrameForm::png) return write_pictures(story, shot, levels);
  loaders::ClipWriter writer(fs::path(place(story, shot)).concat(".mp4"),
                             static_cast<int>(levels.size(2)), static_cast<int>(levels.size(1)),
                             frames_per_second_);
  for (std::int64_t i = 0; i < levels.size(0); ++i) writer.write(frame_of(levels, i));
  writer.finish();
}

void ShotFiles::write_pictures(std::string_view story, int shot, const at::Tensor& levels) const {
  const fs::path aside = folder_ / kAside / story / fmt::format("shot_{:02}", shot);
  const fs::path final = place(story, shot);
  remove_tree(aside);  // of a run that was killed
  make_folders(aside);
  for (std::int64_t i = 0; i < levels.size(0); ++i) {
    write_file_atomically(aside / fmt::format("frame_{:04}.png", i + 1),
                          loaders::encode_png(frame_of(levels, i)));
  }
  make_folders(final.parent_path());
  remove_tree(final);  // a shot that the record doesn't know
  std::error_code error;
  fs::rename(aside, final, error);
  if (error) throw SystemFault("can't be made", final, error.value());
}

void ShotFiles::hand_on(std::string_view story, int shot, const Image& frame) const {
  const fs::path file = handed_on_file(story, shot);
  make_folders(file.parent_path());
  write_file_atomically(file, loaders::encode_png(frame));
}

std::optional<Image> ShotFiles::handed_on(std::string_view story, int shot) const {
  if (!has_handed_on(story, shot)) return std::nullopt;
  return loaders::read_image(handed_on_file(story, shot));
}

bool ShotFiles::has_handed_on(std::string_view story, int shot) const {
  return is_file(handed_on_file(story, shot));
}

void ShotFiles::put_aside(std::string_view story, int shot, const Denoised& denoised) const {
  const auto seconds = [](double value) { return at::full({1}, value, at::kDouble); };
  std::map<std::string, at::Tensor> tensors = {
      {kLatents, denoised.latents}, {kDenoisingSeconds, seconds(denoised.denoising_seconds)}};
  if (denoised.encoding_seconds)
    tensors.emplace(kEncodingSeconds, seconds(*denoised.encoding_seconds));
  const fs::path file = latents_file(story, shot);
  make_folders(file.parent_path());
  write_tensors(file, tensors);
}

std::optional<Denoised> ShotFiles::denoised(std::string_view story, int shot,
                                            at::IntArrayRef sizes) const {
  const fs::path file = latents_file(story, shot);
  if (!is_file(file)) return std::nullopt;
  try {
    return read_denoised(file, sizes);
  } catch (const BadInput& error) {
    throw BadInput(
        fmt::format("{}\n  Remove the file, and the shot is denoised again.", error.what()));
  }
}

void ShotFiles::forget(std::string_view story) const {
  const fs::path aside = folder_ / kAside;
  std::error_code ignored;  // what can't be removed does no harm
  fs::remove_all(aside / story, ignored);
  for (fs::path parent = (aside / story).parent_path(); parent != folder_;
       parent = parent.parent_path()) {
    if (!fs::remove(parent, ignored)) break;  // other stories are under way
  }
}

}  // namespace asbench::baselines
