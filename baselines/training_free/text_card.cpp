#include "baselines/training_free/text_card.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <vector>

#include "core/error.h"
#include "loaders/video/mat_image.h"

namespace asbench::baselines {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;

std::vector<std::string> wrapped(const std::string& text, double size, int thickness, int width) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    const std::string longer = lines.empty() ? word : lines.back() + " " + word;
    int below = 0;
    if (!lines.empty() && cv::getTextSize(longer, kFont, size, thickness, &below).width <= width) {
      lines.back() = longer;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

}  // namespace

std::string plain_letters(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decomposed = icu::Normalizer2::getNFKDInstance(status);
  const auto source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  const icu::UnicodeString parts = decomposed->normalize(source, status);
  if (U_FAILURE(status) != 0) throw InternalError("ICU can't decompose a caption");
  std::string plain;
  for (std::int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 sign = parts.char32At(i);
    if (sign < 0x80)
      plain += sign < 0x20 ? ' ' : static_cast<char>(sign);
    else if (u_charType(sign) == U_NON_SPACING_MARK)
      continue;
    else if (sign >= 0x2010 && sign <= 0x2015)
      plain += '-';
    else if (sign == 0x2018 || sign == 0x2019)
      plain += '\'';
    else if (sign == 0x201C || sign == 0x201D)
      plain += '"';
    else
      plain += '?';
  }
  return plain;
}

Image draw_text_card(std::string_view text, int width, int height) {
  cv::Mat card(height, width, CV_8UC3, cv::Scalar(236, 240, 244));
  const std::string plain = plain_letters(text);
  const int margin = width / 16;
  // NOLINTNEXTLINE(clang-analyzer-security.FloatLoopCounter): a tenth smaller each time, no count
  for (double size = height / 140.0; size > 0.05; size *= 0.9) {
    const int thickness = std::max(1, static_cast<int>(size * 1.8));
    int below = 0;
    const int line_height =
        static_cast<int>(1.7 * cv::getTextSize("Ag", kFont, size, thickness, &below).height);
    const auto lines = wrapped(plain, size, thickness, width - 2 * margin);
    const bool fits =
        line_height * static_cast<int>(lines.size()) <= height - 2 * margin &&
        std::all_of(lines.begin(), lines.end(), [&](const std::string& line) {
          return cv::getTextSize(line, kFont, size, thickness, &below).width <= width - 2 * margin;
        });
    if (!fits) continue;
    int y = (height - line_height * static_cast<int>(lines.size())) / 2 +
            static_cast<int>(0.8 * line_height);
    for (const auto& line : lines) {
      cv::putText(card, line, {margin, y}, kFont, size, cv::Scalar(48, 36, 32), thickness,
                  cv::LINE_AA);
      y += line_height;
    }
    break;
  }
  return loaders::to_image(card);
}

}  // namespace asbench::baselines
