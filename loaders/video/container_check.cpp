#include "loaders/video/container_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/files.h"
#include "core/stand_in.h"

namespace asbench::loaders {
namespace {

/// Top-level boxes of ISO 14496-12 and QuickTime. Anything else ends the walk: bytes after the last
/// box are not damage.
constexpr std::array<std::string_view, 16> kBoxes = {"ftyp", "moov", "mdat", "free", "skip", "wide",
                                                     "moof", "mfra", "sidx", "styp", "uuid", "meta",
                                                     "pnot", "emsg", "prft", "udta"};

/// Up to `count` bytes from `offset`; fewer at the end.
std::string read_text(const InputFile& file, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  bytes.resize(file.read_at(offset, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

std::optional<std::string> overrun(std::string_view what, std::uint64_t end, std::uint64_t size) {
  if (end <= size) return std::nullopt;
  return fmt::format("truncated: {} ends at byte {}, the file at {}", what, end, size);
}

std::optional<std::string> check_boxes(const InputFile& file) {
  bool has_moov = false;
  bool has_fragments = false;
  for (std::uint64_t offset = 0; offset + 8 <= file.size();) {
    const std::string header = read_text(file, offset, 16);
    const std::string_view type = std::string_view(header).substr(4, 4);
    if (std::find(kBoxes.begin(), kBoxes.end(), type) == kBoxes.end()) break;
    has_moov |= type == "moov";
    has_fragments |= type == "moof";
    std::uint64_t length = big_endian(std::string_view(header).substr(0, 4));
    if (length == 0) break;  // to the end of the file, by definition
    if (length == 1) {
      if (header.size() < 16) return overrun(type, offset + 16, file.size());
      length = big_endian(std::string_view(header).substr(8, 8));
    }
    if (length < 8) return fmt::format("damaged: the box {} has the length {}", type, length);
    if (length > file.size() - offset) {
      return fmt::format("truncated: the box {} at byte {} has {} bytes, the file {} after it",
                         type, offset, length, file.size() - offset);
    }
    offset += length;
  }
  if (!has_moov && !has_fragments) return "truncated: the index (moov box) is missing";
  return std::nullopt;
}

std::optional<std::string> check_riff(const InputFile& file) {
  // OpenDML files are several RIFF chunks in a row; each has to fit.
  for (std::uint64_t offset = 0; offset + 12 <= file.size();) {
    const std::string header = read_text(file, offset, 12);
    if (!header.starts_with("RIFF")) break;
    const std::uint64_t length = little_endian(std::string_view(header).substr(4, 4));
    const std::uint64_t end = offset + 8 + length;
    if (auto defect = overrun("the RIFF chunk", end, file.size())) return defect;
    offset = end + (length & 1U);
  }
  return std::nullopt;
}

/// An EBML number: the zero bits at the front give its length. @returns value and length, value
/// without the length bit; nothing when it is malformed.
struct Ebml {
  std::uint64_t value;
  std::size_t length;
  bool unknown;  ///< all value bits set: the size is not known (live streams)
};
std::optional<Ebml> ebml_size(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes.front());
  const auto length = static_cast<std::size_t>(std::countl_zero(first)) + 1;
  if (length > 8 || bytes.size() < length) return std::nullopt;
  const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
  const std::uint64_t value = big_endian(bytes.substr(0, length)) & mask;
  return Ebml{value, length, value == mask};
}

std::optional<std::string> check_matroska(const InputFile& file) {
  const std::string head = read_text(file, 0, 16);
  const auto header = ebml_size(std::string_view(head).substr(4));
  if (!header || header->unknown || header->value > 4096) return std::nullopt;
  const std::uint64_t at = 4 + header->length + header->value;
  const std::string segment = read_text(file, at, 16);
  if (!segment.starts_with("\x18\x53\x80\x67")) {
    return segment.size() < 4 ? std::optional<std::string>("truncated: there is no segment")
                              : std::nullopt;
  }
  const auto size = ebml_size(std::string_view(segment).substr(4));
  if (!size || size->unknown) return std::nullopt;
  return overrun("the segment", at + 4 + size->length + size->value, file.size());
}

/// Reads forward through a file, a large piece at a time.
class Walk {
 public:
  explicit Walk(const InputFile& file) : file_(file) {}

  [[nodiscard]] std::uint64_t at() const { return at_; }
  void skip(std::uint64_t count) { at_ += count; }
  [[nodiscard]] bool is_beyond_end() const { return at_ > file_.size(); }
  /// The next byte; nothing at the end of the file.
  std::optional<std::uint8_t> next() {
    if (at_ >= file_.size()) return std::nullopt;
    if (at_ < begin_ || at_ >= begin_ + piece_.size()) {
      begin_ = at_;
      piece_ = read_text(file_, at_, kPiece);
      if (piece_.empty()) return std::nullopt;
    }
    return static_cast<std::uint8_t>(piece_[at_++ - begin_]);
  }

 private:
  static constexpr std::size_t kPiece = 65536;
  const InputFile& file_;
  std::uint64_t at_ = 0;
  std::uint64_t begin_ = 0;
  std::string piece_;
};

/// The bytes of a GIF's colour table, from the flags in front of it.
std::uint64_t colour_table_bytes(std::uint8_t flags) {
  constexpr std::uint8_t kHasTable = 0x80;
  return (flags & kHasTable) != 0 ? 3U << ((flags & 7U) + 1U) : 0U;
}

std::optional<std::string> check_gif(const InputFile& file) {
  const std::string truncated =
      fmt::format("truncated: the file ends at byte {}, before the GIF's last block", file.size());
  Walk walk(file);
  const auto skip_data = [&] {  // sub-blocks up to an empty one
    while (const auto length = walk.next()) {
      if (*length == 0) return;
      walk.skip(*length);
    }
    walk.skip(1);  // no empty one: beyond the end
  };
  walk.skip(10);  // signature, width and height
  const auto screen = walk.next();
  if (!screen) return truncated;
  walk.skip(2 + colour_table_bytes(*screen));
  constexpr std::uint8_t kImage = 0x2C;
  constexpr std::uint8_t kExtension = 0x21;
  constexpr std::uint8_t kTrailer = 0x3B;
  while (const auto block = walk.next()) {
    if (*block == kTrailer) return std::nullopt;
    if (*block == kImage) {
      walk.skip(8);  // place and size
      walk.skip(colour_table_bytes(walk.next().value_or(0)) + 1);
    } else if (*block == kExtension) {
      walk.skip(1);  // its kind
    } else {
      return std::nullopt;  // the decoder says what it makes of it
    }
    skip_data();
  }
  return truncated;
}

/// The length of the packets of an MPEG transport stream (192 with a time stamp before each);
/// 0 when it is none.
std::uint64_t transport_packet_bytes(std::string_view head) {
  constexpr char kSync = 0x47;
  const auto has_sync_at = [&](std::size_t at) { return at < head.size() && head[at] == kSync; };
  if (has_sync_at(0) && has_sync_at(188) && has_sync_at(376)) return 188;
  if (has_sync_at(4) && has_sync_at(196) && has_sync_at(388)) return 192;
  return 0;
}

std::optional<std::string> check_transport_stream(const InputFile& file, std::uint64_t packet) {
  const std::uint64_t rest = file.size() % packet;
  const std::string last = read_text(file, file.size() - rest, rest);
  if (std::all_of(last.begin(), last.end(), [](char c) { return c == '\0'; })) return std::nullopt;
  return fmt::format("truncated: the last packet has {} of {} bytes", rest, packet);
}

std::optional<std::string> check_ogg(const InputFile& file) {
  constexpr std::size_t kHeader = 27;
  constexpr unsigned char kLastOfStream = 0x04;
  bool is_last = false;
  for (std::uint64_t offset = 0; offset < file.size();) {
    const std::string page = read_text(file, offset, kHeader + 255);
    if (!page.starts_with("OggS")) return std::nullopt;  // the demuxer looks for the next page
    const std::size_t segments =
        page.size() < kHeader ? 0 : static_cast<unsigned char>(page[kHeader - 1]);
    std::uint64_t end = offset + kHeader + segments;
    if (end > file.size()) return overrun("the last page's header", end, file.size());
    for (const char length : page.substr(kHeader, segments)) {
      end += static_cast<unsigned char>(length);
    }
    if (end > file.size()) return overrun("the last page", end, file.size());
    is_last = (static_cast<unsigned char>(page[5]) & kLastOfStream) != 0;
    offset = end;
  }
  if (is_last) return std::nullopt;
  return fmt::format("truncated: the file ends at byte {}, before the Ogg stream's last page",
                     file.size());
}

/// True if all bytes occur in texts. Every video format has others among its first 512.
bool is_text(std::string_view head) {
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x09 || (byte > 0x0D && byte < 0x20) || byte == 0x7F;
  });
}

}  // namespace

std::optional<std::string> container_defect(const std::filesystem::path& path) {
  switch (kind_of(path)) {
    case FileKind::absent:
      return "no such file";
    case FileKind::folder:
    case FileKind::other:
      return "not a regular file";
    case FileKind::file:
      break;
  }
  const InputFile file(path);
  if (file.size() == 0) return "empty file (0 bytes)";
  const std::string head = read_text(file, 0, 512);
  if (const auto other = stand_in_of(head)) return "not a video: " + *other;
  if (is_text(head)) return "not a video: a text file";
  if (head.size() >= 8) {
    const std::string_view type = std::string_view(head).substr(4, 4);
    if (std::find(kBoxes.begin(), kBoxes.end(), type) != kBoxes.end()) return check_boxes(file);
  }
  if (head.starts_with("RIFF")) return check_riff(file);
  if (head.starts_with("\x1A\x45\xDF\xA3")) return check_matroska(file);
  if (head.starts_with("GIF8")) return check_gif(file);
  if (head.starts_with("OggS")) return check_ogg(file);
  if (const auto packet = transport_packet_bytes(head); packet > 0) {
    return check_transport_stream(file, packet);
  }
  return std::nullopt;
}

}  // namespace asbench::loaders
