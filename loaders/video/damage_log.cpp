#include "loaders/video/damage_log.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "core/words.h"
#include "loaders/video/libav.h"

namespace asbench::loaders {
namespace {

thread_local ErrorLog* listener = nullptr;
thread_local ErrorLog::Listening::To listened_to = ErrorLog::Listening::To::everything;

/// The codec context that logs, if one does.
const AVCodecContext* codec_of(void* context) {
  const bool is_codec =
      context != nullptr && *static_cast<const AVClass* const*>(context) == avcodec_get_class();
  return is_codec ? static_cast<const AVCodecContext*>(context) : nullptr;
}

/// Without the line's end and what a terminal or a document can't show.
std::string tidy(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) c = ' ';
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

}  // namespace

std::optional<std::string> ErrorLog::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(first_, std::nullopt);
}

void ErrorLog::add(std::string message) {
  const std::scoped_lock lock(mutex_);
  if (!first_) first_ = std::move(message);
}

void ErrorLog::install() {
  av_log_set_callback(&ErrorLog::receive);
}

void ErrorLog::receive(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  const AVCodecContext* codec = codec_of(context);
  if (codec != nullptr && codec->codec_type != AVMEDIA_TYPE_VIDEO) return;
  ErrorLog* log = listener;
  if (log != nullptr && codec != nullptr && listened_to == Listening::To::container) return;
  if (log == nullptr && codec != nullptr) log = static_cast<ErrorLog*>(codec->opaque);
  if (log == nullptr) return;
  std::array<char, 256> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  log->add(tidy(text.data()));
}

ErrorLog::Listening::Listening(ErrorLog& log, To to)
    : log_(log),
      log_before_(std::exchange(listener, &log)),
      to_before_(std::exchange(listened_to, to)) {
  errno = 0;
}

ErrorLog::Listening::~Listening() {
  if (errno == ENOMEM) log_.lacked_memory_ = true;
  listener = log_before_;
  listened_to = to_before_;
}

std::string Damage::cause() const {
  return fmt::format("damaged: {}; first noticed at frame {}, {} in all", what, first_frame,
                     counted(times, "time", "times"));
}

void DamageReport::note(std::string what, int frame) {
  if (!damage_) damage_ = Damage{std::move(what), frame, 0};
  ++damage_->times;
}

}  // namespace asbench::loaders
