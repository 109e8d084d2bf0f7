#include "loaders/annotations/zip_archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "core/error.h"
#include "core/files.h"

namespace asbench::loaders {

struct ZipArchive::State {
  std::filesystem::path path;
  zip_t* archive = nullptr;
  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }
};

namespace {

/// The words for an error of libzip. @throws SystemFault when the system is to blame.
std::string words_of(zip_error_t* error, const std::filesystem::path& path) {
  const int code = zip_error_code_zip(error);
  const bool is_system = code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_SEEK ||
                         code == ZIP_ER_TELL || code == ZIP_ER_MEMORY || code == ZIP_ER_TMPOPEN;
  const int system = zip_error_code_system(error);
  if (is_system && system != 0 && system != EINVAL)
    throw SystemFault("can't be read", path, system);
  if (code == ZIP_ER_MEMORY) throw SystemFault("can't be read", path, ENOMEM);
  return zip_error_strerror(error);
}

}  // namespace

ZipArchive::ZipArchive(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  // Opening it ourselves names the system's errors better than libzip does.
  static_cast<void>(InputFile(path));
  int code = 0;
  state_->archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (state_->archive != nullptr) return;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string words = words_of(&error, path);
  zip_error_fini(&error);
  throw BadInput(
      fmt::format("{}: not a whole zip archive ({}).\n  Download it again, or unpack it and give "
                  "the folder.",
                  path.string(), words));
}

ZipArchive::~ZipArchive() = default;
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;

std::vector<ZipArchive::Member> ZipArchive::members() const {
  std::vector<Member> members;
  const zip_int64_t count = zip_get_num_entries(state_->archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    const auto index = static_cast<zip_uint64_t>(i);
    if (zip_stat_index(state_->archive, index, ZIP_FL_ENC_GUESS, &stat) != 0) {
      throw BadInput(fmt::format("{}: member {} of the archive can't be looked at: {}",
                                 state_->path.string(), i,
                                 words_of(zip_get_error(state_->archive), state_->path)));
    }
    if ((stat.valid & ZIP_STAT_NAME) == 0 || stat.name == nullptr) continue;
    const std::string name = stat.name;
    if (name.empty() || name.back() == '/') continue;
    members.push_back({index, name, (stat.valid & ZIP_STAT_SIZE) != 0 ? stat.size : 0,
                       (stat.valid & ZIP_STAT_CRC) != 0 ? stat.crc : 0});
  }
  return members;
}

ZipArchive::Content ZipArchive::read(std::uint64_t index, std::uint64_t most) const {
  Content content;
  zip_file_t* file = zip_fopen_index(state_->archive, index, 0);
  if (file == nullptr) {
    content.problem = fmt::format("it can't be unpacked ({})",
                                  words_of(zip_get_error(state_->archive), state_->path));
    return content;
  }
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  std::size_t filled = 0;
  while (content.problem.empty()) {
    content.bytes.resize(filled + kPiece);
    const zip_int64_t got = zip_fread(file, content.bytes.data() + filled, kPiece);
    if (got < 0) {
      std::string words;
      try {
        words = words_of(zip_file_get_error(file), state_->path);
      } catch (...) {
        zip_fclose(file);
        throw;
      }
      content.problem = fmt::format("it can't be unpacked ({})", words);
      break;
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > most) content.problem = fmt::format("it is larger than {} bytes", most);
  }
  zip_fclose(file);
  content.bytes.resize(content.problem.empty() ? filled : 0);
  return content;
}

}  // namespace asbench::loaders
