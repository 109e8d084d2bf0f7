#include "models/hub/fetch.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/json.h"
#include "models/hub/verified_download.h"
#include "models/weights/shard_index.h"
#include "models/weights/weights_record.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSingleFile = "model.safetensors";
constexpr std::string_view kIndexFile = "model.safetensors.index.json";
constexpr std::size_t kMaxIndexBytes = std::size_t{256} << 20;

/// A file that belongs to the checkpoint at this commit.
struct PlannedFile {
  CatalogueFile known;
  HubFile hub;
  Expectation expected;
  bool enforced = false;                  ///< its pin was published at the revision that is fetched
  std::optional<Verification> here = {};  ///< on disk already, verified
};

bool is_commit(const std::string& text) {
  return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    throw BadInput(fmt::format("{}: cannot create the folder: {}. Name another one with --weights.",
                               folder.string(),
                               error ? error.message() : "a file of that name exists"));
  }
}

class Fetch {
 public:
  explicit Fetch(const FetchOptions& options)
      : options_(options),
        client_(options.hub, options.id),
        known_(options.catalogue->find(options.id)) {
    const std::string usual = known_ != nullptr ? known_->revision : "main";
    report_.id = options.id;
    report_.revision = options.revision.value_or(usual);
    report_.revision_override = report_.revision != usual;
    at_ = report_.revision;
  }

  FetchReport run() {
    show_licence();
    show_pin();
    plan_companions();
    plan_weights();
    report_.folder = place();
    make_folder(report_.folder);
    record_ = read_weights_record(report_.folder);
    compare_with_disk();
    check_free_space();
    start_record();
    for (const PlannedFile& file : plan_) download(file);
    if (options_.folders.roots.empty()) name_snapshot();
    return std::move(report_);
  }

 private:
  void say(const std::string& line) const { options_.hub.say(line); }

  void show_licence() const {
    if (known_ == nullptr) {
      say(
          fmt::format("{} is not in the catalogue: its licence is unknown. Read {}/{} before using "
                      "it.",
                      options_.id, client_.options().endpoint, options_.id));
      return;
    }
    const Licence& licence = known_->licence;
    say(fmt::format("{}: licence {} ({})\n  {}", options_.id, licence.name, licence.url,
                    licence.allows));
    if (!licence.model_card.empty()) say("  model card: " + licence.model_card);
  }

  void show_pin() const {
    if (known_ == nullptr || !known_->pinned()) {
      say(
          fmt::format("{}: no weights are pinned for this id; files are verified against what the "
                      "hub says of them",
                      options_.id));
    } else if (report_.revision_override) {
      say(
          fmt::format("warning: --revision {} overrides the pinned revision {}. Only files whose "
                      "pin was published at {} are verified against a pin; scores made with other "
                      "files are not canonical.",
                      report_.revision, known_->revision, report_.revision));
    } else {
      say(fmt::format("{}: pinned to revision {}", options_.id, known_->revision));
    }
  }

  /// Whether the catalogue's facts about a file hold for the revision that is fetched.
  [[nodiscard]] bool holds_here(const CatalogueFile& file) const {
    return known_ != nullptr && known_->revision_of(file) == report_.revision;
  }

  /// Asks for a file; the first answer fixes the commit for all others.
  std::optional<HubFile> describe(const std::string& name) {
    auto file = client_.describe(at_, name);
    if (file && is_commit(report_.revision) && is_commit(file->commit) &&
        file->commit != report_.revision) {
      throw BadInput(fmt::format(
          "{}: the hub answers with commit {}, expected the commit asked for, {}. Try another "
          "--endpoint.",
          client_.file_url(at_, name), file->commit, report_.revision));
    }
    if (file && report_.commit.empty() && is_commit(file->commit)) {
      report_.commit = file->commit;
      at_ = file->commit;
      say(fmt::format("{}: revision {} is commit {}", options_.id, report_.revision,
                      report_.commit));
    }
    return file;
  }

  /// What to ask the hub for. A form of the weights that is pinned at this revision comes first.
  [[nodiscard]] std::vector<CatalogueFile> known_files() const {
    std::vector<CatalogueFile> files = known_ != nullptr ? known_->files : usual_files();
    std::erase_if(files, [](const CatalogueFile& file) { return !file.fetch; });
    std::stable_partition(files.begin(), files.end(), [&](const CatalogueFile& file) {
      return !file.weights || (file.pinned() && holds_here(file));
    });
    return files;
  }

  void add(const CatalogueFile& known, const HubFile& hub) {
    const bool enforced = known.pinned() && holds_here(known);
    plan_.push_back({.known = known,
                     .hub = hub,
                     .expected = enforced ? pinned_expectation(known, hub) : expectation(hub),
                     .enforced = enforced});
    if (!plan_.back().expected.has_sum()) {
      say(fmt::format("{}: the server sends no checksum; only the size can be verified", hub.name));
    }
    if (known.weights && !enforced && known_ != nullptr && known_->pinned() &&
        !report_.revision_override) {
      say(
          fmt::format("warning: {} is not the pinned file of {}: scores made with it are not "
                      "canonical",
                      hub.name, options_.id));
    }
  }

  void plan_companions() {
    for (const CatalogueFile& file : known_files()) {
      if (file.weights) continue;
      if (const auto hub = describe(file.name)) {
        add(file, *hub);
      } else if (file.optional) {
        report_.absent.push_back(file.name);
        say(fmt::format("{}: not in this repository (optional)", file.name));
      } else {
        throw BadInput(fmt::format(
            "{}: 404 Not Found: {} has no {} at revision {}, or does not exist at {}. Check the "
            "name, --revision and the endpoint (--endpoint, $HF_ENDPOINT).",
            client_.file_url(at_, file.name), options_.id, file.name, report_.revision,
            client_.options().endpoint));
      }
    }
  }

  void plan_weights() {
    std::vector<std::string> missing;
    for (const CatalogueFile& file : known_files()) {
      if (!file.weights) continue;
      if (const auto hub = describe(file.name)) {
        if (!missing.empty()) {
          say(fmt::format("{}: taking {}; not at this revision: {}", options_.id, file.name,
                          fmt::join(missing, ", ")));
        }
        add(file, *hub);
        return;
      }
      missing.push_back(file.name);
      if (file.name != kSingleFile) continue;
      if (plan_shards()) return;
      missing.emplace_back(kIndexFile);
    }
    throw BadInput(
        fmt::format("{} has no weights at revision {}: none of {}. Name a revision that "
                    "has them with --revision.",
                    options_.id, report_.revision, fmt::join(missing, ", ")));
  }

  /// @returns whether the weights come in shards, which are then planned.
  bool plan_shards() {
    const std::string index_name(kIndexFile);
    const auto hub = describe(index_name);
    if (!hub) return false;
    const ShardIndex index =
        parse_shard_index(read_small_file(*hub), client_.file_url(at_, index_name));
    for (const std::string& name : index.files) {
      const auto shard = describe(name);
      if (!shard) {
        throw BadInput(
            fmt::format("{} names the shard {}, which the hub does not have (404 Not Found). Name "
                        "another revision with --revision.",
                        client_.file_url(at_, index_name), name));
      }
      add({.name = name}, *shard);
    }
    // Last: without the index, an incomplete set of shards is not taken for a checkpoint.
    add({.name = index_name, .weights = true}, *hub);
    return true;
  }

  std::string read_small_file(const HubFile& file) {
    for (int attempt = 1;; ++attempt) {
      std::string text;
      const HubClient::Sink sink{
          .begin = [](bool, std::string_view, std::optional<std::uint64_t>) {},
          .append =
              [&](std::span<const std::byte> bytes) {
                const std::uint64_t most =
                    std::min<std::uint64_t>(kMaxIndexBytes, file.bytes.value_or(kMaxIndexBytes));
                if (text.size() + bytes.size() > most) {
                  throw BadInput(
                      fmt::format("{}: larger than the {} bytes that are announced or "
                                  "allowed",
                                  client_.file_url(at_, file.name), most));
                }
                text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
              }};
      std::string reason;
      try {
        client_.download(at_, file.name, 0, "", sink);
        return text;
      } catch (const HttpFailure& failure) {
        reason = fmt::format("{}: {}", client_.file_url(at_, file.name), failure.what());
        if (failure.kind() == HttpFailure::Kind::late) throw HubUnavailable(reason);
      } catch (const HubUnavailable& failure) {
        reason = failure.what();
      }
      if (attempt > options_.hub.retries) throw HubUnavailable(reason);
      client_.pause(attempt, reason);
    }
  }

  [[nodiscard]] fs::path cache_entry() const {
    return *options_.folders.hub_cache / cache_entry_name(options_.id);
  }

  [[nodiscard]] fs::path place() const {
    if (!options_.folders.roots.empty()) return options_.folders.roots.front() / options_.id;
    if (!options_.folders.hub_cache) {
      throw UsageError("no folder for the weights: give --weights DIR");
    }
    if (report_.commit.empty()) {
      throw BadInput(
          fmt::format("{} sends no commit (X-Repo-Commit), and the Hugging Face cache stores "
                      "checkpoints by commit; give --weights DIR",
                      client_.options().endpoint));
    }
    return cache_entry() / "snapshots" / report_.commit;
  }

  /// Keeps files that verify; a file that differs stops the fetch unless it may be replaced.
  void compare_with_disk() {
    std::vector<std::string> differing;
    for (PlannedFile& file : plan_) {
      const fs::path path = report_.folder / file.hub.name;
      std::error_code error;
      if (!fs::exists(path, error)) continue;
      if (!fs::is_regular_file(path, error)) {
        throw BadInput(fmt::format("{}: is not a regular file; remove it", path.string()));
      }
      Verification here = verify_file(path, file.expected);
      if (here.problem.empty() && !file.expected.has_sum())
        here.problem = recorded_problem(file, here);
      if (here.problem.empty()) {
        file.here = here;
      } else {
        differing.push_back(fmt::format("{}: {}", path.string(), here.problem));
      }
    }
    if (differing.empty() || options_.force) return;
    const std::string origin =
        record_ && !record_->commit.empty()
            ? fmt::format("The files on disk were fetched as commit {}. ", record_->commit)
            : "";
    throw BadInput(fmt::format(
        "files on disk differ from {} at commit {}:\n  {}\n{}Nothing was changed. --force replaces "
        "them, --weights names another folder, --revision another version.",
        options_.id, report_.commit.empty() ? "(unknown)" : report_.commit,
        fmt::join(differing, "\n  "), origin));
  }

  /// Problem of a file for which the server sends no checksum: none if it is the recorded file of
  /// this commit.
  [[nodiscard]] std::string recorded_problem(const PlannedFile& file,
                                             const Verification& here) const {
    if (record_ && !report_.commit.empty() && record_->commit == report_.commit) {
      const auto recorded = record_->files.find(file.hub.name);
      if (recorded != record_->files.end() && recorded->second.sha256 == here.sha256) return {};
    }
    return "the server sends no checksum to compare it with";
  }

  void check_free_space() const {
    std::uint64_t needed = 0;
    for (const PlannedFile& file : plan_) {
      if (file.here) continue;
      fs::path part = report_.folder / file.hub.name;
      part += ".part";
      std::error_code none;
      const std::uintmax_t has = fs::file_size(part, none);
      const std::uint64_t bytes = file.expected.bytes.value_or(0);
      needed += none || has > bytes ? bytes : bytes - has;
    }
    std::error_code error;
    const fs::space_info space = fs::space(report_.folder, error);
    if (!error && space.available < needed) {
      throw BadInput(fmt::format(
          "{}: {} bytes are needed, {} are free. Free some space, or name another folder with "
          "--weights.",
          report_.folder.string(), needed, space.available));
    }
  }

  void start_record() {
    WeightsRecord fresh;
    fresh.id = options_.id;
    fresh.endpoint = client_.options().endpoint;
    fresh.revision = report_.revision;
    fresh.revision_override = report_.revision_override;
    fresh.commit = report_.commit;
    fresh.licence = known_ != nullptr ? known_->licence.name : "";
    record_ = fresh;
  }

  void download(const PlannedFile& file) {
    const fs::path path = report_.folder / file.hub.name;
    Verification state;
    if (file.here) {
      state = *file.here;
      say(fmt::format("{}: already on disk, verified", path.string()));
    } else {
      state = download_verified(client_, {.revision = at_,
                                          .file = file.hub,
                                          .target = path,
                                          .expected = file.expected,
                                          .progress = options_.progress});
      say(fmt::format("{}: {} bytes, {}", path.string(), state.bytes,
                      file.enforced             ? "equal to the pin"
                      : file.expected.has_sum() ? "checksum verified"
                                                : "size verified"));
    }
    const FilePin pin = compare_with_pin(&file.known, state.sha256, state.bytes);
    warn_of_difference(file.known, pin, state);
    report_.files.push_back({.path = path,
                             .sha256 = state.sha256,
                             .bytes = state.bytes,
                             .kept = file.here.has_value(),
                             .pin = pin});
    record_->files[file.hub.name] = {state.sha256, state.bytes, file.hub.etag};
    write_weights_record(report_.folder, *record_);
  }

  void warn_of_difference(const CatalogueFile& known, FilePin pin,
                          const Verification& state) const {
    if (pin != FilePin::differs && pin != FilePin::single_differs) return;
    const std::string_view what =
        pin == FilePin::differs ? "its pin" : "the only public record of it, which may be wrong";
    say(
        fmt::format("warning: {} (SHA-256 {}, {} bytes) differs from {}: SHA-256 {}, {} bytes, "
                    "published at revision {}",
                    known.name, state.sha256, state.bytes, what, known.sha256.value_or("unknown"),
                    known.bytes ? fmt::to_string(*known.bytes) : "an unknown number of",
                    known_->revision_of(known)));
  }

  /// In the cache a revision's name is a file that holds its commit.
  void name_snapshot() const {
    const fs::path refs = cache_entry() / "refs";
    if (report_.revision != report_.commit) {
      make_folder((refs / report_.revision).parent_path());
      write_file_atomically(refs / report_.revision, report_.commit);
    }
    std::error_code error;
    if (fs::exists(refs / "main", error) && read_text_file(refs / "main", 4096) != report_.commit) {
      say(fmt::format(
          "note: runs that name {} use the commit in {}. To use this one, name its folder: {}",
          options_.id, (refs / "main").string(), report_.folder.string()));
    }
  }

  const FetchOptions& options_;
  HubClient client_;
  const CatalogueEntry* known_;  ///< null: not in the catalogue
  std::string at_;               ///< the revision in addresses: as asked for, then the commit
  std::vector<PlannedFile> plan_;
  std::optional<WeightsRecord> record_;
  FetchReport report_;
};

bool is_safe_revision(const std::string& revision) {
  return !revision.empty() && revision.front() != '/' && revision.find("..") == std::string::npos &&
         std::none_of(revision.begin(), revision.end(),
                      [](unsigned char c) { return c <= ' ' || c == 127; });
}

}  // namespace

FetchReport fetch_checkpoint(const FetchOptions& options) {
  if (!is_hub_id(options.id)) {
    throw UsageError(
        fmt::format("{:?} is not a checkpoint id: expected <organisation>/<name>, for example "
                    "openai/clip-vit-base-patch32 (`asbench weights list` shows the known ones)",
                    options.id));
  }
  if (const CatalogueEntry* const entry = options.catalogue->find(options.id);
      entry != nullptr && !entry->made_by.empty()) {
    throw UsageError(fmt::format("{} can't be fetched. {}", options.id,
                                 conversion_advice(*entry, options.folders)));
  }
  if (options.revision && !is_safe_revision(*options.revision)) {
    throw UsageError(
        fmt::format("{:?} is not a revision: expected a branch, a tag, a commit or refs/pr/N",
                    *options.revision));
  }
  try {
    return Fetch(options).run();
  } catch (const HubUnavailable& failure) {
    throw BadInput(
        fmt::format("{}\nNothing was downloaded. Check the network, the proxy "
                    "($https_proxy) and the endpoint (--endpoint, $HF_ENDPOINT).",
                    failure.what()));
  } catch (const Cancelled&) {
    throw Error("interrupted; no file was changed. Run the same command to try again.");
  }
}

std::string cache_entry_name(const std::string& id) {
  std::string name = "models--" + id;
  name.replace(name.find('/'), 1, "--");
  return name;
}

}  // namespace asbench::models
