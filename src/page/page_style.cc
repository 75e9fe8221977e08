#include <sodium.h>

#include <string>
#include <utility>

#include "page/page_internal.h"

extern "C" {
extern const char kinfold_vega_begin[];
extern const char kinfold_vega_end[];
extern const char kinfold_vega_lite_begin[];
extern const char kinfold_vega_lite_end[];
extern const char kinfold_vega_embed_begin[];
extern const char kinfold_vega_embed_end[];
}

namespace kinfold::page {
namespace {

// Plain and serious: one column, dark on white, figures large. Every pair of colours used here for
// text has a contrast of at least 4.5 to 1 (WCAG 2.2, success criterion 1.4.3).
constexpr std::string_view kStyle = R"css(
:root { --text: #0b0c0c; --muted: #505a5f; --line: #b1b4b6; --link: #1d70b8; --accent: #0072b2; --soft: #f3f2f1; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: #fff; color: var(--text); border-top: 10px solid var(--accent);
  font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  overflow-wrap: break-word; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
main:focus { outline: none; }
h1 { font-size: clamp(1.9rem, 5vw, 3rem); line-height: 1.1; margin: 0 0 .75rem; letter-spacing: -.01em; }
h2 { font-size: clamp(1.45rem, 3.5vw, 2rem); line-height: 1.2; margin: 3rem 0 1rem; padding-top: 1rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.25rem; line-height: 1.3; margin: 2rem 0 .75rem; }
h1, h2, h3 { text-wrap: balance; }
p, ul, ol { max-width: 42rem; margin: 0 0 1.1rem; }
li { margin-bottom: .35rem; }
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 3px; }
:focus-visible { outline: 3px solid #0b0c0c; outline-offset: 2px; box-shadow: 0 0 0 5px #ffdd00; }
.skip { position: absolute; left: -999rem; padding: .6rem 1rem; background: #ffdd00; color: var(--text); }
.skip:focus { left: .5rem; top: .5rem; z-index: 1; }
.subtitle { font-size: 1.3rem; line-height: 1.4; color: var(--muted); margin-bottom: 2rem; }
.contents { margin: 0 0 2rem; }
.contents h2 { font-size: 1.0625rem; margin: 0 0 .5rem; padding: 0; border: 0; }
.contents ol { padding-left: 1.4rem; }
.note { border-left: 8px solid var(--accent); background: var(--soft); padding: .9rem 1.1rem; margin: 0 0 1.5rem;
  max-width: 46rem; }
.note p { margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: 1rem;
  margin: 0 0 2rem; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; background: var(--soft);
  border-top: 4px solid var(--accent); padding: .9rem 1.1rem 1rem; min-width: 0; }
.figures dd { margin: 0; font-size: clamp(1.6rem, 3.4vw, 2.1rem); font-weight: 700; line-height: 1.15;
  letter-spacing: -.02em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.figures dt { color: var(--muted); line-height: 1.35; margin-top: .3rem; }
.scroll { overflow-x: auto; margin: 0 0 1.75rem; }
table { border-collapse: collapse; width: 100%; font-size: 1rem; line-height: 1.4; }
caption { text-align: left; font-weight: 700; padding: 0 0 .6rem; font-size: 1.0625rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: min(42rem, calc(100vw - 2rem)); }
th, td { text-align: left; vertical-align: top; padding: .55rem 1.25rem .55rem 0; border-bottom: 1px solid var(--line);
  max-width: 36rem; overflow-wrap: anywhere; min-width: 6rem; }
th:last-child, td:last-child { padding-right: .25rem; }
thead th { border-bottom: 2px solid var(--text); vertical-align: bottom; overflow-wrap: break-word; }
tbody th { font-weight: 400; min-width: 9rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
td.number, td.short { white-space: nowrap; }
th.number, td.number { min-width: 3.5rem; }
.none { color: var(--muted); }
.rest { color: var(--muted); margin-top: -1rem; }
.chart { margin: 0 0 2rem; }
.chart figcaption { font-weight: 700; margin-bottom: .6rem; max-width: 42rem; }
.chart .scroll { margin: 0; }
.drawing { width: 100%; min-height: 3rem; }
.drawing.vega-embed { display: block; }
.fallback { color: var(--muted); border-left: 4px solid var(--line); padding-left: .9rem; }
details { margin: 0 0 1.75rem; }
summary { cursor: pointer; color: var(--link); text-decoration: underline; text-underline-offset: .15em; margin-bottom: .75rem; }
.vega-bindings, .vega-bind { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; font-weight: 600; margin: .25rem 0 .5rem; }
.vega-bind input[type=range] { flex: 1 1 12rem; max-width: 28rem; min-height: 2rem; accent-color: var(--accent); }
.bars th, .bars td { vertical-align: middle; padding-top: .3rem; padding-bottom: .3rem; overflow-wrap: break-word; min-width: 0; }
.bars thead th { vertical-align: bottom; }
.bars .lane { width: 30%; min-width: 9rem; padding: 0 .4rem 0 0; }
.bars .lane + .lane { padding-left: .8rem; }
.bars td.lane svg { display: block; width: 100%; height: 1.6rem; overflow: visible; }
.bars thead .ends { display: flex; justify-content: space-between; font-weight: 400; color: var(--muted); font-variant-numeric: tabular-nums; }
.bars path { stroke: #505a5f; stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
.bars path.mark { stroke: #0b0c0c; stroke-dasharray: 3 2; }
.bars rect { stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
.bars rect.for { fill: var(--accent); stroke: var(--accent); }
.bars rect.against { fill: #fff; stroke: #d55e00; }
.bars .group th { font-weight: 700; padding-top: 1.1rem; border-bottom: 1px solid var(--text); }
.bars .total th, .bars .total td { border-top: 2px solid var(--text); font-weight: 700; }
@media (max-width: 30rem) { th, td { padding-right: .8rem; } }
@media (max-width: 42rem) {
  .bars, .bars tbody { display: block; width: 100%; }
  .bars caption { display: block; }
  .bars thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .bars tr { display: flex; flex-wrap: wrap; column-gap: 1rem; border-bottom: 1px solid var(--line); padding: .35rem 0; }
  .bars th, .bars td { border: 0; padding: .1rem 0; min-width: 0; max-width: 100%; }
  .bars tbody th { flex: 1 0 100%; }
  .bars td:empty { display: none; }
  .bars td:not(.lane)::before { content: attr(data-label) " "; color: var(--muted); font-weight: 400; }
  .bars .lane, .bars .lane + .lane { flex: 1 0 100%; width: 100%; padding: 0; }
  .bars .lane + .lane::before, .bars .lane:has(+ .lane)::before { content: attr(data-label); color: var(--muted); font-size: .9rem; }
  .bars .total { border-top: 2px solid var(--text); }
  .bars .total th, .bars .total td, .bars .group th { border: 0; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  body { font-size: 10.5pt; border-top: 0; }
  main { max-width: none; padding: 0; }
  .skip { display: none; }
  h2, h3, caption, figcaption { break-after: avoid; }
  h2 { margin-top: 1.5rem; }
  figure, tr, .note, .figures div { break-inside: avoid; }
  table:not(:has(tbody tr:nth-child(15))) { break-inside: avoid; }
  .bars .group, tbody tr:first-child { break-after: avoid; }
  thead { display: table-header-group; }
  caption { break-inside: avoid; font-size: 10.5pt; }
  caption span { max-width: none; }
  tbody tr:nth-child(-n+2), tbody tr:nth-last-child(-n+2) { break-before: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; line-height: 1.3; }
  table.wide { font-size: 7pt; }
  th, td, tbody th, th.number, td.number { min-width: 0; max-width: none; padding: .3rem .5rem .3rem 0; }
  .wide th, .wide td { padding-right: .3rem; }
  td { overflow-wrap: break-word; }
  .drawing svg { max-width: 100%; height: auto; }
  .figures { grid-template-columns: repeat(3, 1fr); }
  .figures div, .note { background: none; border: 1px solid var(--line); }
  a { color: inherit; }
}
@page { margin: 16mm 16mm 18mm; @bottom-right { content: counter(page) " of " counter(pages); font: 8pt sans-serif; color: #505a5f; } }
)css";

// Okabe and Ito (2008), "Color Universal Design", the ones with the most contrast on white first.
// Shapes and dashes differ in the same order, for charts that encode them beside the colour.
constexpr std::string_view kDraw = R"js(
(function () {
  var font = getComputedStyle(document.body).fontFamily;
  var config = {
    aria: false, background: "#ffffff", font: font, padding: 4,
    view: { stroke: null, continuousHeight: 300 },
    range: {
      category: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"],
      symbol: ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"],
      heatmap: { scheme: "blues" }, ramp: { scheme: "blues" }, diverging: { scheme: "blueorange" }
    },
    mark: { color: "#0072B2" }, bar: { color: "#0072B2", discreteBandSize: { band: 0.7 } }, rule: { color: "#0b0c0c" },
    line: { strokeWidth: 2.5 }, point: { size: 90, filled: true }, text: { fontSize: 14, color: "#0b0c0c" },
    errorbar: { ticks: true, rule: { strokeWidth: 2 } },
    axis: {
      labelFontSize: 14, titleFontSize: 14, titleFontWeight: 600, labelColor: "#0b0c0c", titleColor: "#0b0c0c",
      domainColor: "#505a5f", tickColor: "#505a5f", gridColor: "#e5e6e7", titlePadding: 10, labelLimit: 260
    },
    axisX: { grid: false }, axisY: { domain: false, ticks: false, labelPadding: 6 },
    axisBand: { grid: false },
    legend: { labelFontSize: 14, titleFontSize: 14, titleFontWeight: 600, orient: "top", symbolSize: 120,
      labelLimit: 320 },
    header: { labelFontSize: 14, titleFontSize: 14, labelFontWeight: 600, labelAnchor: "start" },
    title: { fontSize: 16, anchor: "start" }
  };
  document.querySelectorAll("script[data-chart]").forEach(function (script) {
    var box = document.getElementById(script.getAttribute("data-chart"));
    var sentence = box.innerHTML;
    vegaEmbed(box, JSON.parse(script.textContent), { renderer: "svg", actions: false, config: config })
      .then(function (drawn) {
        box.view = drawn.view;
        // The box is the image and says what it shows; its parts would be read out one by one.
        box.querySelectorAll("svg").forEach(function (svg) { svg.setAttribute("aria-hidden", "true"); });
      })
      .catch(function () { box.innerHTML = sentence; });
  });
})();
)js";

}  // namespace

std::string_view style_sheet() { return kStyle; }

Script make_script(std::string_view javascript) {
  const std::string safe = safe_in_script(javascript);
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(safe.data()), safe.size());
  std::string base64(sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(base64.data(), base64.size(), digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
  base64.pop_back();  // The terminating zero.
  return {"<script>" + safe + "</script>\n", "'sha256-" + base64 + "'"};
}

const std::vector<Script>& chart_scripts() {
  // Put together once: making the library safe costs more than the rest of a page.
  static const std::vector<Script> scripts = [] {
    std::vector<Script> all;
    using Bytes = std::pair<const char*, const char*>;
    for (const auto& [begin, end] :
         {Bytes{kinfold_vega_begin, kinfold_vega_end}, Bytes{kinfold_vega_lite_begin, kinfold_vega_lite_end},
          Bytes{kinfold_vega_embed_begin, kinfold_vega_embed_end}}) {
      const std::string_view file(begin, static_cast<std::size_t>(end - begin));
      // The last line of a minified file names a map for debuggers, which is not in the page.
      all.push_back(make_script(file.substr(0, file.find("//# sourceMappingURL="))));
    }
    all.push_back(make_script(kDraw));
    return all;
  }();
  return scripts;
}

}  // namespace kinfold::page
