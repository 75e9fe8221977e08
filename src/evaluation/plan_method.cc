// The [[method]] of a plan: which estimator, for whom, with which limits and errors.
#include "evaluation/plan_internal.h"

namespace kinfold::evaluation {
namespace {

void read_errors(TomlReader& reader, Method& method) {
  static constexpr ErrorKind kRegressionErrors[] = {ErrorKind::kHc2, ErrorKind::kClassic, ErrorKind::kHc1,
                                                    ErrorKind::kHc3};
  static constexpr ErrorKind kAipwErrors[] = {ErrorKind::kStacked, ErrorKind::kEfficient};
  static constexpr ErrorKind kNearestErrors[] = {ErrorKind::kScoreEstimated, ErrorKind::kScoreKnown};
  if (method.kind == MethodKind::kRegression) {
    method.errors = kRegressionErrors[reader.choice("errors", {"hc2", "classic", "hc1", "hc3"}, 0)];
  } else if (method.kind == MethodKind::kAipw) {
    method.errors = kAipwErrors[reader.choice("errors", {"stacked", "efficient"}, 0)];
  } else if (method.kind == MethodKind::kNearest) {
    method.errors = kNearestErrors[reader.choice("errors", {"score estimated", "score known"}, 0)];
  } else if (reader.has("errors")) {
    reader.fail("errors",
                "goes with the kinds regression, aipw and nearest; the others have one standard error each");
  }
}

}  // namespace

Method read_method(TomlReader reader) {
  Method method;
  const auto kind = reader.choice("kind",
                                  {"raw", "regression", "nearest", "greedy", "kernel", "ipw", "entropy",
                                   "regression-adjustment", "aipw", "ipwra"},
                                  2);
  method.kind = static_cast<MethodKind>(kind);
  if (!reader.has("kind")) reader.fail("kind", "is missing; add kind = \"nearest\", for example");
  method.id = reader.text("id");
  if (method.id.empty()) method.id = reader.text("kind");
  method.title = reader.text("title");
  if (method.title.empty()) method.title = method.id;
  const bool plain = method.kind == MethodKind::kRawDifference || method.kind == MethodKind::kRegression;
  method.estimand =
      static_cast<Estimand>(reader.choice("estimand", {"ATT", "ATE", "ATC", "ATM"}, plain ? 1 : 0));
  const bool treated_only = method.kind == MethodKind::kNearestGreedy || method.kind == MethodKind::kKernel ||
                            method.kind == MethodKind::kEntropyBalancing;
  if (treated_only && method.estimand != Estimand::kAtt) reader.fail("estimand", "must be ATT for this kind");
  const bool both = method.kind == MethodKind::kNearest || method.kind == MethodKind::kIpw;
  if (!both && method.estimand == Estimand::kAtc) reader.fail("estimand", "must be ATT or ATE for this kind");
  if (method.kind != MethodKind::kIpw && method.estimand == Estimand::kAtm) {
    reader.fail("estimand",
                "may be ATM for the kind ipw only; matching with a caliper says ATM by itself where it "
                "leaves out treated units");
  }
  method.link = static_cast<ScoreLink>(reader.choice("score", {"logit", "probit"}, 0));
  const auto neighbours = reader.integer("neighbours").value_or(1);
  if (neighbours < 1 || neighbours > 1000) reader.fail("neighbours", "must be from 1 to 1000");
  method.neighbours = static_cast<int>(neighbours);
  method.caliper_sd = reader.number("caliper");
  if (method.caliper_sd && *method.caliper_sd <= 0)
    reader.fail("caliper", "must be above 0 (standard deviations of the score)");
  method.exact = reader.texts("exact");
  method.covariate_calipers = reader.numbers("calipers");
  for (const auto& [id, width] : method.covariate_calipers) {
    if (width <= 0) reader.fail("calipers", "must be above 0 (standard deviations of the covariate)");
  }
  method.order =
      static_cast<MatchOrder>(reader.choice("order", {"largest", "smallest", "data", "closest"}, 0));
  if (reader.has("order") && method.kind != MethodKind::kNearestGreedy)
    reader.fail("order", "goes with the kind greedy only");
  method.support =
      static_cast<Support>(reader.choice("support", {"all", "treated", "comparison", "both"}, 0));
  method.kernel =
      static_cast<KernelKind>(reader.choice("kernel", {"epanechnikov", "gaussian", "uniform"}, 0));
  method.bandwidth = reader.number("bandwidth").value_or(0.06);
  if (method.bandwidth <= 0) reader.fail("bandwidth", "must be above 0");
  method.trim = reader.number("trim");
  if (method.trim && (*method.trim < 0 || *method.trim >= 0.5))
    reader.fail("trim", "must be from 0 to below 0.5");
  read_errors(reader, method);
  reader.finish();
  return method;
}

}  // namespace kinfold::evaluation
