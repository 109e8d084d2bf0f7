#include "reports/paper/bibliography.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/config_files.h"
#include "core/error.h"
#include "core/json.h"
#include "core/schema.h"
#include "core/text.h"
#include "core/words.h"
#include "document/signature.h"

namespace asbench::reports {
namespace {

constexpr std::string_view kFile = "citations.json";
constexpr std::string_view kProgram = "asbench";  ///< the program's own entry

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Work work_of(const Json& json) {
  Work work;
  for (const auto& [name, value] : json.items()) {
    if (name == "key")
      work.key = value.get<std::string>();
    else if (name == "type")
      work.type = value.get<std::string>();
    else if (name == "short")
      work.short_name = value.get<std::string>();
    else if (name == "arxiv") {
      // Styles that know no archive print `howpublished`, of entries that have nothing else.
      if (work.type == "misc")
        work.fields.emplace_back("howpublished", "arXiv:" + value.get<std::string>());
      work.fields.emplace_back("eprint", value.get<std::string>());
      work.fields.emplace_back("archivePrefix", "arXiv");
    } else {
      work.fields.emplace_back(name, text_of(value));
    }
  }
  return work;
}

Json read_file() {
  Json json = parse_json(*config_file(kFile), kFile);
  check_schema(json, "citations", kFile);
  return json;
}

std::vector<Work> read_works() {
  const Json json = read_file();
  std::vector<Work> works;
  for (const Json& item : json.at("works")) works.push_back(work_of(item));
  std::sort(works.begin(), works.end(), [](const Work& a, const Work& b) { return a.key < b.key; });
  return works;
}

bool was_measured(const document::Result& result) {
  return !result.provenance.version.empty();
}

/// What a document says about its program: "0.1.0 (commit 1a2b3c4)".
std::set<std::string> versions_of(std::span<const document::Result> results) {
  std::set<std::string> versions;
  for (const auto& result : results) {
    if (!was_measured(result)) continue;
    const auto& made = result.provenance;
    versions.insert(fmt::format("{} (commit {}{})", made.version, made.commit.substr(0, 12),
                                made.dirty ? ", changed" : ""));
  }
  return versions;
}

/// A comment. BibTeX ignores what stands between entries, but for an @, which begins one.
std::string comment(const std::string& text) {
  return "% " + replaced(terminal_text(text), "@", "(at)") + "\n";
}

std::string entry_of(const CitedWork& cited, const std::set<std::string>& versions) {
  const Work& work = *cited.work;
  std::string text = comment(fmt::format("{}", fmt::join(cited.reasons, ", ")));
  text += fmt::format("@{}{{{}", work.type, work.key);
  const auto add = [&](std::string_view name, std::string_view value) {
    text += fmt::format(",\n  {:<13} = {{{}}}", name, bibtex_text(value));
  };
  for (const auto& [name, value] : work.fields) add(name, value);
  if (work.key == kProgram) add("note", fmt::format("Version {}", fmt::join(versions, ", ")));
  return text + "\n}\n";
}

/// LaTeX's command for a letter beyond ASCII; empty where it has none here.
std::string_view command_of(std::string_view letter) {
  static const std::map<std::string_view, std::string_view> commands = {
      {"á", "{\\'a}"},   {"à", "{\\`a}"},   {"â", "{\\^a}"},    {"ä", "{\\\"a}"},
      {"ã", "{\\~a}"},   {"å", "{\\aa}"},   {"ç", "{\\c{c}}"},  {"č", "{\\v{c}}"},
      {"ć", "{\\'c}"},   {"é", "{\\'e}"},   {"è", "{\\`e}"},    {"ê", "{\\^e}"},
      {"ë", "{\\\"e}"},  {"í", "{\\'\\i}"}, {"ï", "{\\\"\\i}"}, {"ł", "{\\l}"},
      {"ñ", "{\\~n}"},   {"ń", "{\\'n}"},   {"ó", "{\\'o}"},    {"ò", "{\\`o}"},
      {"ô", "{\\^o}"},   {"ö", "{\\\"o}"},  {"õ", "{\\~o}"},    {"ø", "{\\o}"},
      {"š", "{\\v{s}}"}, {"ś", "{\\'s}"},   {"ß", "{\\ss}"},    {"ú", "{\\'u}"},
      {"ü", "{\\\"u}"},  {"ý", "{\\'y}"},   {"ž", "{\\v{z}}"},  {"Á", "{\\'A}"},
      {"Ä", "{\\\"A}"},  {"Å", "{\\AA}"},   {"É", "{\\'E}"},    {"Ł", "{\\L}"},
      {"Ö", "{\\\"O}"},  {"Ø", "{\\O}"},    {"Š", "{\\v{S}}"},  {"Ü", "{\\\"U}"},
      {"Ž", "{\\v{Z}}"}};
  const auto found = commands.find(letter);
  return found == commands.end() ? std::string_view() : found->second;
}

std::string_view command_of(char sign) {
  switch (sign) {
    case '\\':
      return "{\\textbackslash}";
    case '&':
      return "\\&";
    case '%':
      return "\\%";
    case '#':
      return "\\#";
    case '$':
      return "\\$";
    case '_':
      return "\\_";
    case '~':
      return "{\\textasciitilde}";
    case '^':
      return "{\\textasciicircum}";
    default:
      return {};
  }
}

/// Braces in the text of a document (a commit, a version) could end the entry.
bool braces_match(std::string_view text) {
  int open = 0;
  for (const char c : text) {
    if (c == '{') ++open;
    if (c == '}' && --open < 0) return false;
  }
  return open == 0;
}

}  // namespace

std::span<const Work> known_works() {
  static const std::vector<Work> works = read_works();
  return works;
}

const Work* find_work(std::string_view key) {
  const auto works = known_works();
  const auto found =
      std::find_if(works.begin(), works.end(), [&](const Work& work) { return work.key == key; });
  return found == works.end() ? nullptr : &*found;
}

std::vector<std::string> works_of_encoder(const document::Result& result, const std::string& id) {
  const auto& own = result.demo_encoders;
  if (std::find(own.begin(), own.end(), id) != own.end()) return {std::string(kProgram)};
  const std::string name = fmt::format("encoders/{}.json", id);
  const auto file = config_file(name);
  if (!file) return {};
  auto keys = parse_json(*file, name).value("cites", std::vector<std::string>());
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::vector<std::string> works_of_profile(std::string_view profile) {
  using Works = std::map<std::string, std::vector<std::string>, std::less<>>;
  static const Works all = read_file().at("profiles").get<Works>();
  const auto found = all.find(profile.substr(0, profile.find('[')));
  return found == all.end() ? std::vector<std::string>() : found->second;
}

Bibliography bibliography(std::span<const document::Result> results) {
  std::map<std::string, std::vector<std::string>> reasons;  ///< by key
  std::vector<std::string> without;
  std::map<std::string, std::vector<std::string>> unnamed;  ///< metrics by the source they state
  const auto add = [](std::vector<std::string>& list, const std::string& text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  };
  const auto cite = [&](const std::vector<std::string>& keys, const std::string& reason) {
    for (const auto& key : keys) {
      if (find_work(key) == nullptr)
        add(without, fmt::format("{}: this version knows no work '{}'", reason, key));
      else
        add(reasons[key], reason);
    }
  };
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) {
      const auto& description = metric.description;
      if (!description.cites.empty())
        cite(description.cites, metric.id);
      else if (description.family != "ratings")
        add(unnamed[description.source], metric.id);
      for (const auto& encoder : document::Signature::parse(metric.signature).encoders) {
        const auto name = encoder.profile.substr(0, encoder.profile.find('['));
        cite(works_of_profile(encoder.profile), fmt::format("clips prepared as {}", name));
      }
    }
    for (const auto& [role, weights] : result.provenance.weights) {
      const auto keys = works_of_encoder(result, weights.id);
      cite(keys, "encoder " + weights.id);
      if (keys.empty())
        add(without, fmt::format("encoder {} (role {}): no work is known", weights.id, role));
    }
    if (was_measured(result)) cite({std::string(kProgram)}, "the program");
  }
  for (const auto& [source, ids] : unnamed)
    without.push_back(fmt::format(
        "{}: the documents name no work{}", fmt::join(ids, ", "),
        source.empty() ? std::string() : fmt::format(", but the source \"{}\"", source)));
  Bibliography all{{}, std::move(without)};
  for (auto& [key, list] : reasons) {
    std::sort(list.begin(), list.end());
    all.works.push_back({find_work(key), std::move(list)});
  }
  return all;
}

std::string bibtex(std::span<const document::Result> results) {
  const Bibliography all = bibliography(results);
  const auto versions = versions_of(results);
  std::string text;
  for (const auto& line : all.without) text += comment("not here: " + line);
  for (const auto& cited : all.works)
    text += (text.empty() ? "" : "\n") + entry_of(cited, versions);
  return text;
}

std::string bibtex_text(std::string_view text) {
  const std::string plain = terminal_text(text);
  const bool braces = braces_match(plain);
  std::string escaped;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t length = code_point_at(plain, at).length;
    const std::string_view letter = std::string_view(plain).substr(at, length);
    const std::string_view command = length == 1 ? command_of(letter.front()) : command_of(letter);
    const bool odd_brace = !braces && (letter == "{" || letter == "}");
    if (odd_brace)
      escaped += letter == "{" ? "(" : ")";
    else
      escaped += command.empty() ? letter : command;
    at += length;
  }
  return escaped;
}

}  // namespace asbench::reports
