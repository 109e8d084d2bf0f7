#include "loaders/video/libav.h"

#include <array>
#include <new>

namespace asbench::loaders::libav {

Frame make_frame() {
  Frame frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

Packet make_packet() {
  Packet packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

std::string error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

void Options::set(const char* name, const char* value) {
  if (av_dict_set(&options_, name, value, 0) < 0) throw std::bad_alloc();
}

}  // namespace asbench::loaders::libav
