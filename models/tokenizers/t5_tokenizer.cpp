#include "models/tokenizers/t5_tokenizer.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include <string>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/text.h"
#include "models/tokenizers/sentencepiece_model.h"
#include "models/tokenizers/unicode.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxModelBytes = std::size_t{64} << 20U;
constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20U;
constexpr std::int64_t kUnknownId = 2;
constexpr std::int64_t kPublishedExtraIds = 100;
constexpr std::int64_t kMostExtraIds = 10'000;

std::unique_ptr<sentencepiece::SentencePieceProcessor> load_pieces(const fs::path& path) {
  const std::string where = path.string();
  const std::string model = read_text_file(path, kMaxModelBytes, "a SentencePiece model");
  require_sound_unigram_model(model, where);
  auto pieces = std::make_unique<sentencepiece::SentencePieceProcessor>();
  if (const auto status = pieces->LoadFromSerializedProto(model); !status.ok()) {
    throw BadInput(fmt::format("{}: SentencePiece refuses it: {}", where, status.ToString()));
  }
  if (pieces->pad_id() != T5Tokenizer::kPadId || pieces->eos_id() != T5Tokenizer::kEosId ||
      pieces->unk_id() != kUnknownId) {
    throw BadInput(
        fmt::format("{}: padding, end and unknown token have the ids {}, {} and {}; T5's "
                    "are {}, {} and {}",
                    where, pieces->pad_id(), pieces->eos_id(), pieces->unk_id(),
                    T5Tokenizer::kPadId, T5Tokenizer::kEosId, kUnknownId));
  }
  return pieces;
}

std::int64_t read_extra_ids(const fs::path& path) {
  if (!is_there(path)) return kPublishedExtraIds;
  const Json config = read_json_file(path);
  if (!config.is_object()) throw BadInput(fmt::format("{}: must be an object", path.string()));
  const auto found = config.find("extra_ids");
  if (found == config.end() || found->is_null()) return kPublishedExtraIds;
  if (!found->is_number_integer() || *found < 0 || *found > kMostExtraIds) {
    throw BadInput(fmt::format("{}: extra_ids is {}; an integer from 0 to {} is needed",
                               path.string(), excerpt(found->dump()), kMostExtraIds));
  }
  return found->get<std::int64_t>();
}

}  // namespace

T5Tokenizer::T5Tokenizer(std::unique_ptr<const sentencepiece::SentencePieceProcessor> pieces,
                         std::int64_t extra_ids)
    : pieces_(std::move(pieces)), id_limit_(pieces_->GetPieceSize() + extra_ids) {
  for (const std::int64_t id : {kPadId, kEosId, kUnknownId}) {
    special_.add(pieces_->IdToPiece(static_cast<int>(id)), id);
  }
  for (std::int64_t n = 0; n < extra_ids; ++n) {
    special_.add(fmt::format("<extra_id_{}>", n), id_limit_ - 1 - n);
  }
}

T5Tokenizer::~T5Tokenizer() = default;
T5Tokenizer::T5Tokenizer(T5Tokenizer&&) noexcept = default;
T5Tokenizer& T5Tokenizer::operator=(T5Tokenizer&&) noexcept = default;

T5Tokenizer T5Tokenizer::load(const fs::path& folder) {
  return T5Tokenizer(load_pieces(folder / "spiece.model"),
                     read_extra_ids(folder / "tokenizer_config.json"));
}

std::vector<std::int64_t> T5Tokenizer::encode(std::string_view utf8) const {
  if (utf8.size() > kMaxTextBytes) {
    throw BadInput(
        fmt::format("a text of {} bytes; at most {} are tokenised", utf8.size(), kMaxTextBytes));
  }
  require_utf8(utf8, "text");
  std::vector<std::int64_t> ids;
  for (std::size_t begin = 0; begin < utf8.size();) {
    const auto special = special_.find(utf8, begin);
    const std::size_t end = special ? special->begin : utf8.size();
    std::vector<int> part;
    if (const auto status = pieces_->Encode(utf8.substr(begin, end - begin), &part); !status.ok()) {
      throw InternalError(fmt::format("SentencePiece: {}", status.ToString()));
    }
    ids.insert(ids.end(), part.begin(), part.end());
    if (special) ids.push_back(special->id);
    begin = special ? special->end : end;
  }
  ids.push_back(kEosId);
  return ids;
}

T5Tokenizer::Padded T5Tokenizer::encode_padded(std::string_view utf8, std::size_t length) const {
  if (length == 0) throw InternalError("T5 tokenizer: no room for the end token");
  Padded result{encode(utf8), false};
  if (result.ids.size() > length) {
    result.truncated = true;
    result.ids[length - 1] = kEosId;
  }
  result.ids.resize(length, kPadId);
  return result;
}

}  // namespace asbench::models
