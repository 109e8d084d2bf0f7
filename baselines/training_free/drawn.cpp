#include "baselines/training_free/drawn.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "baselines/story_reference.h"
#include "baselines/training_free/draws.h"
#include "baselines/training_free/text_card.h"
#include "core/error.h"
#include "loaders/image_file.h"
#include "loaders/split.h"
#include "loaders/video/mat_image.h"
#include "models/preprocess/composite.h"

namespace asbench::baselines {
namespace {

using loaders::Shot;
using loaders::Story;

/// Pictures are BGR inside this file, as loaders/video/mat_image.h gives and takes them.
cv::Mat scaled(const cv::Mat& picture, double factor) {
  const cv::Size size(std::max(1, static_cast<int>(std::lround(picture.cols * factor))),
                      std::max(1, static_cast<int>(std::lround(picture.rows * factor))));
  cv::Mat result;
  cv::resize(picture, result, size, 0, 0, factor < 1.0 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

std::string need_reference(const GeneratorInputs& inputs) {
  const auto& split = inputs.wanted();
  for (const auto& story : split.stories) {
    if (!story.shots.empty() && !reference_file(split, story, story.shots.front())) {
      return fmt::format("it needs a reference image of every IP, but {} has none",
                         story.characters.empty() ? story.ip : story.id);
    }
  }
  return {};
}

Image reference_of(const GeneratorInputs& inputs, const Story& story, const Shot& shot) {
  return loaders::read_image(reference_file(*inputs.split, story, shot).value());
}

/// The reference on black, as large as fits, in the middle of a black frame.
cv::Mat letterboxed(const GeneratorInputs& inputs, const Story& story, const Shot& shot) {
  const cv::Mat picture = loaders::to_mat(
      models::composite(reference_of(inputs, story, shot), models::Background::black));
  const auto& format = inputs.format;
  const cv::Mat fitted =
      scaled(picture, std::min(static_cast<double>(format.width) / picture.cols,
                               static_cast<double>(format.height) / picture.rows));
  cv::Mat frame(format.height, format.width, CV_8UC3, cv::Scalar::all(0));
  const int width = std::min(fitted.cols, frame.cols);
  const int height = std::min(fitted.rows, frame.rows);
  fitted(cv::Rect(0, 0, width, height))
      .copyTo(frame(cv::Rect((frame.cols - width) / 2, (frame.rows - height) / 2, width, height)));
  return frame;
}

std::string shot_name(const Story& story, const Shot& shot) {
  return fmt::format("{}/{}", story.id, shot.number);
}

void repeat(const Image& frame, int count, const FrameWriter& write) {
  for (int i = 0; i < count; ++i) write(frame);
}

class RefStill : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return need_reference(inputs);
  }
  void draw(const GeneratorInputs& inputs, const Story& story, const Shot& shot,
            const FrameWriter& write) const override {
    repeat(loaders::to_image(letterboxed(inputs, story, shot)), inputs.format.frames, write);
  }
};

/// A window over the letterboxed reference that grows or shrinks and moves; each shot has its own
/// path.
class RefPan : public Generator {
 public:
  explicit RefPan(const Json& parameters)
      : least_(parameters.at("zoom_least")), most_(parameters.at("zoom_most")) {}
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return need_reference(inputs);
  }
  void draw(const GeneratorInputs& inputs, const Story& story, const Shot& shot,
            const FrameWriter& write) const override {
    const cv::Mat picture = letterboxed(inputs, story, shot);
    SplitMix64 random = stream(inputs.seed, "ref-pan/" + shot_name(story, shot));
    double from[3],
        to[3];  // zoom, and how far of what the zoom leaves the window goes right and down, -1 to 1
    for (auto* end : {from, to}) {
      end[0] = 1.0 + uniform(random, least_, most_);
      end[1] = uniform(random, -1.0, 1.0);
      end[2] = uniform(random, -1.0, 1.0);
    }
    for (int i = 0; i < inputs.format.frames; ++i) {
      const double share =
          inputs.format.frames > 1 ? static_cast<double>(i) / (inputs.format.frames - 1) : 0.0;
      const auto at = [&](int k) { return from[k] + share * (to[k] - from[k]); };
      const double zoom = at(0);
      const double slack = 0.5 * (1.0 - 1.0 / zoom);
      const double left = slack * (1.0 + at(1)) * picture.cols;
      const double top = slack * (1.0 + at(2)) * picture.rows;
      const cv::Mat window = (cv::Mat_<double>(2, 3) << 1.0 / zoom, 0, left, 0, 1.0 / zoom, top);
      cv::Mat frame;
      cv::warpAffine(picture, frame, window, picture.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP,
                     cv::BORDER_REPLICATE);
      write(loaders::to_image(frame));
    }
  }

 private:
  double least_, most_;
};

/// The masked character moves and bobs over a background that is drawn for each shot.
class RefPaste : public Generator {
 public:
  explicit RefPaste(const Json& parameters) : height_(parameters.at("character_height")) {}
  std::string missing_need(const GeneratorInputs& inputs) const override {
    if (auto need = need_reference(inputs); !need.empty()) return need;
    const auto& split = inputs.wanted();
    std::set<std::filesystem::path> seen;
    for (const auto& story : split.stories) {
      for (const auto& shot : story.shots) {
        const auto file = reference_file(split, story, shot).value();
        if (!seen.insert(file).second || loaders::read_image(file).channels == 4) continue;
        return fmt::format(
            "the reference of {} has no transparency, so its character can't be cut out; save it "
            "as RGBA",
            story.characters.empty() ? story.ip : story.id);
      }
    }
    return {};
  }
  void draw(const GeneratorInputs& inputs, const Story& story, const Shot& shot,
            const FrameWriter& write) const override {
    const auto& format = inputs.format;
    SplitMix64 random = stream(inputs.seed, "ref-paste/" + shot_name(story, shot));
    const cv::Mat background = background_of(random, format);
    const cv::Mat cut_out =
        premultiplied(models::crop_to_visible(reference_of(inputs, story, shot)));
    const double scale =
        std::min(height_ * format.height / cut_out.rows, 0.8 * format.width / cut_out.cols);
    cv::Mat figure;  // at its final size: a warp that shrinks would skip pixels
    cv::resize(cut_out, figure, cv::Size(), scale, scale,
               scale < 1.0 ? cv::INTER_AREA : cv::INTER_LINEAR);
    const double from = uniform(random, 0.25, 0.75);
    const double to = uniform(random, 0.25, 0.75);
    const double bobs = uniform(random, 1.0, 3.0);
    for (int i = 0; i < format.frames; ++i) {
      const double share = format.frames > 1 ? static_cast<double>(i) / (format.frames - 1) : 0.0;
      const double x = (from + share * (to - from)) * format.width;
      const double y =
          (0.52 - 0.03 * std::abs(std::sin(2.0 * std::numbers::pi * bobs * share))) * format.height;
      write(loaders::to_image(pasted(background, figure, x, y)));
    }
  }

 private:
  static cv::Scalar colour(SplitMix64& random) {
    return {uniform(random, 30, 225), uniform(random, 30, 225), uniform(random, 30, 225)};
  }

  static cv::Mat background_of(SplitMix64& random, const ClipFormat& format) {
    cv::Mat background(format.height, format.width, CV_8UC3);
    const auto kind = random.below(3);
    const cv::Scalar first = colour(random);
    const cv::Scalar second = colour(random);
    if (kind == 0) {
      background.setTo(first);
    } else if (kind == 1) {
      for (int y = 0; y < background.rows; ++y)
        background.row(y).setTo(first +
                                (second - first) * (static_cast<double>(y) / background.rows));
    } else {
      for (auto pixel = background.begin<cv::Vec3b>(); pixel != background.end<cv::Vec3b>();
           ++pixel) {
        const std::uint64_t bits = random.next();
        *pixel = {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
                  static_cast<std::uint8_t>(bits >> 16)};
      }
    }
    return background;
  }

  /// BGRA floats, colours times alpha: interpolation must not draw hidden colours in at the edge.
  static cv::Mat premultiplied(const Image& rgba) {
    cv::Mat figure;
    loaders::to_mat(rgba).convertTo(figure, CV_32FC4);
    for (auto pixel = figure.begin<cv::Vec4f>(); pixel != figure.end<cv::Vec4f>(); ++pixel) {
      for (int channel = 0; channel < 3; ++channel) (*pixel)[channel] *= (*pixel)[3] / 255.0F;
    }
    return figure;
  }

  static cv::Mat pasted(const cv::Mat& background, const cv::Mat& figure, double x, double y) {
    const cv::Mat placing =
        (cv::Mat_<double>(2, 3) << 1, 0, x - 0.5 * figure.cols, 0, 1, y - 0.5 * figure.rows);
    cv::Mat layer;
    cv::warpAffine(figure, layer, placing, background.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                   cv::Scalar::all(0));
    cv::Mat frame = background.clone();
    for (int row = 0; row < frame.rows; ++row) {
      auto* to = frame.ptr<cv::Vec3b>(row);
      const auto* from = layer.ptr<cv::Vec4f>(row);
      for (int column = 0; column < frame.cols; ++column) {
        const float hidden = 1.0F - from[column][3] / 255.0F;
        for (int channel = 0; channel < 3; ++channel) {
          to[column][channel] = cv::saturate_cast<std::uint8_t>(
              from[column][channel] + hidden * static_cast<float>(to[column][channel]));
        }
      }
    }
    return frame;
  }

  double height_;
};

class TextCard : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return need_captions(inputs);
  }
  void draw(const GeneratorInputs& inputs, const Story&, const Shot& shot,
            const FrameWriter& write) const override {
    repeat(draw_text_card(shot.caption.value(), inputs.format.width, inputs.format.height),
           inputs.format.frames, write);
  }
};

class Noise : public Generator {
 public:
  std::string missing_need(const GeneratorInputs&) const override { return {}; }
  void draw(const GeneratorInputs& inputs, const Story& story, const Shot& shot,
            const FrameWriter& write) const override {
    SplitMix64 random = stream(inputs.seed, "noise/" + shot_name(story, shot));
    Image frame(inputs.format.height, inputs.format.width, 3);
    for (int i = 0; i < inputs.format.frames; ++i) {
      for (auto& byte : frame.bytes) byte = static_cast<std::uint8_t>(random.next() >> 56);
      write(frame);
    }
  }
};

class Black : public Generator {
 public:
  std::string missing_need(const GeneratorInputs&) const override { return {}; }
  void draw(const GeneratorInputs& inputs, const Story&, const Shot&,
            const FrameWriter& write) const override {
    repeat(Image(inputs.format.height, inputs.format.width, 3), inputs.format.frames, write);
  }
};

}  // namespace

std::unique_ptr<Generator> make_drawing_generator(const BaselineInfo& info) {
  if (info.name == "ref-still") return std::make_unique<RefStill>();
  if (info.name == "ref-pan") return std::make_unique<RefPan>(info.parameters);
  if (info.name == "ref-paste") return std::make_unique<RefPaste>(info.parameters);
  if (info.name == "text-card") return std::make_unique<TextCard>();
  if (info.name == "noise") return std::make_unique<Noise>();
  if (info.name == "black") return std::make_unique<Black>();
  return nullptr;
}

}  // namespace asbench::baselines
