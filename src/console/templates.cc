#include "console/templates.h"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "console/assets.h"

namespace kinfold::console {
namespace {

using nlohmann::json;

bool is_template(std::string_view name) { return name.size() > 5 && name.substr(name.size() - 5) == ".html"; }

struct Loaded {
  ctemplate::TemplateCache cache;
  std::string broken;  ///< The first that does not parse.
};

Loaded& loaded() {
  static Loaded* const once = [] {
    auto* fresh = new Loaded;  // lives as long as the program: the engine's own globals outlive no one
    for (const auto& asset : assets()) {
      if (!is_template(asset.name)) continue;
      const std::string text = "{{%AUTOESCAPE context=\"HTML\"}}" + std::string(asset.bytes);
      const bool ok =
          fresh->cache.StringToTemplateCache(std::string(asset.name), text, ctemplate::STRIP_BLANK_LINES);
      if (!ok && fresh->broken.empty()) fresh->broken = asset.name;
    }
    fresh->cache.Freeze();
    return fresh;
  }();
  return *once;
}

std::string number_text(const json& value) {
  return value.is_number_integer() ? with_thousands(value.get<std::int64_t>()) : value.dump();
}

void show(ctemplate::TemplateDictionary& in, const std::string& name, bool yes) {
  in.ShowSection(yes ? name : name + "_none");
}

void fill(ctemplate::TemplateDictionary& dictionary, const json& data) {
  for (const auto& [name, value] : data.items()) {
    if (value.is_string()) {
      dictionary.SetValue(name, value.get_ref<const std::string&>());
      show(dictionary, name, !value.get_ref<const std::string&>().empty());
    } else if (value.is_boolean()) {
      show(dictionary, name, value.get<bool>());
    } else if (value.is_number()) {
      dictionary.SetValue(name, number_text(value));
      dictionary.ShowSection(name);
    } else if (value.is_object() && value.contains("_file")) {
      auto* included = dictionary.AddIncludeDictionary(name);
      included->SetFilename(value["_file"].get<std::string>());
      fill(*included, value);
    } else if (value.is_object()) {
      fill(*dictionary.AddSectionDictionary(name), value);
    } else if (value.is_array()) {
      if (value.empty()) dictionary.ShowSection(name + "_none");
      for (const auto& each : value) fill(*dictionary.AddSectionDictionary(name), each);
    } else {
      dictionary.ShowSection(name + "_none");
    }
  }
}

}  // namespace

Result<std::string> render(const std::string& name, const json& data) {
  ctemplate::TemplateDictionary dictionary("page");
  fill(dictionary, data);
  std::string out;
  if (!loaded().cache.ExpandNoLoad(name, ctemplate::STRIP_BLANK_LINES, &dictionary, nullptr, &out)) {
    return internal_error("the page template `" + name + "` is missing or broken");
  }
  return out;
}

Status check_templates() {
  if (loaded().broken.empty()) return {};
  return internal_error("the page template `" + loaded().broken + "` does not parse");
}

}  // namespace kinfold::console
