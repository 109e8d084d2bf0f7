#include "document/finding_kinds.h"

#include <fmt/format.h>

#include <algorithm>

namespace asbench::document {
namespace {

constexpr FindingKind kKinds[] = {
    // The split.
    {"bad_json", true,
     "A file of the split is not valid JSON. Its stories cannot be scored; under --missing zero "
     "they count as failures."},
    {"bad_schema", true,
     "A file of the split, or a part of it, does not have the expected structure. Its stories "
     "cannot be scored; under --missing zero they count as failures."},
    {"missing_prompts", true,
     "An IP has no file of prompts. Its stories cannot be scored; under --missing zero they count "
     "as failures."},
    {"empty_folder", false,
     "A folder beside the IPs' folders is empty. If it was an IP's, the stories of that IP are not "
     "scored and not counted."},
    {"unread_json", false,
     "A file that lies beside the IPs' files is not valid JSON. It is not read: it has no captions "
     "and no reference beside it."},
    {"bad_clip_list", false,
     "The list of an IP's own clips (clips.json), or a part of it, is not valid JSON or does not "
     "have the expected structure. What cannot be read is left out of real_ceiling and of the "
     "reference set; the system's own value does not change."},
    {"duplicate_key", true,
     "A key occurs twice in one JSON object, so that one of two stories or captions is lost. "
     "Unless this stops the run, the last value is used, and under --missing zero a doubled story "
     "of the demo form counts as a failure."},
    {"unknown_key", false,
     "A file of the split has a key that this version does not read. Scores do not depend on it."},
    {"story_count", false,
     "An IP does not have the usual number of stories. The stories that are there are scored."},
    {"shot_count", false,
     "A story does not have the usual number of shots. The shots that are there are scored."},
    {"text_encoding", false,
     "A file of the split is not saved as UTF-8. It was read in the encoding that its bytes show."},
    {"other_file_used", false,
     "A file of the usual name is not there; the only one that can be meant is used."},
    {"missing_caption", true,
     "A shot has no caption, or too few captions of a story can be compared. Text metrics skip "
     "what they cannot compare."},
    {"missing_reference", true,
     "A reference picture is missing or cannot be read. Metrics that compare with it skip the "
     "stories of its IP."},
    {"empty_reference", true,
     "A reference picture shows nothing: it is transparent, or of one colour all over. Metrics "
     "that compare with it skip the stories of its IP."},
    {"reference_turned", false,
     "A reference picture has an EXIF orientation. It was turned as viewers show it."},
    {"shared_reference", false,
     "One reference picture stands for two characters. Identity metrics cannot tell them apart."},
    {"reference_changed", false,
     "A reference picture is not the file that the manifest was made with. Scores that use it are "
     "not comparable with earlier ones."},
    {"video_missing", false,
     "A source video is not among those of --videos, or several files could be it. What needs its "
     "frames is left out."},
    {"video_unreadable", false,
     "A source video cannot be decoded, or not to its end. What needs the frames that are lost is "
     "left out."},
    {"fps_mismatch", false,
     "A source video has another frame rate than its annotation was made with. Frames are found by "
     "their time."},
    {"vfr", false, "The frame rate of a source video varies. Frames are found by their number."},
    {"frame_beyond_video", false,
     "An annotation names a frame that the source video does not have. The mask is not used."},
    {"duplicate_mask", false, "A character has two masks for one frame. The first one is used."},
    {"empty_mask", false, "A mask has no pixel. It is not used."},
    {"mask_size_mismatch", false,
     "A mask has another aspect than the frames of its video. It is not used."},
    {"mask_scaled", false,
     "Masks of a character have another size than the frames of their video, with the same aspect. "
     "They were scaled by nearest neighbour."},
    {"mask_area", false,
     "A mask takes less than 5 % or more than 90 % of its picture, which the data set's authors "
     "left out. It is used."},
    {"mask_outside_segment", false,
     "A mask belongs to a frame outside of its segment. It is used."},
    {"reference_in_shot", false,
     "A real story is scored, and all reference pictures of a character are frames of this shot. A "
     "shot is not compared with itself: the character is not judged in it."},
    {"clip_unusable", false,
     "One of the IPs' own clips cannot be decoded. It is left out of real_ceiling and of the "
     "reference set; the system's own value does not change."},
    // Annotation files.
    {"missing_video_id", false,
     "An annotation file does not state its video's id, or one that can't be part of a path. The "
     "file's name is used."},
    {"duplicate_video", false,
     "Two annotation files are of one video. The first in byte order of their paths is used."},
    {"missing_fps", false,
     "An annotation file does not state the frame rate of its video. Its shots have no range of "
     "frames; prompts are used all the same."},
    {"bad_segment_range", true,
     "A segment of a video has no valid range of frames. Its story cannot be scored; under "
     "--missing zero it counts as a failure."},
    {"segment_overlap", false,
     "A segment begins before an earlier one of the same video ends. Both are used."},
    {"missing_time", true, "A shot has no start or no end time. It is left out of its story."},
    {"bad_time", true,
     "A shot has a start or an end time that cannot be read. It is left out of its story."},
    {"end_before_start", true,
     "A shot ends before it begins, or at once. It is left out of its story."},
    {"beyond_segment", false,
     "A shot ends more than a second after its segment. It is clipped to the segment."},
    {"time_gap", false,
     "A shot begins more than a second after the one before it ends. Both are used."},
    {"time_overlap", false,
     "A shot begins more than a second before the one before it ends. Both are used."},
    {"duplicate_range", true,
     "A shot has the range of frames of an earlier one of its story. It is left out."},
    {"empty_range", true, "A shot has no frame inside its segment. It is left out of its story."},
    {"bad_field", false,
     "A part of an annotation has another type than it should, or says nothing. That part is left "
     "out."},
    {"missing_description", false,
     "A shot has no descriptive caption. Runs with text=descriptive or text=both report it as "
     "missing_caption."},
    {"id_case", false,
     "A shot or a reference names a character or a scene in other letter case or with other spaces "
     "than its story does. It is taken for that one."},
    {"no_scene", false, "A shot names no scene."},
    {"unknown_scene", false,
     "A shot names a scene that is no main scene of its story. The name is kept."},
    {"prologue_epilogue", false,
     "A shot is a title or an end of the film rather than a part of its story. It is listed, and "
     "not scored unless the protocol says so."},
    {"extra_not_4s", false, "The excerpt of a shot is not four seconds long. It is kept."},
    {"extra_outside", false, "The excerpt of a shot is not inside the shot. It is left out."},
    {"mask_placeholder", false,
     "An annotation file has a text in the place of its reference masks. Its characters have no "
     "references."},
    {"bad_rle", false,
     "A reference mask cannot be read. It is left out; a character without another one has no "
     "reference."},
    {"conflicting_keys", false,
     "An object has two spellings of one key with different values. The one that the release uses "
     "is taken."},
    // The outputs.
    {"missing_shot", true,
     "A shot of the split has no file. --missing decides whether it stops the run, counts as a "
     "failure or is left out."},
    {"broken_video", true,
     "A video cannot be decoded. The shot counts as missing: --missing decides."},
    {"damaged_video", true,
     "FFmpeg notices errors in a video's data, or conceals them. The shot counts as missing: "
     "--missing decides."},
    {"bad_cuts", true,
     "A range of the cut list is not valid or lies outside its video, or fewer cuts were detected "
     "than the shots need. The shot counts as missing: --missing decides."},
    {"ambiguous_shot", true,
     "Several files could be one shot, and none has its name to the letter. None is taken; the "
     "shot "
     "counts as missing: --missing decides."},
    {"zero_based_numbering", true,
     "The outputs number a story, or the shots of a story, from 0, and the split from 1. The story "
     "is not scored: each file would be compared with the caption of another. --layout with "
     "{shot0} or {prompt0} expresses it; until then the run stops, whatever --missing says."},
    {"one_based_numbering", true,
     "The outputs number a story, or the shots of a story, from 1, and the split or the layout "
     "from 0. The story is not scored: each file would be compared with the caption of another. "
     "--layout with {shot} or {prompt1} expresses it; until then the run stops, whatever --missing "
     "says."},
    {"detected_layout", false,
     "No built-in layout fits the outputs, and the names of the files can mean one thing only. "
     "They "
     "were matched by the template that the finding names, as if it had been given by --layout."},
    {"numbered_from_zero", false,
     "The files of each story's n shots are numbered from 0 to n-1, with none beyond. File 0 is "
     "taken as shot 1, as {shot0} in --layout does."},
    {"mixed_frame_sizes", true,
     "The pictures in a folder of frames have different sizes. The shot counts as missing: "
     "--missing decides."},
    {"other_layout", false,
     "The layout finds less than half of the shots, and another one finds more. The one that was "
     "asked for is used."},
    {"several_files", false,
     "Besides the file that has a shot's name to the letter, there are others that could be the "
     "shot. The one with the name is scored."},
    {"shared_file", false,
     "One file stands for several shots, by its name or by links. It is scored for each of them."},
    {"frame_numbers", false,
     "The numbers in the names of a folder's frames have gaps, repeats or steps, or there are no "
     "common numbers. The frames that are there are scored, in natural order of their names."},
    {"mixed_frames", false,
     "A folder of frames holds several picture formats. All pictures are taken as frames."},
    {"stray_file", false,
     "A folder of frames holds something that doesn't belong to its series. Pictures are taken as "
     "frames all the same, other files are not."},
    {"frame_beyond_clip", false,
     "A mask or a box is given for a frame that the shot's clip does not have. It is not used."},
    {"unexpected_file", false,
     "A video, a row or a range of the outputs belongs to no shot of the split. It is not scored."},
    {"frame_count_mismatch", false,
     "The container declares another number of frames than can be decoded. The decoded frames are "
     "used."},
    {"short_shot", false,
     "A shot has fewer frames than the frame rule takes. Some frames are used more than once."},
    {"duplicate_shot", false,
     "The sampled frames of two shots of a story are equal byte by byte. Both are scored; "
     "duplicate_pairs counts the pair."},
    {"hdr_transfer", false,
     "A video has a transfer function of high dynamic range (PQ or HLG). Its frames are scored "
     "without tone mapping, so they look pale."},
    {"unknown_matrix", false,
     "A video is tagged with a colour matrix that this version cannot convert. It is decoded with "
     "bt601; its colours may be wrong."},
    {"mixed_colour", false,
     "The videos of one system have different colour tags. Each is decoded as it is tagged; check "
     "that the tags are right, because wrong ones shift colours."},
    {"mixed_frame_rates", false,
     "The clips of one system have different frame rates. Each is scored at its own; check that "
     "they were made alike."},
    {"mixed_sizes", false,
     "The clips of one system have different sizes. Each is scored at its own size; check that "
     "they "
     "were made alike."},
    {"mixed_orientations", false,
     "Some clips of a system are wide and others are tall. Check that none was turned or cropped "
     "by "
     "mistake."},
    {"alpha_channel", false,
     "A shot has transparent pixels. They are composited on black, in videos and in folders of "
     "frames alike."},
    {"non_square_pixels", false,
     "A video has a sample aspect ratio other than 1:1. Its frames are scored as they are stored, "
     "without stretching."},
    {"odd_rotation", false,
     "A video asks for a rotation that is no multiple of 90 degrees. Its frames are scored as they "
     "are stored."},
    {"several_video_streams", false,
     "A file holds several videos. The first that is marked as default is scored, else the first."},
    {"caption_truncated", false,
     "A caption is longer than the text encoder reads. Its end is cut off; the text metrics "
     "compare "
     "with the rest."},
    // Metrics of stories.
    {"bad_feature", false,
     "A feature is zero or holds NaN or infinite values. A shot with such a feature counts as "
     "failed; what depends on such a reference or caption is null."},
    {"nonpositive_similarity", false,
     "A shot has a similarity of 0 or less, or a distance of 1 or more. The HarMeanP of its story "
     "takes the worst value: 0 for a similarity, 1 for a distance."},
    {"single_frame", false,
     "A shot has one sampled frame, so that there is no pair of frames to compare. The shot is "
     "skipped."},
    {"no_still_area", false,
     "Nothing of a shot's picture stands still over three frames, so that flicker can't be told "
     "from motion. flicker skips the shot."},
    {"unknown_frame_rate", false,
     "A shot is a folder of frames, or a video that states no frame rate. effective_fps skips it."},
    {"single_shot", false,
     "A story has fewer than two shots to compare. Its value is null and not part of the mean."},
    {"empty_story", true,
     "A story has no shots. It cannot be scored; under --missing zero it counts as a failure."},
    {"no_scored_shots", false,
     "No shot of a story has a value. The story's value is null and not part of the mean."},
    {"no_character", false, "A shot lists no character. Identity and reference metrics skip it."},
    {"unknown_character", false,
     "A shot or a reference names a character that its story does not declare. It has no "
     "reference: reference "
     "metrics judge the shot by its other characters."},
    {"subject_not_found", false,
     "In some sampled frames of a shot, masks or boxes show no subject. These frames count as "
     "failures of the metrics that cut to it: it was not drawn, or not detected."},
    {"no_such_pair", false,
     "No two shots of a story have in common what a metric compares them for: a character, a "
     "scene. The story's value is null and not part of the mean."},
    {"one_character", false,
     "The split has only one character with a reference. Identity metrics have nothing to tell it "
     "apart from: their values are null."},
    {"no_clips", false,
     "An IP has no usable clips of its own. It has no real_ceiling; the system's value does not "
     "change."},
    {"one_cluster", false, "Fewer than two IPs have a value. The metric has no interval."},
    {"few_clusters", false,
     "Fewer than ten IPs have a value. The metric's interval is too narrow."},
    // Metrics of sets.
    {"incomplete_set", false,
     "Clips are missing under --missing zero. The metrics of the whole set are null, so that "
     "dropping a clip cannot help."},
    {"too_few_frames", false,
     "A clip is too short for the video network, and counts as failed in the metrics of the set; "
     "or "
     "a shot has fewer than three frames, so that none can be predicted from its neighbours, and "
     "vbench_smoothness skips it."},
    {"too_few_samples", false,
     "There are fewer clips on one side than the metric needs. Its value is null."},
    {"degenerate_features", false,
     "Features of different clips are equal. A distance between such sets is meaningless: values "
     "are null, or neighbours have distance 0."},
    {"too_few_for_extrapolation", false,
     "There are too few clips for fvd_inf, which is null. Without it, fvd is biased upwards."},
    {"too_few_for_halves", false,
     "There are too few clips to compare two halves of the real ones. noise_floor is null."},
    {"no_interval", false,
     "Fewer than two IPs can be left out in turn. The metric of the set has no interval."},
    {"frame_rates_differ", false,
     "Real and generated clips have different frame rates, so the same motion has another speed. "
     "That alone raises the distance."},
    {"reference_clip_unusable", false,
     "A clip of the reference set cannot be decoded, is too short, or has a bad feature. The "
     "metrics of the set leave it out."},
};

bool takes_a_reference(std::string_view kind) {
  return kind == "missing_reference" || kind == "empty_reference";
}

bool takes_a_caption(std::string_view kind) {
  return kind == "missing_caption";
}

}  // namespace

std::span<const FindingKind> finding_kinds() {
  return kKinds;
}

const FindingKind* find_finding_kind(std::string_view kind) {
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const FindingKind& entry) { return entry.kind == kind; });
  return found == std::end(kKinds) ? nullptr : found;
}

bool is_blocking(std::string_view kind, const InputNeeds& needs) {
  const FindingKind* found = find_finding_kind(kind);
  if (found == nullptr || !found->blocking) return false;
  if (takes_a_reference(kind)) return needs.references;
  if (takes_a_caption(kind)) return needs.captions;
  return true;
}

std::string_view what_it_stops(std::string_view kind) {
  if (!is_blocking(kind)) return {};
  if (takes_a_reference(kind)) return "metrics with references";
  return takes_a_caption(kind) ? "metrics with captions" : "scoring";
}

std::string finding_kinds_markdown() {
  std::string text =
      "# Findings\n\n"
      "A finding is one thing that is not as it should be in a split, in a system's outputs or in "
      "a "
      "feature.\n"
      "`asbench inspect` prints findings; a result document lists them under `coverage.findings`. "
      "Nothing is\n"
      "repaired silently. A finding that blocks scoring takes away a story, an IP, a shot, a "
      "reference or a caption:\n"
      "`asbench inspect` and `asbench score --missing fail` (the default) exit with 2, and under "
      "`zero` and `exclude`\n"
      "the result is not canonical. `score` stops before anything is encoded, except for damage "
      "that "
      "only the decode of\n"
      "a whole clip shows. A lost reference or caption stops only runs with metrics that read "
      "references or captions.\n"
      "The other findings are information.\n\n"
      "This page is generated from `document/finding_kinds.cpp`. A test compares them and writes "
      "the new page.\n\n"
      "| kind | stops | what happened, and what it means for the score |\n|---|---|---|\n";
  for (const auto& kind : kKinds) {
    const std::string_view stops = what_it_stops(kind.kind);
    text += fmt::format("| `{}` | {} | {} |\n", kind.kind, stops.empty() ? "nothing" : stops,
                        kind.sentence);
  }
  return text;
}

}  // namespace asbench::document
