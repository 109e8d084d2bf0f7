#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/interrupt.h"
#include "core/text.h"
#include "core/words.h"
#include "loaders/annotations/parse_parts.h"
#include "loaders/masks/rle.h"

namespace asbench::loaders {
namespace {

constexpr double kMostFrames = 2e9;

/// A whole number from `least` to `most`.
std::optional<std::int64_t> whole(const Json* value, double least, double most) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  if (!(number >= least && number <= most) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

/// The mask that an object "rle mask" holds. @throws BadRunLengths.
RunLengths runs_of(const Json* size, const Json* counts) {
  if (size == nullptr || !size->is_array() || size->size() != 2)
    throw BadRunLengths("its size is not a list of height and width");
  const auto height = whole(&(*size)[0], 1.0, kMaxMaskSide);
  const auto width = whole(&(*size)[1], 1.0, kMaxMaskSide);
  if (!height || !width) {
    throw BadRunLengths(
        fmt::format("its height and width are not whole numbers from 1 to {}", kMaxMaskSide));
  }
  const auto h = static_cast<int>(*height);
  const auto w = static_cast<int>(*width);
  if (counts != nullptr && counts->is_string())
    return parse_compressed_runs(h, w, counts->get_ref<const std::string&>());
  if (counts == nullptr || !counts->is_array())
    throw BadRunLengths("its run lengths are neither a text nor a list");
  std::vector<std::int64_t> runs;
  for (const Json& value : *counts) {
    const auto run = whole(&value, 0.0, static_cast<double>(kMaxMaskPixels));
    if (!run) throw BadRunLengths("a run of its list is no whole number from 0 on");
    runs.push_back(*run);
  }
  return parse_plain_runs(h, w, runs);
}

class ReferenceParser {
 public:
  ReferenceParser(const AnnotatedSegment& segment, const IdList& characters, AnnotationNotes& notes,
                  const AnnotationPlace& place)
      : segment_(segment), characters_(characters), notes_(notes), place_(place) {
    for (const auto& character : segment.characters)
      references_.push_back({character.id, true, {}, 0});
    frames_.resize(references_.size());
  }

  std::vector<AnnotatedReference> run(const Json* list) {
    const std::size_t count = entries_of(list, "the list of references", notes_, place_);
    for (std::size_t i = 0; i < count && !interrupted(); ++i) one((*list)[i], i + 1);
    tell_missing();
    std::vector<AnnotatedReference> kept;
    for (AnnotatedReference& reference : references_) {
      if (!reference.masks.empty() || reference.placeholders > 0)
        kept.push_back(std::move(reference));
    }
    return kept;
  }

 private:
  void raise(std::string_view kind, std::string text) {
    notes_.add_finding(kind, place_, std::move(text));
  }

  void one(const Json& value, std::size_t number) {
    if (!value.is_object()) {
      raise("bad_field", fmt::format("reference {} is {}, not an object; it is left out", number,
                                     type_in_words(value)));
      return;
    }
    Fields fields(value, notes_, place_);
    const auto id = fields.take_text({"ID"}, fmt::format("the id of reference {}", number));
    const Json* masks =
        fields.take_list({"masks"}, fmt::format("the masks of reference {}", number));
    fields.count_the_rest();
    if (!id) {
      raise("bad_field", fmt::format("reference {} names no character; it is left out", number));
      return;
    }
    const std::size_t place = place_of(*id);
    for (std::size_t i = 0; masks != nullptr && i < masks->size() && !interrupted(); ++i)
      mask((*masks)[i], i + 1, place);
  }

  /// Where the character's masks go; what is nobody's gets a place of its own.
  std::size_t place_of(const std::string& id) {
    const IdList::Match match = characters_.find(id);
    if (match.by_case) {
      raise("id_case", fmt::format("the reference of \"{}\" is taken for that of \"{}\"",
                                   excerpt(id), excerpt(characters_[*match.place])));
    }
    if (match.place) return *match.place;
    raise("unknown_character",
          fmt::format("there is a reference of \"{}\", which is no main character", excerpt(id)));
    const auto [at, is_new] = strangers_.emplace(id, references_.size());
    if (is_new) {
      references_.push_back({id, false, {}, 0});
      frames_.emplace_back();
    }
    return at->second;
  }

  void mask(const Json& value, std::size_t number, std::size_t place) {
    AnnotatedReference& reference = references_[place];
    const auto refuse = [&](std::string_view why) {
      raise("bad_rle", fmt::format("mask {} of \"{}\": {}; it is left out", number,
                                   excerpt(reference.character), why));
    };
    if (!value.is_object()) return refuse("it is not an object");
    Fields fields(value, notes_, place_);
    const auto frame = whole(fields.take({"frame index"}), 0.0, kMostFrames);
    const Json* rle = fields.take({"rle mask"});
    fields.count_the_rest();
    if (!frame) return refuse("its frame index is not a whole number from 0 on");
    if (rle == nullptr || !rle->is_object()) return refuse("it has no object \"rle mask\"");
    Fields inner(*rle, notes_, place_);
    const Json* size = inner.take({"size"});
    const Json* counts = inner.take({"counts"});
    inner.count_the_rest();
    if (counts != nullptr && counts->is_string() &&
        is_mask_placeholder(counts->get_ref<const std::string&>())) {
      ++reference.placeholders;
      tell_outside(*frame, number, reference);
      return;
    }
    CharacterMask mask;
    mask.frame_index = static_cast<int>(*frame);
    try {
      mask.mask = runs_of(size, counts);
    } catch (const BadRunLengths& error) {
      return refuse(error.what());
    }
    if (!frames_[place].insert(*frame).second) {
      raise("duplicate_mask",
            fmt::format("mask {} of \"{}\" is the second for frame {}; the first is "
                        "used",
                        number, excerpt(reference.character), *frame));
      return;
    }
    tell_outside(*frame, number, reference);
    reference.masks.push_back(std::move(mask));
  }

  void tell_outside(std::int64_t frame, std::size_t number, const AnnotatedReference& reference) {
    const FrameRange& frames = segment_.frames;
    if (frame >= frames.begin_frame && frame < frames.end_frame) return;
    raise("mask_outside_segment",
          fmt::format("mask {} of \"{}\" is of frame {}, outside the segment's frames {} to {}",
                      number, excerpt(reference.character), frame, frames.begin_frame,
                      frames.end_frame));
  }

  void tell_missing() {
    for (std::size_t i = 0; i < segment_.characters.size(); ++i) {
      const AnnotatedReference& reference = references_[i];
      if (!reference.masks.empty()) continue;
      raise("missing_reference",
            fmt::format(
                "the character \"{}\" has no usable mask{}", excerpt(reference.character),
                reference.placeholders == 0
                    ? ""
                    : fmt::format(": {} {}",
                                  counted(reference.placeholders, "placeholder", "placeholders"),
                                  reference.placeholders == 1 ? "stands in its place"
                                                              : "stand in their place")));
    }
  }

  const AnnotatedSegment& segment_;
  const IdList& characters_;
  AnnotationNotes& notes_;
  AnnotationPlace place_;
  std::vector<AnnotatedReference> references_;
  std::vector<std::set<std::int64_t>> frames_;
  std::unordered_map<std::string, std::size_t> strangers_;  ///< places of those that are nobody's
};

}  // namespace

std::vector<AnnotatedReference> annotated_references(const Json* list,
                                                     const AnnotatedSegment& segment,
                                                     const IdList& characters,
                                                     AnnotationNotes& notes,
                                                     const AnnotationPlace& place) {
  return ReferenceParser(segment, characters, notes, place).run(list);
}

}  // namespace asbench::loaders
