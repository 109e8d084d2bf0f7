#include "loaders/make_split.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "loaders/csv.h"
#include "loaders/prompts/prompt_file.h"
#include "loaders/prompts/prompt_references.h"
#include "loaders/prompts/prompt_roles.h"
#include "loaders/prompts/prompt_stories.h"
#include "loaders/splits/common.h"
#include "loaders/splits/find_file.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

constexpr std::string_view kEndings =
    "Expected a table (.csv, .tsv), JSON Lines (.jsonl, .ndjson), JSON (.json) or a text (.txt).";

/// True for a text that a spreadsheet saved: a header line with tabs that names the captions.
bool is_table_with_tabs(std::string_view text) {
  const std::string_view header = text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
  bool names_captions = false;
  for (std::size_t begin = 0; begin <= header.size();) {
    const std::size_t end = std::min(header.find('\t', begin), header.size());
    const std::string_view column = header.substr(begin, end - begin);
    names_captions = names_captions || role_of(column) == PromptRole::caption ||
                     numbered_caption(column).has_value();
    begin = end + 1;
  }
  return names_captions && header.find('\t') != std::string_view::npos;
}

/// JSON, or JSON Lines under that ending: then its first line is a whole value and the text isn't.
PromptFile json_file(const std::string& text, const std::string& where) {
  Json document;
  try {
    document = parse_json(text, where, {.refuse_duplicate_keys = true});
  } catch (const BadInput&) {
    if (!Json::accept(text.substr(0, text.find('\n')))) throw;
    return prompts_of_json_lines(text, where);
  }
  return prompts_of_json(document, where);
}

/// What the stories of a file that names no IP belong to: the only picture's name, else the file's.
std::optional<std::string> only_ip(const PromptSource& source, const ReferenceFolder& references) {
  if (auto name = references.only_name()) return name;
  const std::string stem = source.prompts.stem().string();
  if (references.has(stem)) return stem;
  return std::nullopt;
}

void add_ips(const PromptSource& source, const std::vector<PromptIp>& ips,
             ReferenceFolder& references, Split& split) {
  std::string problems;
  const auto beside = std::filesystem::absolute(source.prompts).parent_path();
  for (const PromptIp& stated : ips) {
    Ip& ip = split.ips.emplace_back();
    ip.id = stated.id;
    ip.name = stated.name;
    ip.place = static_cast<int>(split.ips.size());
    std::string problem;
    const bool looked_for =
        !source.without_references || source.references || !stated.references.empty();
    if (!looked_for) continue;
    const auto pictures = references.of(stated, beside, ips.size() == 1, problem);
    if (pictures.empty() &&
        !(source.without_references && stated.references.empty() && !references.has(stated.id)))
      problems += fmt::format("\n  IP {} ({}): {}", stated.id, stated.where, problem);
    for (const auto& picture : pictures) add_reference(owner_of(ip), picture, split.findings);
  }
  if (problems.empty()) return;
  throw BadInput(fmt::format(
      "No reference picture can be chosen for these IPs:{}\n  Name a picture by its IP "
      "({}.png), or state it in a column or key \"reference\". Metrics that compare with the "
      "reference need one; --without-references goes on without.",
      problems, ips.front().id));
}

}  // namespace

PromptFile read_prompts(const std::filesystem::path& file) {
  if (is_folder(file)) {
    throw UsageError(
        fmt::format("--from {}: this is a folder.\n  {} A demo folder or a test-set "
                    "folder is what --split takes as it is.",
                    file.string(), kEndings));
  }
  const std::string where = file.string();
  const std::string ending = lower_case(file.extension().string());
  if (ending == ".xlsx" || ending == ".xls" || ending == ".ods" || ending == ".numbers") {
    throw UsageError(fmt::format(
        "--from {}: a spreadsheet's own format is not read.\n  Save the sheet as CSV.", where));
  }
  const bool is_lines = ending == ".jsonl" || ending == ".ndjson";
  const bool is_table = ending == ".csv" || ending == ".tsv";
  if (!is_lines && !is_table && ending != ".json" && ending != ".txt")
    throw UsageError(fmt::format("--from {}: unknown kind of file.\n  {}", where, kEndings));
  const Text text = read_text(file);
  PromptFile prompts = is_lines            ? prompts_of_json_lines(text.utf8, where)
                       : ending == ".json" ? json_file(text.utf8, where)
                       : is_table || is_table_with_tabs(text.utf8)
                           ? prompts_of_table(text.utf8, where)
                           : prompts_of_lines(text.utf8, where);
  if (!text.is_utf8()) prompts.notes.push_back(encoding_note(text, where));
  return prompts;
}

MadeSplit make_split(const PromptSource& source) {
  PromptFile file = read_prompts(source.prompts);
  ReferenceFolder references(source.references);
  MadeSplit made;
  made.form = file.form;
  made.used = std::move(file.used);
  made.not_used = std::move(file.not_used);
  made.notes = std::move(file.notes);
  PromptStories stories = stories_of(
      std::move(file), source.prompts.string(),
      [&](const std::string& name) { return references.has(name); }, only_ip(source, references));
  made.notes.insert(made.notes.end(), stories.notes.begin(), stories.notes.end());

  made.split.name = source.name.value_or(source.prompts.stem().string());
  made.split.form = "manifest";
  add_ips(source, stories.ips, references, made.split);
  for (Story& story : stories.stories) {
    story.place = static_cast<int>(made.split.stories.size()) + 1;
    made.split.stories.push_back(std::move(story));
  }
  finish_split(made.split);
  if (const auto unused = references.unused(); !unused.empty()) {
    made.notes.push_back(fmt::format("pictures in {} that belong to no IP of the file: {}",
                                     source.references->string(), fmt::join(unused, ", ")));
  }
  return made;
}

}  // namespace asbench::loaders
