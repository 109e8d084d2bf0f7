#include "loaders/annotations/annotation_form.h"
#include "loaders/annotations/annotation_split.h"
#include "loaders/splits/common.h"

// The data set's own form: annotation files of videos (docs/design/dataset.md 2 to 5).
namespace asbench::loaders {
namespace {

class AnnotationsReader : public SplitReader {
 public:
  std::string_view form() const override { return "annotations"; }
  std::string_view looks_like() const override {
    return "AnimeShooter's annotations: JSON files with \"segments\", one of them, a folder or the "
           "zip archive";
  }
  bool recognises(const std::filesystem::path& path) const override {
    return looks_like_annotations(path);
  }
  Split read(const std::filesystem::path& path) const override {
    return read_annotation_split(path);
  }
};

}  // namespace

const SplitReader& annotations_reader() {
  static const AnnotationsReader reader;
  return reader;
}

}  // namespace asbench::loaders
