#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// A publication, as configs/citations.json has it. Texts are UTF-8 and unescaped, but for braces
/// in names of authors, titles and books, which keep letters as they are.
struct Work {
  std::string key;         ///< "radford2021clip"; stays what it is
  std::string type;        ///< of the BibTeX entry: "inproceedings"
  std::string short_name;  ///< "Radford et al. 2021"
  std::vector<std::pair<std::string, std::string>> fields;  ///< "author", "title", ... in order
};

/// The works of configs/citations.json, by key. Read once; thread-safe.
[[nodiscard]] std::span<const Work> known_works();
/// Nothing for a key that this version does not know.
[[nodiscard]] const Work* find_work(std::string_view key);

/// A work and what it is cited for: "clip_t", "encoder openai/clip-vit-base-patch32".
struct CitedWork {
  const Work* work = nullptr;
  std::vector<std::string> reasons;
};

struct Bibliography {
  std::vector<CitedWork> works;  ///< by key
  /// What nothing is known to cite for: encoders of one's own, metrics of documents that name no
  /// work. Plain text.
  std::vector<std::string> without;
};

/// The works of every metric and every encoder of the results, and the program that measured them.
[[nodiscard]] Bibliography bibliography(std::span<const document::Result> results);

/// The keys of the works that an encoder of this id is from (configs/encoders/): sorted; empty
/// where it has none.
[[nodiscard]] std::vector<std::string> works_of_encoder(const document::Result& result,
                                                        const std::string& id);

/// The keys of the works that describe a way to prepare clips and the network that it comes with,
/// by the profile of a signature: "stylegan-v[in-graph,0..255]". Empty for pictures and unknown
/// ones.
[[nodiscard]] std::vector<std::string> works_of_profile(std::string_view profile);

/// A file of BibTeX entries by key, in ASCII, with a comment on what each is cited for. The entry
/// of the program names the versions that the results were made with.
[[nodiscard]] std::string bibtex(std::span<const document::Result> results);

/// Text of a BibTeX field in ASCII: accents and signs as commands of LaTeX, braces as they are.
/// Letters without a command stay in UTF-8, which biber and newer styles read.
[[nodiscard]] std::string bibtex_text(std::string_view text);

}  // namespace asbench::reports
