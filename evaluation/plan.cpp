#include "evaluation/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::evaluation {
namespace {

features::EncoderRequest request_of(const Protocol& protocol, const std::string& role,
                                    const WeightSource& weights) {
  const auto id = protocol.encoders.find(role);
  if (id == protocol.encoders.end()) {
    throw UsageError(fmt::format(
        "the chosen metrics need an encoder in the role '{}', and protocol {} names none.\n"
        "  Name one with --encoder {}=ID.",
        role, protocol.name, role));
  }
  features::EncoderRequest wanted{.role = role,
                                  .id = id->second,
                                  .weights = weights.folder,
                                  .store = weights.store,
                                  .preprocess = {},
                                  .dtype = protocol.dtype};
  if (const auto chosen = protocol.preprocess.find(role); chosen != protocol.preprocess.end())
    wanted.preprocess = chosen->second;
  return wanted;
}

void add_encoder(Plan& plan, const Protocol& protocol, const std::string& role,
                 const WeightSource& weights) {
  using metrics::Modality;
  auto wanted = request_of(protocol, role, weights);
  wanted.text = plan.needs.has(role, Modality::caption);
  wanted.images =
      std::any_of(plan.needs.all().begin(), plan.needs.all().end(), [&](const metrics::Need& need) {
        return need.role == role && need.modality != Modality::caption;
      });
  wanted.every_frame = plan.needs.has(role, Modality::every_frame);
  wanted.sampled_frames = plan.needs.has(role, Modality::frames);
  plan.encoders[role] = plan.extraction.encoders.size();
  plan.extraction.encoders.push_back(features::open_encoder(wanted));
}

/// The video network under the variant asked for, and the clips that it compares the outputs with.
void add_video(Plan& plan, const Protocol& protocol, const loaders::Split& split,
               const WeightSource& weights, const DataSets& data) {
  auto wanted = request_of(protocol, plan.clip_role, weights);
  if (protocol.fvd_variant && !wanted.preprocess)
    wanted.preprocess = fvd_variant(*protocol.fvd_variant).profile;
  auto& extraction = plan.extraction;
  extraction.clip_encoder = features::open_clip_encoder(wanted);
  const auto& network = *extraction.clip_encoder;
  plan.fvd = fvd_variant(protocol.fvd_variant.value_or(
      network.checkpoint.is_torchscript() ? "stylegan-v" : "cd-videomae"));
  if (!network.checkpoint.is_torchscript() && plan.fvd.name == "stylegan-v") {
    throw UsageError(
        fmt::format("--fvd-variant stylegan-v leaves resizing to I3D's graph, but {} takes frames "
                    "of one size. Choose cd-videomae.",
                    network.id));
  }
  // A VideoMAE takes as many frames as it was trained with; 16 in all published ones.
  if (network.length.most > 0) plan.fvd.clips = fmt::format("window:{}", network.length.most);
  extraction.clip_rule = loaders::parse_frame_rule(plan.fvd.clips);
  plan.reference_set = open_sample_set(data.reference_set, split, "--reference-set");
  for (const auto& clip : plan.reference_set->clips)
    plan.reference_clips.push_back(extraction.add_clip(clip, features::ClipUse::reference_set));
  const auto& made_by = plan.reference_set->encoder_sha256;
  if (!made_by.empty() && made_by != network.weights_sha256) {
    throw NotComparable(fmt::format(
        "the features of --reference-set {} were made by a network with the hash {}, the one "
        "chosen has {}",
        plan.reference_set->name, made_by.substr(0, 8), network.weights_sha256.substr(0, 8)));
  }
}

/// A role that no metric is measured with was misspelt.
void require_known_roles(const Protocol& protocol) {
  const auto known = protocol.catalogue.roles();
  for (const auto* table : {&protocol.encoders, &protocol.preprocess}) {
    for (const auto& [role, value] : *table) {
      if (std::find(known.begin(), known.end(), role) != known.end()) continue;
      throw UsageError(
          fmt::format("{}={}: no metric is measured with the role '{}'.{} Roles: {}.\n"
                      "  A protocol file can list metrics with roles of its own.",
                      role, value, role, did_you_mean(role, known), fmt::join(known, ", ")));
    }
  }
}

/// One video network and one training set per run.
const std::string& only_role(const std::vector<std::string>& roles, std::string_view what) {
  if (roles.size() > 1) {
    throw UsageError(fmt::format(
        "the chosen metrics need {} in the roles {}, but one run can do this for one role only.\n"
        "  Score in several runs, with other --metrics in each.",
        what, fmt::join(roles, " and ")));
  }
  return roles.front();
}

/// A video network takes whole clips, one that predicts frames takes pairs of them, the other
/// encoders single pictures: no role can be two of these.
/// @param network  what the role's `modality` is read of: "a video network"
void require_one_kind(const metrics::Needs& needs, const std::string& role,
                      metrics::Modality modality, std::string_view network) {
  const bool both = std::any_of(
      needs.all().begin(), needs.all().end(),
      [&](const metrics::Need& need) { return need.role == role && need.modality != modality; });
  if (!both) return;
  throw UsageError(
      fmt::format("the chosen metrics use the role '{}' for {} and for an encoder of something "
                  "else.\n  Give one of the two another role in the protocol file.",
                  role, network));
}

/// Ids of the chosen metrics that read such a thing.
std::vector<std::string> ids_that_read(const Protocol& protocol, metrics::Modality modality) {
  std::vector<std::string> ids;
  for (const auto& id : protocol.metrics) {
    if (protocol.catalogue.require(id).needs.has(modality)) ids.push_back(id);
  }
  return ids;
}

/// The network that predicts every second frame of the shots.
void add_interpolator(Plan& plan, const Protocol& protocol, const WeightSource& weights) {
  using metrics::Modality;
  const std::string& role = plan.predicting_role;
  require_one_kind(plan.needs, role, Modality::predicted_frames,
                   "a network that predicts frames from pairs of frames");
  if (!protocol.encoders.contains(role)) {
    throw UsageError(fmt::format(
        "--metrics {}: needs a network that predicts the frame between two others, as a "
        "TorchScript file: --encoder {}=FILE.torchscript\n  docs/vbench.md shows how AMT-S, "
        "VBench's, is saved as one.",
        fmt::join(ids_that_read(protocol, Modality::predicted_frames), ","), role));
  }
  plan.extraction.interpolator = features::open_interpolator(request_of(protocol, role, weights));
}

/// The encoder whose mean colour the cells of references stand on under background=mean: that of
/// the metrics that read them, as their signatures say.
std::size_t cells_encoder(const Plan& plan, const Protocol& protocol) {
  metrics::Needs needs;
  for (const auto& id : protocol.metrics) {
    const auto& metric = protocol.catalogue.require(id);
    if (metric.needs.has(metrics::kPixels, metrics::Modality::references)) needs.add(metric.needs);
  }
  const auto roles = needs.roles();
  if (roles.empty() || protocol.background != "mean") return 0;
  return plan.encoders.at(only_role(roles, "the encoder's mean behind references"));
}

/// @param owner  an Ip or a Character
void add_references(Plan& plan, const std::string& key, const auto& owner) {
  for (std::size_t i = 0; i < owner.references.size(); ++i) {
    plan.references[key].push_back(plan.extraction.references.size());
    plan.extraction.references.push_back({owner.references[i], owner.reference_sha256.at(i)});
  }
}

/// Metrics that cut frames to subjects need to know where these are.
void require_regions(const Protocol& protocol, const DataSets& data) {
  if (data.masks || data.boxes) return;
  std::vector<std::string> ids;
  for (const auto& id : protocol.metrics) {
    const auto& needs = protocol.catalogue.require(id).needs;
    if (needs.has(metrics::Modality::subject) || needs.has(metrics::Modality::background))
      ids.push_back(id);
  }
  throw UsageError(fmt::format(
      "--metrics {}: needs --masks, a folder of masks of the shots' characters, or --boxes, a "
      "table "
      "of boxes.\n  `asbench boxes template` lists the frames that a detector must look at.",
      fmt::join(ids, ",")));
}

/// The cut versions of the shots' frames, for the encoders whose metrics read them.
void add_views(Plan& plan, const loaders::Split& split) {
  auto& extraction = plan.extraction;
  extraction.regions_sha256 = plan.regions->sha256();
  for (const auto& role : plan.needs.roles(metrics::Modality::subject))
    extraction.encoders.at(plan.encoders.at(role)).subjects = true;
  for (const auto& role : plan.needs.roles(metrics::Modality::background))
    extraction.encoders.at(plan.encoders.at(role)).backgrounds = true;
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      const auto clip = plan.clips.find({story.id, shot.number});
      if (clip == plan.clips.end()) continue;
      extraction.clips[clip->second].views = plan.regions->views_of(story, shot, plan.needs);
    }
  }
}

}  // namespace

std::string character_key(const loaders::Ip& ip) {
  return ip.id;
}

std::string character_key(const loaders::Story& story, const std::string& character) {
  return story.id + '\n' + character;  // no id of an IP holds a line break
}

std::optional<std::string> caption_of(const loaders::Shot& shot, std::string_view kind) {
  if (kind == "narrative") return shot.caption;
  if (kind == "descriptive") return shot.descriptive_caption;
  if (!shot.caption || !shot.descriptive_caption) return std::nullopt;
  return *shot.caption + " " + *shot.descriptive_caption;
}

Plan make_plan(const Protocol& protocol, const loaders::Split& split,
               const loaders::Outputs& outputs, const WeightSource& weights, const DataSets& data) {
  Plan plan;
  using metrics::Modality;
  plan.needs = protocol.catalogue.needs_of(protocol.metrics);
  plan.shots_are_source = outputs.layout == loaders::kSourceLayout;
  plan.source = split.source;
  const auto& needs = plan.needs;
  require_known_roles(protocol);
  const auto clip_roles = needs.roles(Modality::clip);
  const auto predicting_roles = needs.roles(Modality::predicted_frames);
  if (!clip_roles.empty()) {
    plan.clip_role = only_role(clip_roles, "a feature per clip");
    require_one_kind(needs, plan.clip_role, Modality::clip, "a video network");
  }
  if (!predicting_roles.empty()) {
    plan.predicting_role = only_role(predicting_roles, "predicted frames");
    add_interpolator(plan, protocol, weights);
  }
  for (const auto& role : needs.roles()) {
    if (role != plan.clip_role && role != plan.predicting_role)
      add_encoder(plan, protocol, role, weights);
  }
  if (!clip_roles.empty()) add_video(plan, protocol, split, weights, data);
  if (const auto roles = needs.roles(Modality::training_set); !roles.empty()) {
    plan.training_role = only_role(roles, "nearest rows of a training set");
    if (!data.training_set) {
      throw UsageError(fmt::format(
          "--metrics {}: needs --training-set, a folder of videos or a .npy matrix of features "
          "under the encoder in the role {}",
          fmt::join(ids_that_read(protocol, Modality::training_set), ","), plan.training_role));
    }
    plan.training_set = open_sample_set(data.training_set, split, "--training-set");
  }

  if (needs.has(Modality::subject) || needs.has(Modality::background)) {
    require_regions(protocol, data);
    plan.regions.emplace(
        RegionFiles{data.masks, data.boxes},
        data.whole == nullptr ? loaders::roster_of(split) : loaders::whole_roster_of(*data.whole),
        split);
  }

  auto& extraction = plan.extraction;
  extraction.frame_rule = loaders::parse_frame_rule(protocol.frames);
  extraction.background = protocol.background;
  extraction.pixels = needs.has(metrics::kPixels, Modality::frames);
  extraction.pictures = needs.has(metrics::kPixels, Modality::every_frame);
  extraction.changes = needs.has(metrics::kPixels, Modality::colour_frames);
  extraction.cells_encoder = cells_encoder(plan, protocol);
  for (const auto& role : needs.roles(Modality::mirrored_references))
    extraction.encoders.at(plan.encoders.at(role)).mirrored_references = true;
  for (const auto& [key, source] : outputs.shots) {
    plan.clips[key] = extraction.add_clip(source);
  }
  if (plan.regions) add_views(plan, split);
  const bool ceilings = std::any_of(
      protocol.metrics.begin(), protocol.metrics.end(),
      [&](const std::string& id) { return protocol.catalogue.require(id).has_real_ceiling; });
  if (ceilings) {
    for (const auto& ip : split.ips) {
      auto& indices = plan.ceiling_clips[ip.id];
      for (const auto& clip : ip.clips) {
        indices.push_back(extraction.add_clip({loaders::ShotSource::Kind::video_file, clip.file},
                                              features::ClipUse::ceiling));
      }
    }
  }
  if (needs.has(Modality::references) || needs.has(Modality::mirrored_references) ||
      needs.has(Modality::gallery)) {
    for (const auto& ip : split.ips) add_references(plan, character_key(ip), ip);
    for (const auto& story : split.stories) {
      for (const auto& character : story.characters)
        add_references(plan, character_key(story, character.id), character);
    }
  }
  if (needs.has(Modality::caption)) {
    for (const auto& story : split.stories) {
      for (const auto& shot : story.shots) {
        const auto text = caption_of(shot, protocol.text);
        if (text && plan.captions.emplace(*text, extraction.captions.size()).second)
          extraction.captions.push_back(*text);
      }
    }
  }
  return plan;
}

document::Signature signature_fields_of(const metrics::Metric& metric, const Protocol& protocol,
                                        const Plan& plan, const std::string& subset) {
  document::Signature fields;
  fields.metric = fmt::format("{}@{}", metric.id, metric.version);
  using metrics::Modality;
  for (const auto& role : metric.needs.roles()) {
    if (role == plan.clip_role) {
      const auto& use = plan.extraction.clip_encoder.value();
      fields.encoders.push_back({use.id, use.weights_sha256, use.preprocess});
    } else if (role == plan.predicting_role) {
      const auto& use = plan.extraction.interpolator.value();
      fields.encoders.push_back({use.id, use.weights_sha256, use.preprocess});
    } else {
      const auto& use = plan.extraction.encoders.at(plan.encoders.at(role));
      fields.encoders.push_back({use.id, use.weights_sha256, use.preprocess, use.demo_only});
    }
  }
  if (metric.needs.has(Modality::every_frame) || metric.needs.has(Modality::colour_frames) ||
      metric.needs.has(Modality::predicted_frames)) {
    fields.frames = "all";
  } else if (!metric.needs.has(Modality::clip)) {
    fields.frames = protocol.frames;
  }
  if (metric.needs.has(Modality::training_set))
    fields.training = signature_name(plan.training_set.value());
  // A masked subject stands on the background of the references; a box has none.
  const bool is_masked = metric.needs.has(Modality::subject) && plan.regions->kind() == "masks";
  if (metric.needs.has(Modality::references) || is_masked) fields.background = protocol.background;
  if (metric.needs.has(Modality::caption)) fields.text = protocol.text;
  for (const auto& [name, value] : metrics::signature_fields(metric, protocol.settings)) {
    if (name == "agg")
      fields.aggregation = value;
    else if (name == "missing")
      fields.missing = value;
    else if (name == "refs")
      fields.references = value;
    else
      fields.thresholds.emplace_back(name, value);
  }
  if (metric.needs.has(Modality::subject) || metric.needs.has(Modality::background))
    fields.thresholds.emplace_back(plan.regions->kind(), plan.regions->sha256().substr(0, 8));
  if (protocol.prologues) fields.thresholds.emplace_back("prologue", "include");
  if (plan.source && plan.source->boundaries != "as-given")
    fields.thresholds.emplace_back("boundaries", plan.source->boundaries);
  if (plan.source && plan.source->range != "whole")
    fields.thresholds.emplace_back("range", plan.source->range);
  if (!fields.encoders.empty()) fields.dtype = protocol.dtype;
  fields.subset = subset;
  return fields;
}

std::string signature_of(const metrics::Metric& metric, const Protocol& protocol, const Plan& plan,
                         const std::string& subset) {
  return signature_fields_of(metric, protocol, plan, subset).line();
}

}  // namespace asbench::evaluation
