#include "core/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config_files.h"
#include "core/error.h"

namespace asbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The protocol that is built in: a small document with a schema of its own.
Json protocol() {
  return parse_json(config_file("protocols/animeshooter-v1.json").value(), "protocol");
}

std::string failure(const Json& document) {
  try {
    check_schema(document, "protocol", "my-protocol.json");
  } catch (const BadInput& error) {
    return error.what();
  }
  ADD_FAILURE() << "the schema accepts it";
  return {};
}

TEST(Schema, AcceptsADocumentThatFits) {
  EXPECT_NO_THROW(check_schema(protocol(), "protocol", "my-protocol.json"));
}

TEST(Schema, NamesTheDocumentAndThePlaceOfAWrongValue) {
  Json document = protocol();
  document["confidence"]["level"] = 2.0;
  EXPECT_THAT(failure(document), AllOf(HasSubstr("my-protocol.json"), HasSubstr("[confidence]"),
                                       HasSubstr("[level]")));
}

TEST(Schema, RefusesAValueOfAnotherType) {
  Json document = protocol();
  document["frames"] = 5;
  EXPECT_THAT(failure(document), HasSubstr("[frames]"));
}

TEST(Schema, RefusesAMissingAndAnUnknownKey) {
  Json missing = protocol();
  missing.erase("missing");
  EXPECT_THAT(failure(missing), HasSubstr("missing"));
  Json unknown = protocol();
  unknown["colour"] = "blue";
  EXPECT_THAT(failure(unknown), HasSubstr("colour"));
}

TEST(Schema, ListsSeveralViolationsAtOnceAndNotWithoutEnd) {
  Json document = protocol();
  document["frames"] = 5;
  document["dtype"] = "float128";
  EXPECT_THAT(failure(document), AllOf(HasSubstr("[frames]"), HasSubstr("[dtype]")));
  document["metrics"] = Json::array();
  for (int i = 0; i < 100; ++i) document["metrics"].push_back(i);
  const std::string message = failure(document);
  EXPECT_LE(std::count(message.begin(), message.end(), '\n'), 11);
  EXPECT_THAT(message, HasSubstr("..."));
}

TEST(Schema, ALongListIsCheckedToItsEndAndItsElementsKeepTheirNumbers) {
  Json document{{"schema", "asbench/metrics@1"}, {"metrics", Json::array()}};
  for (int i = 0; i < 1000; ++i)
    document["metrics"].push_back({{"id", "m" + std::to_string(i)}, {"measure", "motion"}});
  EXPECT_NO_THROW(check_schema(document, "metrics", "m.json"));
  document["metrics"][700]["kind"] = "nonsense";
  try {
    check_schema(document, "metrics", "m.json");
    FAIL() << "accepted";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("[metrics][700]"));
  }
  document["extra"] = 1;
  EXPECT_THROW(check_schema(document, "metrics", "m.json"), BadInput);
}

TEST(Schema, AnUnknownSchemaIsOurOwnFault) {
  EXPECT_THROW(check_schema(Json::object(), "nonsense", "x"), InternalError);
}

TEST(Schema, EverySchemaThatIsBuiltInCanBeUsed) {
  int schemas = 0;
  for (const std::string& name : config_file_names("schemas/")) {
    const std::string ending = ".schema.json";
    if (!name.ends_with(ending)) continue;
    ++schemas;
    const std::string short_name = name.substr(8, name.size() - 8 - ending.size());
    EXPECT_THROW(check_schema(Json(1), short_name, "a number"), BadInput) << name;
  }
  EXPECT_GE(schemas, 1);
}

}  // namespace
}  // namespace asbench
