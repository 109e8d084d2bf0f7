#include "tests/models/hub/hub_fixture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

#include "core/error.h"
#include "core/hash.h"
#include "core/stats.h"
#include "models/weights/safetensors.h"
#include "tests/support/paths.h"

namespace asbench::testing {
namespace fs = std::filesystem;

HubServer::HubServer(const std::map<std::string, std::string>& files, const Json& behaviour,
                     const std::string& id, const std::string& revision) {
  const fs::path repository = folder_ / "files" / id;
  fs::create_directories(repository);
  for (const auto& [name, bytes] : files) write_file_atomically(repository / name, bytes);
  write_json_file(
      folder_ / "behaviour.json",
      {{"commit", kCommit}, {"revisions", {revision, "refs/pr/3"}}, {"files", behaviour}});
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
    throw InternalError("no pipe for the hub");
  }
  const std::string script = (testing::source_folder() / "tests/support/hub_server.py").string();
  const std::string folder = folder_.path().string();
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(input[0], STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    ::execlp("python3", "python3", script.c_str(), folder.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  standard_input_ = input[1];
  std::string line;
  for (char c = 0; ::read(output[0], &c, 1) == 1 && c != '\n';) line += c;
  ::close(output[0]);
  std::istringstream(line) >> port_;
  if (port_ == 0) throw InternalError("tests/support/hub_server.py did not start (python3?)");
}

HubServer::~HubServer() {
  ::close(standard_input_);
  ::waitpid(process_, nullptr, 0);
}

std::string HubServer::endpoint() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::vector<Json> HubServer::requests() const {
  std::vector<Json> all;
  if (!fs::exists(folder_ / "requests.jsonl")) return all;
  std::istringstream lines(read_text_file(folder_ / "requests.jsonl"));
  for (std::string line; std::getline(lines, line);) all.push_back(parse_json(line, "request"));
  return all;
}

std::vector<Json> HubServer::requests(const std::string& method, const std::string& file) const {
  std::vector<Json> found;
  for (const Json& request : requests()) {
    const std::string path = request["path"];
    if (request["method"] == method && path.find("/" + file) != std::string::npos) {
      found.push_back(request);
    }
  }
  return found;
}

std::string safetensors_bytes(int elements, int seed) {
  const TemporaryFolder folder;
  std::vector<float> values(static_cast<std::size_t>(elements));
  SplitMix64 generator(static_cast<std::uint64_t>(seed));
  for (float& value : values) value = static_cast<float>(generator.below(1000)) / 1000.0F;
  models::write_safetensors(folder / "x.safetensors",
                            {{"weight",
                              {.dtype = models::DType::f32,
                               .shape = {elements},
                               .bytes = std::as_bytes(std::span<const float>(values))}}});
  return read_text_file(folder / "x.safetensors");
}

FetchTest::FetchTest() : weights_bytes_(safetensors_bytes(65'000, 1)) {
  files_["config.json"] = R"({"model_type": "vit", "hidden_size": 8})";
  files_["preprocessor_config.json"] = R"({"size": 224})";
  files_["model.safetensors"] = weights_bytes_;
  entry_.id = kId;
  entry_.kind = "vit";
  entry_.licence = {.name = "Apache-2.0",
                    .url = "https://github.com/facebookresearch/dino/blob/main/LICENSE",
                    .allows = "Use.",
                    .model_card = ""};
  entry_.revision = "main";
  entry_.files = {{.name = "config.json"},
                  {.name = "preprocessor_config.json", .optional = true},
                  {.name = "model.safetensors", .weights = true},
                  {.name = "pytorch_model.bin", .weights = true}};
}

const models::Catalogue& FetchTest::catalogue() {
  return catalogues_.emplace_back(std::vector{entry_});
}

void FetchTest::know(const std::string& name, const std::string& bytes, int witnesses) {
  for (models::CatalogueFile& file : entry_.files) {
    if (file.name != name) continue;
    file.sha256 = sha256_hex(bytes);
    file.bytes = bytes.size();
    file.witnesses = witnesses;
    return;
  }
  throw InternalError(name + " is not in the entry");
}

void FetchTest::start(const Json& behaviour) {
  Json all = behaviour;
  for (const auto& [name, bytes] : files_) {
    if (name.ends_with(".safetensors") || name.ends_with(".bin")) {
      if (!all[name].contains("lfs")) all[name]["lfs"] = true;
    }
  }
  hub_ = std::make_unique<HubServer>(files_, all);
}

models::FetchOptions FetchTest::options() {
  models::FetchOptions options;
  options.id = kId;
  options.folders.roots.push_back(weights_.path());
  options.hub.endpoint = hub_ ? hub_->endpoint() : "http://127.0.0.1:1";
  options.hub.retries = 2;
  options.hub.first_pause = std::chrono::milliseconds(1);
  options.hub.say = [this](const std::string& line) { lines_.push_back(line); };
  options.progress = Progress::Style::quiet;
  options.catalogue = &catalogue();
  return options;
}

std::string FetchTest::failure(const models::FetchOptions& options) {
  try {
    models::fetch_checkpoint(options);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "the fetch ended well";
  return {};
}

std::vector<std::string> FetchTest::names_here() const {
  std::vector<std::string> names;
  if (!fs::exists(weights_.path() / kId)) return names;
  for (const auto& entry : fs::directory_iterator(weights_.path() / kId)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string FetchTest::said() const {
  return fmt::format("{}", fmt::join(lines_, "\n"));
}

}  // namespace asbench::testing
