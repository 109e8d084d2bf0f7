#include "reports/agreement/agreement_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"

namespace asbench::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Agreement found() {
  Agreement agreement;
  agreement.dimensions = {{"style_1", 0.8125, 3, 12, 36}, {"text", {}, 1, 12, 12}};
  agreement.metrics = {
      {"clip_i", "style_1", 12, 4, 0.5, 0.625, Interval{0.25, 0.75}, Interval{0.5, 0.75}},
      {"clip_t", "text", 12, 4, -0.125, {}, {}, {}}};
  return agreement;
}

TEST(AgreementTables, LatexHasATableOfRatersAndOneOfMetricsByDimension) {
  const auto text = agreement_output(found(), AgreementFormat::latex);
  EXPECT_THAT(text, HasSubstr("dimension & alpha & raters & units & ratings \\\\\n"));
  EXPECT_THAT(text, HasSubstr("style\\_\\allowbreak{}1 & $0.812$ & $3$ & $12$ & $36$ \\\\\n"));
  EXPECT_THAT(text, HasSubstr("text & -- & $1$ & $12$ & $12$ \\\\\n"));
  EXPECT_THAT(text, HasSubstr("\\multicolumn{5}{l}{\\textit{style\\_\\allowbreak{}1}}"));
  EXPECT_THAT(text,
              HasSubstr("clip\\_\\allowbreak{}i & $12$ & $4$ & $0.500$ {\\scriptsize "
                        "$[0.250, 0.750]$} & $0.625$ {\\scriptsize $[0.500, 0.750]$} \\\\\n"));
}

TEST(AgreementTables, MarkdownHasTheSame) {
  const auto text = agreement_output(found(), AgreementFormat::markdown);
  EXPECT_THAT(text, HasSubstr("| dimension | alpha | raters | units | ratings |\n"));
  EXPECT_THAT(text, HasSubstr("| style\\_1 | N | IPs | Kendall tau-b | Spearman rho |\n"));
  EXPECT_THAT(text,
              HasSubstr("| clip\\_i | 12 | 4 | 0.500 [0.250, 0.750] | 0.625 [0.500, 0.750] |"));
  EXPECT_THAT(text, HasSubstr("| clip\\_t | 12 | 4 | -0.125 | - |"));
}

TEST(AgreementTables, CsvHasOneLinePerDimensionAndMetric) {
  EXPECT_EQ(agreement_output(found(), AgreementFormat::csv),
            "dimension,metric,n,ips,kendall_tau_b,kendall_tau_b_low,kendall_tau_b_high,"
            "spearman_rho,spearman_rho_low,spearman_rho_high,alpha,raters,units,ratings\r\n"
            "style_1,clip_i,12,4,0.5,0.25,0.75,0.625,0.5,0.75,0.8125,3,12,36\r\n"
            "text,clip_t,12,4,-0.125,,,,,,,1,12,12\r\n");
}

TEST(AgreementTables, SayWhatWasLeftOut) {
  auto agreement = found();
  agreement.unmatched = {2, 50, {"nobody"}, {}, {}};
  EXPECT_THAT(agreement_output(agreement, AgreementFormat::markdown),
              HasSubstr("left out: 2 of 50 ratings that match no system and story"));
}

TEST(AgreementTables, TextAndJsonAreAsBefore) {
  EXPECT_EQ(agreement_output(found(), AgreementFormat::text), agreement_text(found()));
  EXPECT_EQ(parse_json(agreement_output(found(), AgreementFormat::json), "x"),
            agreement_json(found()));
}

TEST(AgreementTables, AnUnknownFormatIsAnErrorWithTheNearest) {
  EXPECT_THAT([] { (void)agreement_format("latx"); },
              ThrowsMessage<UsageError>(HasSubstr("Did you mean latex?")));
}

}  // namespace
}  // namespace asbench::reports
