#include "cli/run_file.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config_files.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/schema.h"

namespace asbench::cli {
namespace {

/// Options about one call, not about the run. A run file that says --force would replace results
/// whenever it is used.
constexpr std::array<std::string_view, 5> kOfOneCall = {"help", "help-all", "config",
                                                        "write-config", "force"};
/// In the place of the folders that a document doesn't tell.
constexpr std::string_view kUntold = ".../";

enum class Kind { flag, whole_number, unsigned_number, number, text, list };

Kind kind_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return Kind::flag;
  if (option.get_items_expected_max() > 1) return Kind::list;
  const std::string type = option.get_type_name();
  if (type.starts_with("INT")) return Kind::whole_number;
  if (type.starts_with("UINT")) return Kind::unsigned_number;
  return type.starts_with("FLOAT") ? Kind::number : Kind::text;
}

/// The long name, without dashes; empty where the option is not part of a run.
std::string key_of(const CLI::Option& option) {
  if (option.get_lnames().empty()) return {};
  const std::string& name = option.get_lnames().front();
  const bool of_one_call =
      std::find(kOfOneCall.begin(), kOfOneCall.end(), name) != kOfOneCall.end();
  return of_one_call ? std::string() : name;
}

std::vector<std::pair<std::string, const CLI::Option*>> run_options(const CLI::App& command) {
  std::vector<std::pair<std::string, const CLI::Option*>> options;
  for (const CLI::Option* option : command.get_options()) {
    if (std::string key = key_of(*option); !key.empty())
      options.emplace_back(std::move(key), option);
  }
  return options;
}

/// As given; as declared where it is not given. Null: no value.
Json value_of(const CLI::Option& option) {
  const bool given = option.count() > 0;
  switch (kind_of(option)) {
    case Kind::flag:
      return given && option.as<bool>();
    case Kind::list:
      return given ? Json(option.as<std::vector<std::string>>()) : Json();
    case Kind::text:
      if (given) return option.as<std::string>();
      return option.get_default_str().empty() ? Json() : Json(option.get_default_str());
    case Kind::whole_number:
      if (given) return option.as<std::int64_t>();
      break;
    case Kind::unsigned_number:
      if (given) return option.as<std::uint64_t>();
      break;
    case Kind::number:
      if (given) return option.as<double>();
      break;
  }
  if (option.get_default_str().empty()) return {};
  return parse_json(option.get_default_str(), option.get_name());
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool is_untold(std::string_view text) {
  return text.starts_with(kUntold) || text.find("=" + std::string(kUntold)) != std::string::npos;
}

void refuse_untold(const Json& value, const std::string& key, const std::string& file) {
  const auto refuse = [&](const std::string& text) {
    if (!is_untold(text)) return;
    throw UsageError(
        fmt::format("--config {}: {}: the document does not tell the folders of the path {}.\n  "
                    "Say where it is: --{} PATH on the command line wins over the file.",
                    file, key, text, key));
  };
  if (value.is_string()) refuse(value.get<std::string>());
  if (!value.is_array()) return;
  for (const Json& item : value) {
    if (item.is_string()) refuse(item.get<std::string>());
  }
}

/// The options that a run file names, or the run that a result document records.
Json read_run(const std::string& file) {
  if (!is_there(file))
    throw UsageError(
        fmt::format("--config {}: there is no such file.\n  --write-config FILE "
                    "writes one from the options of a command line.",
                    file));
  Json json = read_json_file(
      file,
      {.max_bytes = std::size_t{256} << 20, .refuse_duplicate_keys = true, .kind = "a run file"});
  const std::string schema =
      json.is_object() && json.contains("schema") && json.at("schema").is_string()
          ? json.at("schema").get<std::string>()
          : std::string();
  if (schema == kRunSchema) return json;
  if (schema.starts_with("asbench/result@")) {
    const Json* run = json.contains("provenance") && json.at("provenance").is_object() &&
                              json.at("provenance").contains("run")
                          ? &json.at("provenance").at("run")
                          : nullptr;
    if (run == nullptr || !run->is_object()) {
      throw BadInput(
          fmt::format("{}: this result document does not record the options of its run.\n  "
                      "Documents that `asbench score` of this version writes do.",
                      file));
    }
    return run_file_of(*run);
  }
  throw BadInput(fmt::format(
      "{}: neither a run file (\"schema\": \"{}\") nor a result document of `asbench score`", file,
      kRunSchema));
}

/// Takes the file's values for the options that the command line leaves out. The file may hold
/// every option of score, whether the command has it or not.
void take_run(CLI::App& command, const std::string& file) {
  const Json run = read_run(file);
  auto options = run_options(command);
  const std::vector<std::string> keys = run_file_keys();
  std::erase_if(options, [&](const auto& option) {
    return std::find(keys.begin(), keys.end(), option.first) == keys.end();
  });
  for (const auto& [name, value] : run.items()) {
    const std::string& key = name;  // clang 14 captures no structured binding
    if (key == "schema" || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const bool of_one_call =
        std::find(kOfOneCall.begin(), kOfOneCall.end(), key) != kOfOneCall.end();
    throw UsageError(fmt::format(
        "--config {}: unknown key '{}'.{}", file, key,
        of_one_call ? fmt::format(" --{} belongs on the command line.", key)
                    : did_you_mean(key, keys) + " Keys are the options' names without dashes."));
  }
  check_schema(run, "run", file);
  for (const auto& [key, declared] : options) {
    CLI::Option* option = command.get_option("--" + key);
    if (!run.contains(key) || option->count() > 0) continue;
    const Json& value = run.at(key);
    refuse_untold(value, key, file);
    if (kind_of(*option) == Kind::flag && !value.get<bool>()) continue;
    if (value.is_array() && value.empty()) continue;
    try {
      if (value.is_array())
        option->add_result(value.get<std::vector<std::string>>());
      else
        option->add_result(text_of(value));
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      throw UsageError(fmt::format("--config {}: {}", file, error.what()));
    }
  }
}

/// "ROLE=/home/a/b" and "/home/a/b": what stands before the path, and the path; an empty path when
/// the text is none or is not absolute.
std::pair<std::string, std::filesystem::path> absolute_path_in(const std::string& text) {
  const auto equals = text.find('=');
  const std::size_t begin = text.starts_with('/') || equals == std::string::npos ? 0 : equals + 1;
  if (begin >= text.size() || text[begin] != '/') return {};
  return {text.substr(0, begin), text.substr(begin)};
}

Json type_of(Kind kind) {
  switch (kind) {
    case Kind::flag:
      return {{"type", "boolean"}};
    case Kind::whole_number:
    case Kind::unsigned_number:  // its check refuses less than 0; valijson takes 2^63 for less
      return {{"type", "integer"}};
    case Kind::number:
      return {{"type", "number"}};
    case Kind::text:
      return {{"type", "string"}};
    case Kind::list:
      break;
  }
  return {{"type", "array"}, {"items", {{"type", "string"}}}};
}

}  // namespace

std::shared_ptr<RunFileOptions> add_run_file_options(CLI::App& command) {
  auto options = std::make_shared<RunFileOptions>();
  command.add_option_function<std::string>(
      "--config", [&command](const std::string& file) { take_run(command, file); },
      "run file: the options below as JSON, {\"schema\": \"asbench/run@1\", \"split\": ...}, or a "
      "result document, whose run is repeated; options on the command line win");
  command.add_option("--write-config", options->write,
                     "write the options of this command line as a run file, and score nothing");
  return options;
}

void add_config_option(CLI::App& command) {
  command.add_option_function<std::string>(
      "--config", [&command](const std::string& file) { take_run(command, file); },
      "run file of `asbench score` ({\"schema\": \"asbench/run@1\", \"split\": ...}), or a "
      "result document: the options below as they stand there; those on the command line win");
}

std::vector<std::string> run_file_keys() {
  constexpr std::string_view kSchema = "schemas/run.schema.json";
  const Json schema = parse_json(config_file(kSchema).value(), kSchema);
  std::vector<std::string> keys;
  for (const auto& [key, value] : schema.at("properties").items()) {
    if (key != "schema") keys.push_back(key);
  }
  return keys;
}

Json options_of(const CLI::App& command) {
  Json values = Json::object();
  for (const auto& [key, option] : run_options(command)) {
    Json value = value_of(*option);
    if (!value.is_null()) values[key] = std::move(value);
  }
  return values;
}

Json run_file_of(const Json& options) {
  Json file = {{"schema", kRunSchema}};
  file.update(options);
  return file;
}

Json without_absolute_paths(const Json& options, const std::filesystem::path& current_folder) {
  const auto shown = [&](const Json& value) -> Json {
    if (!value.is_string()) return value;
    const auto [before, path] = absolute_path_in(value.get<std::string>());
    if (path.empty()) return value;
    const auto inside = path.lexically_normal().lexically_relative(current_folder);
    if (!inside.empty() && *inside.begin() != "..") return before + inside.string();
    const auto normal = path.lexically_normal();
    const auto last = normal.has_filename() ? normal.filename() : normal.parent_path().filename();
    return before + std::string(kUntold) + last.string();
  };
  Json told = Json::object();
  for (const auto& [key, value] : options.items()) {
    if (!value.is_array()) {
      told[key] = shown(value);
      continue;
    }
    Json& list = told[key] = Json::array();
    for (const Json& item : value) list.push_back(shown(item));
  }
  return told;
}

Json run_schema_of(const CLI::App& command) {
  Json properties = {{"schema", {{"const", kRunSchema}}}};
  for (const auto& [key, option] : run_options(command)) {
    Json property = {{"description", option->get_description()}};
    property.update(type_of(kind_of(*option)));
    properties[key] = std::move(property);
  }
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", fmt::format("{}: the options of asbench {}, by their names without dashes",
                                kRunSchema, command.get_name())},
          {"type", "object"},
          {"required", {"schema"}},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

}  // namespace asbench::cli
