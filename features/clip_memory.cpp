#include "features/clip_memory.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/json.h"
#include "features/keys.h"
#include "features/weights_hash.h"
#include "loaders/boundaries/cut_detector.h"

namespace asbench::features {

// No device number: machines number the file systems that they mount as they like.
std::string clip_identity(const loaders::ShotSource& source) {
  struct stat file {};
  if (::stat(source.path.c_str(), &file) != 0) return {};
  const bool is_detected = source.kind == loaders::ShotSource::Kind::video_detected;
  return fmt::format("{} {} {} {}.{:09} {}.{:09} {}-{} {}/{}{}", source.path.filename().string(),
                     file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec,
                     file.st_ctim.tv_sec, file.st_ctim.tv_nsec, source.begin_frame,
                     source.end_frame, source.part, source.parts,
                     is_detected ? fmt::format(" {}", loaders::kCutDetector) : std::string());
}

void remember_content(const FeatureStore& store, std::string_view identity,
                      std::string_view content_sha256) {
  if (!identity.empty()) store.remember_text(clip_content_key(identity), content_sha256);
}

std::optional<std::string> recall_content(const FeatureStore& store, std::string_view identity) {
  if (identity.empty()) return std::nullopt;
  return recall_hash(store, clip_content_key(identity));
}

void remember_failure(const FeatureStore& store, std::string_view subject, std::string_view request,
                      const ClipOutcome::Broken& broken) {
  if (subject.empty()) return;
  const Json json = {{"kind", broken.kind}, {"cause", broken.cause}};
  store.remember_text(clip_failure_key(subject, request),
                      json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::optional<ClipOutcome::Broken> recall_failure(const FeatureStore& store,
                                                  std::string_view subject,
                                                  std::string_view request) {
  if (subject.empty()) return std::nullopt;
  const auto text = store.get_text(clip_failure_key(subject, request));
  if (!text) return std::nullopt;
  const Json json = parse_json(*text, "feature store: verdict on a clip");
  return ClipOutcome::Broken{json.value("kind", ""), json.value("cause", "")};
}

}  // namespace asbench::features
