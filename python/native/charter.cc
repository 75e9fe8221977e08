#include "charter/charter.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "charter/command.h"
#include "charter/notice.h"
#include "module.h"
#include "task.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

struct CharterHandle {
  std::shared_ptr<const charter::Charter> charter;
};

Date day(const std::string& iso) {
  const auto date = parse_iso_date(iso);
  if (!date) throw Failure{invalid("the day is not a date; write one such as 2021-01-05")};
  return *date;
}

CharterHandle load(const std::string& path) {
  return {std::make_shared<const charter::Charter>(unwrap(charter::load(path)))};
}

nb::dict ask(const CharterHandle& own, const std::string& question, const std::string& today) {
  const auto answer = charter::ask(*own.charter, unwrap(charter::parse_question(question, day(today))));
  nb::dict all;
  all["allowed"] = answer.allowed;
  all["rule"] = answer.rule;
  all["reason"] = answer.reason;
  return all;
}

}  // namespace

void bind_charter(nb::module_& module) {
  nb::class_<CharterHandle>(module, "Charter")
      .def_prop_ro("title", [](const CharterHandle& own) { return own.charter->title; })
      .def_prop_ro("programme", [](const CharterHandle& own) { return own.charter->programme; })
      .def_prop_ro("version", [](const CharterHandle& own) { return own.charter->version; })
      .def_prop_ro("hash", [](const CharterHandle& own) { return own.charter->hash; })
      .def_prop_ro("starts", [](const CharterHandle& own) { return to_iso(own.charter->starts); })
      .def_prop_ro("ends", [](const CharterHandle& own) { return to_iso(own.charter->ends); })
      .def("ask", &ask)
      .def("warnings", [](const CharterHandle& own,
                          const std::string& today) { return charter::warnings(*own.charter, day(today)); })
      .def("words", [](const CharterHandle& own,
                       const std::string& today) { return charter::show_words(*own.charter, day(today)); })
      .def("promises_json", [](const CharterHandle& own) { return charter::promises_json(*own.charter); })
      .def("notice_markdown", [](const CharterHandle& own) { return charter::notice_markdown(*own.charter); })
      .def("notice_html", [](const CharterHandle& own) { return charter::notice_html(*own.charter); });
  module.def("load_charter", &load);
}

}  // namespace kinfold::python
