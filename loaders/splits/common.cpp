#include "loaders/splits/common.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/splits/find_file.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_utf8(std::string_view text) {
  // The JSON library checks UTF-8 when it writes; no second decoder is needed.
  try {
    [[maybe_unused]] const std::string written = Json(text).dump();
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

std::vector<std::filesystem::path> list_entries(const std::filesystem::path& folder,
                                                bool want_folders) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : list_folder(folder)) {
    if (entry.path.filename().string().starts_with('.')) continue;
    if (entry.kind == (want_folders ? FileKind::folder : FileKind::file))
      paths.push_back(entry.path);
  }
  return paths;
}

/// Length of the run of digits at the front.
std::size_t digits_at_front(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                  text.begin());
}

std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

bool is_safe_id(std::string_view id) {
  if (id.empty() || id.size() > 512 || !is_utf8(id)) return false;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '\\') return false;
  }
  for (std::size_t begin = 0; begin <= id.size();) {
    const std::size_t end = std::min(id.find('/', begin), id.size());
    const std::string_view part = id.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

std::string stand_in_id(const Split& split) {
  for (int number = 1;; ++number) {
    std::string id = fmt::format("unnamed-ip-{}", number);
    if (std::none_of(split.ips.begin(), split.ips.end(), [&](const Ip& ip) { return ip.id == id; }))
      return id;
  }
}

const std::vector<std::string>& reference_endings() {
  static const std::vector<std::string> endings = {".png", ".jpg", ".jpeg", ".webp"};
  return endings;
}

std::optional<std::string> caption_of(const Json& value, const std::string& story, int shot,
                                      Findings& findings) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.find_first_not_of(" \t\r\n") != std::string::npos) return text;
  }
  findings.push_back({"missing_caption", story, shot,
                      value.is_string() ? "the caption is blank" : "the caption is not a string"});
  return std::nullopt;
}

void add_reference(const ReferenceOwner& owner, const std::filesystem::path& file,
                   Findings& findings) {
  if (const FileKind kind = kind_of(file); kind != FileKind::file) {
    findings.push_back(
        {"missing_reference", owner.story, std::nullopt,
         fmt::format("{}{}: {}", owner.label, file.string(),
                     kind == FileKind::absent ? "no such file" : "not a regular file")});
    return;
  }
  owner.references->push_back(file);
  owner.sha256->push_back(sha256_file(file));
}

void find_reference(const ReferenceOwner& owner, const std::filesystem::path& folder,
                    const std::string& name, const std::string& like, Findings& findings) {
  const FoundFile found =
      find_file(folder, {.name = name, .endings = reference_endings(), .like = like});
  const auto report = [&](const char* kind, std::string_view detail) {
    findings.push_back({kind, owner.story, std::nullopt, fmt::format("{}{}", owner.label, detail)});
  };
  if (!found.file) {
    report("missing_reference", found.problem);
    return;
  }
  if (!found.note.empty()) report("other_file_used", found.note);
  add_reference(owner, *found.file, findings);
}

SplitJson read_split_file(const std::filesystem::path& file, std::string_view label,
                          Findings& findings) {
  const auto report = [&](const char* kind, std::string_view detail) {
    findings.push_back({kind, "", std::nullopt, fmt::format("{}{}", label, detail)});
  };
  // A file that can't be read is the system's fault and ends the run; what its bytes are is the
  // split's.
  const std::string bytes = read_text_file(file);
  SplitJson read;
  if (bytes.empty()) {
    report("bad_json", file.string() + ": empty file (0 bytes)");
    return read;
  }
  try {
    const Text text = decode_file_text(bytes, file.string());
    read.text = text.utf8;
    std::vector<std::string> doubled;
    read.document = parse_json(read.text, file.string(), {}, &doubled);
    if (!text.is_utf8()) {
      report("text_encoding", encoding_note(text, file.string()));
    }
    for (const std::string& key : doubled) {
      report("duplicate_key",
             fmt::format("{}: the key \"{}\" occurs twice in one object; the last value counts",
                         file.string(), key));
    }
  } catch (const BadInput& error) {
    report("bad_json", error.what());
  }
  return read;
}

std::optional<Json> read_split_json(const std::filesystem::path& file, Findings& findings) {
  return read_split_file(file, {}, findings).document;
}

void UnknownKeys::look(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end()) {
      ++counts_[key];
    }
  }
}

void UnknownKeys::report(Findings& findings) const {
  for (const auto& [key, count] : counts_) {
    findings.push_back({"unknown_key", "", std::nullopt,
                        fmt::format("the key \"{}\" ({} times) is not read", key, count)});
  }
}

std::vector<std::filesystem::path> list_files(const std::filesystem::path& folder) {
  return list_entries(folder, false);
}

std::vector<std::filesystem::path> list_folders(const std::filesystem::path& folder) {
  return list_entries(folder, true);
}

std::string folder_name(const std::filesystem::path& path) {
  const auto base = std::filesystem::weakly_canonical(path);
  return base.filename().empty() ? base.parent_path().filename().string()
                                 : base.filename().string();
}

bool natural_less(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  while (!a.empty() && !b.empty()) {
    const std::size_t digits_a = digits_at_front(a);
    const std::size_t digits_b = digits_at_front(b);
    if (digits_a > 0 && digits_b > 0) {
      const std::string_view number_a = without_leading_zeros(a.substr(0, digits_a));
      const std::string_view number_b = without_leading_zeros(b.substr(0, digits_b));
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (number_a != number_b) return number_a < number_b;
      a.remove_prefix(digits_a);
      b.remove_prefix(digits_b);
      continue;
    }
    if (a.front() != b.front()) {
      return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
    }
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;
}

}  // namespace asbench::loaders
