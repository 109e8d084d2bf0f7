#include "document/signature.h"

#include <fmt/format.h>

namespace asbench::document {

std::string signature_line(const SignatureFields& fields) {
  std::string line = fields.metric;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) line += fmt::format(" | {}={}", name, value);
  };
  for (const auto& encoder : fields.encoders) {
    add("enc", fmt::format("{}#{}{}", encoder.id, encoder.weights_sha256.substr(0, 8),
                           encoder.demo_only ? " (demo encoder)" : ""));
    add("prep", encoder.profile);
  }
  add("frames", fields.frames);
  add("bg", fields.background);
  add("refs", fields.references);
  add("text", fields.text);
  add("agg", fields.aggregation);
  for (const auto& [name, value] : fields.thresholds) add(name, value);
  add("missing", fields.missing);
  add("dtype", fields.dtype);
  add("train", fields.training);
  add("real", fields.real);
  add("N", fields.counts);
  add("clip", fields.clip);
  add("ddof", fields.ddof);
  add("k", fields.neighbours);
  add("subset", fields.subset);
  return line;
}

}  // namespace asbench::document
