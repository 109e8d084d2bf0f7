#include "loaders/png_file.h"

#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "core/error.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {

std::string encode_png(const Image& image) {
  std::vector<unsigned char> bytes;
  if (image.empty() || !cv::imencode(".png", to_mat(image), bytes))
    throw InternalError("a picture can't be encoded as PNG");
  return {bytes.begin(), bytes.end()};
}

}  // namespace asbench::loaders
