// configs/schemas/result.schema.json and document/fields.h name the same fields of every object.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "document/fields.h"
#include "tests/support/paths.h"

namespace asbench::document {
namespace {

/// Paths of fields: "/metrics/*/mean", "/stories/[]/id". "*" is any key, "[]" any item.
using Paths = std::set<std::string>;

/// The archive that notes every field of a type, and of the types inside it.
class FieldPaths {
 public:
  FieldPaths(Paths& paths, std::string place) : paths_(paths), place_(std::move(place)) {}

  void constant(std::string_view name, std::string_view /*text*/) { add(name); }
  template <class T>
  void required(std::string_view name, T& value) {
    look(add(name), value);
  }
  template <class T>
  void when(bool /*written*/, std::string_view name, T& value) {
    look(add(name), value);
  }
  template <class T>
  void optional(std::string_view name, std::optional<T>& value) {
    look(add(name), value);
  }
  template <class T>
  void flagged(std::string_view name, bool& /*present*/, T& value) {
    look(add(name), value);
  }
  template <class Visit>
  void object(std::string_view name, Visit visit) {
    FieldPaths inner(paths_, add(name));
    visit(inner);
  }
  template <class Item>
  void keyed(std::string_view name, std::vector<Item>& /*items*/, std::string Item::*id) {
    Item item;
    item.*id = "id";
    FieldPaths inner(paths_, add(name));
    look(inner.add("*"), item);
  }
  void bounds(std::string_view name, ResultValue& low, ResultValue& /*high*/) {
    look(add(name) + "/[]", low);
    paths_.insert(place_ + "/" + std::string(name) + "/[]");
  }
  void parts(ResultParts& /*parts*/) { add("*"); }
  void rest(Json& /*json*/) { add("*"); }

 private:
  std::string add(std::string_view name) {
    std::string path = place_ + "/" + std::string(name);
    EXPECT_TRUE(paths_.insert(path).second) << path << " is visited twice";
    return path;
  }
  std::string inside(const std::string& place, const char* step) {
    paths_.insert(place + step);
    return place + step;
  }

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void look(const std::string& /*place*/, T& /*value*/) {}
  void look(const std::string& /*place*/, std::string& /*value*/) {}
  void look(const std::string& /*place*/, Json& /*value*/) {}
  void look(const std::string& place, Interval& /*value*/) { inside(place, "/[]"); }
  template <class T>
  void look(const std::string& place, std::optional<T>& /*value*/) {
    T inner{};
    look(place, inner);
  }
  template <class T>
  void look(const std::string& place, std::vector<T>& /*value*/) {
    T inner{};
    look(inside(place, "/[]"), inner);
  }
  template <class T>
  void look(const std::string& place, OrderedMap<T>& /*value*/) {
    T inner{};
    look(inside(place, "/*"), inner);
  }
  template <class Struct>
  requires std::is_class_v<Struct>
  void look(const std::string& place, Struct& value) {
    FieldPaths inner(paths_, place);
    fields(inner, value);
  }

  Paths& paths_;
  std::string place_;
};

Paths paths_of_fields() {
  Paths paths;
  Result result;
  FieldPaths archive(paths, "");
  fields(archive, result);
  return paths;
}

/// The same of a JSON schema. An object with properties is open for others unless it says
/// `additionalProperties: false`; one without properties is any JSON.
class SchemaPaths {
 public:
  explicit SchemaPaths(const Json& schema) : schema_(schema) { look(schema, ""); }
  [[nodiscard]] const Paths& paths() const { return paths_; }

 private:
  void look(const Json& node, const std::string& place) {
    if (node.contains("$ref")) {
      const auto target = node.at("$ref").get<std::string>();
      return look(schema_.at(Json::json_pointer(target.substr(1))), place);
    }
    if (node.contains("oneOf")) {
      for (const auto& choice : node.at("oneOf")) look(choice, place);
    }
    if (node.contains("items")) step(node.at("items"), place + "/[]");
    if (node.contains("properties")) {
      for (const auto& [name, value] : node.at("properties").items())
        step(value, place + "/" + name);
    }
    const auto others = node.find("additionalProperties");
    if (others == node.end()) {
      if (node.contains("properties")) paths_.insert(place + "/*");
    } else if (others->is_object()) {
      step(*others, place + "/*");
    }
  }
  void step(const Json& node, const std::string& place) {
    paths_.insert(place);
    look(node, place);
  }

  const Json& schema_;
  Paths paths_;
};

TEST(SchemaFields, AreThoseOfTheDocumentInBothDirections) {
  const Json schema =
      read_json_file(testing::source_folder() / "configs" / "schemas" / "result.schema.json");
  const Paths in_schema = SchemaPaths(schema).paths();
  const Paths in_document = paths_of_fields();
  std::vector<std::string> only_schema, only_document;
  std::set_difference(in_schema.begin(), in_schema.end(), in_document.begin(), in_document.end(),
                      std::back_inserter(only_schema));
  std::set_difference(in_document.begin(), in_document.end(), in_schema.begin(), in_schema.end(),
                      std::back_inserter(only_document));
  EXPECT_THAT(only_schema, ::testing::IsEmpty()) << "in the schema, not in document/fields.h";
  EXPECT_THAT(only_document, ::testing::IsEmpty()) << "in document/fields.h, not in the schema";
  for (const char* path : {"/metrics/*/mean", "/metrics/*/*", "/stories/[]/shots/[]/nearest/[]/of",
                           "/stories/[]/metrics/*/shots/[]/value", "/provenance/weights/*/sha256",
                           "/metrics/*/description/withholds_marks/above"})
    EXPECT_TRUE(in_document.contains(path)) << path;
}

}  // namespace
}  // namespace asbench::document
