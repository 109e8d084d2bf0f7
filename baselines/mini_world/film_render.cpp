#include "baselines/mini_world/film_render.h"

#include <algorithm>
#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "baselines/mini_world/stage.h"

namespace asbench::baselines {
namespace {

/// A figure in one moment.
struct Posed {
  const FilmFigure* figure = nullptr;
  Pose pose;
  Stance stance;
};

cv::Mat canvas_of(const FilmFormat& format) {
  return {format.height * kOversampling, format.width * kOversampling, CV_8UC3};
}

struct Moment {
  View view;
  std::vector<Posed> figures;
};

Moment moment_of(const FilmShot& shot, const FilmFormat& format, const cv::Mat& canvas, int index) {
  const double seconds = index / format.frames_per_second;
  const double duration = std::max(1, shot.length() - 1) / format.frames_per_second;
  const double share = seconds / duration;
  Moment moment;
  moment.view = view_of(shot.camera, shot.size, shot.leftwards, 0.0, share);
  moment.view.seconds = seconds;
  for (const FilmFigure& figure : shot.figures) {
    Posed posed{&figure, pose_at(figure.action, seconds, share), {}};
    double travel = posed.pose.travel * kFigureMetres;
    // Whoever walks is in the middle of the way at half time.
    if (figure.action == Action::walk)
      travel -= 0.5 * kFigureMetres * pose_at(figure.action, duration, 1.0).travel;
    if (figure.leftwards) {
      travel = -travel;
      posed.pose.facing_left = !posed.pose.facing_left;
    }
    posed.stance = stance_of(canvas, moment.view, figure.place + travel);
    moment.figures.push_back(posed);
  }
  return moment;
}

void draw(cv::Mat& canvas, const Posed& posed) {
  const FilmFigure& figure = *posed.figure;
  draw_character(canvas, figure.looks, posed.pose, figure.prop, figure.prop_colour, posed.stance);
}

void draw_ground(cv::Mat& canvas, const FilmShot& shot, const View& view) {
  if (!shot.setting) {
    canvas.setTo(cv::Scalar(58, 66, 92));
    return;
  }
  draw_setting(canvas, *shot.setting, view);
  tint_by_hour(canvas, *shot.setting);
}

/// How much of each pixel a figure makes up, 0 to 1, [height, width]: what differs between a black
/// and a white ground shines through.
cv::Mat cover_of(const Posed& posed, const FilmFormat& format) {
  cv::Mat cover(format.height, format.width, CV_32FC1);
  cv::Mat grounds[2];
  for (const int white : {0, 1}) {
    cv::Mat canvas = canvas_of(format);
    canvas.setTo(cv::Scalar::all(255.0 * white));
    draw(canvas, posed);
    grounds[white] = shrunk(canvas, format.width, format.height);
  }
  for (int y = 0; y < cover.rows; ++y) {
    for (int x = 0; x < cover.cols; ++x) {
      const int through = grounds[1].at<cv::Vec3b>(y, x)[1] - grounds[0].at<cv::Vec3b>(y, x)[1];
      cover.at<float>(y, x) = static_cast<float>(std::clamp(255 - through, 0, 255)) / 255.0F;
    }
  }
  return cover;
}

}  // namespace

Image render_film_frame(const FilmShot& shot, const FilmFormat& format, int index,
                        std::optional<std::size_t> hidden) {
  cv::Mat canvas = canvas_of(format);
  const Moment moment = moment_of(shot, format, canvas, index);
  draw_ground(canvas, shot, moment.view);
  for (const Posed& posed : moment.figures) draw_shadow(canvas, posed.stance, posed.pose.lift);
  for (std::size_t i = 0; i < moment.figures.size(); ++i) {
    if (i != hidden) draw(canvas, moment.figures[i]);
  }
  return to_image(shrunk(canvas, format.width, format.height));
}

std::vector<loaders::Mask> film_masks(const FilmShot& shot, const FilmFormat& format, int index) {
  const Moment moment = moment_of(shot, format, canvas_of(format), index);
  std::vector<loaders::Mask> masks(moment.figures.size());
  cv::Mat free(format.height, format.width, CV_32FC1, cv::Scalar(1.0));
  for (std::size_t i = masks.size(); i-- > 0;) {
    const cv::Mat cover = cover_of(moment.figures[i], format);
    loaders::Mask& mask = masks[i];
    mask = {format.height, format.width, {}};
    mask.values.reserve(cover.total());
    for (int y = 0; y < cover.rows; ++y) {
      for (int x = 0; x < cover.cols; ++x) {
        float& left = free.at<float>(y, x);
        const float share = cover.at<float>(y, x);
        mask.values.push_back(left * share >= 0.5F ? 1 : 0);
        left *= 1.0F - share;
      }
    }
  }
  return masks;
}

}  // namespace asbench::baselines
