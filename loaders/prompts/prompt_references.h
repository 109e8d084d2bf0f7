#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "loaders/prompts/prompt_stories.h"

// The reference pictures of prompts. Not for other modules.
namespace asbench::loaders {

/// The pictures in a folder of references, found by the names of IPs: momo.png, Momo_ref.JPG,
/// reference-momo.webp, momo/reference.png, or all pictures of a folder momo/.
class ReferenceFolder {
 public:
  /// @param folder  nothing: no picture is there. @throws BadInput when there is no such folder.
  explicit ReferenceFolder(std::optional<std::filesystem::path> folder);

  [[nodiscard]] bool has(const std::string& name) const { return !candidates(name).empty(); }
  /// What the only picture calls its character.
  [[nodiscard]] std::optional<std::string> only_name() const;

  /// The pictures of an IP: those that the file states (below this folder, else beside the file),
  /// else by its name. The only picture is that of the only IP.
  /// @returns nothing, with `problem`, when there is none or several may be meant.
  [[nodiscard]] std::vector<std::filesystem::path> of(const PromptIp& ip,
                                                      const std::filesystem::path& beside,
                                                      bool only_ip, std::string& problem);
  /// Pictures that no IP took, in natural order.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  using Pictures = std::vector<std::filesystem::path>;
  /// One entry for each way to name a picture or a folder of pictures that fits.
  [[nodiscard]] std::vector<Pictures> candidates(const std::string& name) const;
  [[nodiscard]] std::optional<std::filesystem::path> stated(const std::string& file,
                                                            const std::filesystem::path& beside,
                                                            std::string& problem) const;
  [[nodiscard]] std::string listed() const;

  std::optional<std::filesystem::path> folder_;
  Pictures pictures_;
  std::vector<std::pair<std::string, Pictures>> folders_;  ///< name, pictures
  std::set<std::filesystem::path> taken_;
};

}  // namespace asbench::loaders
