// The review as one page that works from a disk, without a server: one pair at a time, by keys or buttons.
#include <nlohmann/json.hpp>

#include "base/terminal.h"
#include "linkage/review.h"
#include "linkage/review_session.h"
#include "page/page.h"

namespace kinfold::linkage {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kValueWidthMax = 300;

ordered_json record_json(const ReviewRecord& record) {
  ordered_json values = ordered_json::array();
  for (const auto& value : record.values) values.push_back(tame(value, kValueWidthMax));
  return {{"id", record.id}, {"values", values}};
}

// Inside a script element that is data: without "<" nothing can end it.
std::string data_element(const ReviewSet& set, std::string_view coder) {
  ordered_json json = {{"key", set.key}, {"coder", coder}, {"fields", set.fields}};
  json["pairs"] = ordered_json::array();
  for (const auto& pair : set.pairs) {
    json["pairs"].push_back({{"left", record_json(pair.left)},
                             {"right", record_json(pair.right)},
                             {"drawn", pair.drawn == Drawn::kSample ? "sample" : "chosen"},
                             {"group", pair.group}});
  }
  std::string safe;
  for (const char c : json.dump(-1, ' ', true, ordered_json::error_handler_t::replace)) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return "<script type=\"application/json\" id=\"review-data\">" + safe + "</script>";
}

constexpr std::string_view kMarkup = R"html(
<p id="where" aria-live="polite"></p>
<div class="scroll"><table class="pair"><caption id="question"><span>Are these two records one person?</span></caption>
<thead><tr><th scope="col">field</th><th scope="col">differs</th><th scope="col">one record</th><th scope="col">the other</th></tr></thead>
<tbody id="values"></tbody></table></div>
<div id="others"></div>
<p class="answers" role="group" aria-label="Your answer">
<button type="button" data-key="s"><kbd>s</kbd> same person</button>
<button type="button" data-key="d"><kbd>d</kbd> different people</button>
<button type="button" data-key="c"><kbd>c</kbd> cannot tell</button>
<button type="button" data-key="a" id="all"><kbd>a</kbd> all of this cluster are one</button></p>
<p class="moves"><button type="button" data-key="b"><kbd>b</kbd> back</button>
<button type="button" data-key="n"><kbd>n</kbd> next</button></p>
<h2>Save</h2>
<p id="unsaved" role="status"></p>
<p><button type="button" id="save">Save decisions as a file</button></p>
<p>Put the file into the review folder under the name that it has. To go on with a file that you saved before:
<input type="file" id="load" accept=".csv" aria-label="Decisions saved before"></p>
)html";

constexpr std::string_view kStyle = R"css(
.pair td, .pair th { min-width: 0; }
.pair td:nth-child(2) { text-align: center; }
.pair mark { background: #ffdd00; font-weight: 700; text-decoration: underline; color: inherit; }
.pair .differs th { font-weight: 700; }
.answers, .moves { display: flex; flex-wrap: wrap; gap: .6rem; max-width: none; }
button { font: inherit; padding: .6rem 1rem; min-height: 2.75rem; background: #fff; color: var(--text); border: 2px solid var(--text); cursor: pointer; }
button[aria-pressed=true] { background: var(--text); color: #fff; }
button:disabled { color: var(--muted); border-color: var(--line); cursor: default; }
kbd { font: inherit; font-weight: 700; text-decoration: underline; }
input[type=file] { font: inherit; max-width: 100%; }
)css";

// Values reach the page as text nodes only. Decisions, never values, are kept in the browser between visits.
constexpr std::string_view kScript = R"js(
(function () {
  var data = JSON.parse(document.getElementById("review-data").textContent);
  var words = { s: "same", d: "different", c: "cannot tell" };
  var store = "kinfold-review-" + data.key + "-" + data.coder;
  var said = {}, saved = 0, at = 0;
  var by = function (id) { return document.getElementById(id); };
  function pairKey(p) { return JSON.stringify([p.left.id, p.right.id]); }
  try { said = JSON.parse(localStorage.getItem(store) || "{}"); } catch (error) { said = {}; }
  function verdict(n) { return said[pairKey(data.pairs[n])]; }
  function count() { return data.pairs.filter(function (p) { return said[pairKey(p)]; }).length; }
  function keep() {
    saved = 0;
    try { localStorage.setItem(store, JSON.stringify(said)); } catch (error) { /* Private windows keep nothing: the file does. */ }
  }
  function toOpen() {
    for (var n = 0; n < data.pairs.length; n++) {
      var next = (at + n) % data.pairs.length;
      if (!verdict(next)) { at = next; return; }
    }
  }
  // What the other value does not share at its ends is marked.
  function marked(cell, text, other) {
    var a = Array.from(text), b = Array.from(other), front = 0, back = 0;
    while (front < a.length && front < b.length && a[front] === b[front]) front++;
    while (back < a.length - front && back < b.length - front && a[a.length - 1 - back] === b[b.length - 1 - back]) back++;
    cell.append(a.slice(0, front).join(""));
    if (front < a.length - back) {
      var mark = document.createElement("mark");
      mark.textContent = a.slice(front, a.length - back).join("");
      cell.append(mark);
    }
    cell.append(a.slice(a.length - back).join(""));
  }
  function cell(row, tag) { var made = document.createElement(tag); row.append(made); return made; }
  function drawRow(name, left, right) {
    var row = document.createElement("tr"), missing = !left || !right, differs = !missing && left !== right;
    if (!left && !right) return;
    if (differs) row.className = "differs";
    var head = cell(row, "th"); head.scope = "row"; head.textContent = name;
    cell(row, "td").textContent = differs ? "\u2260" : missing ? "one is missing" : "";
    [[left, right], [right, left]].forEach(function (two) {
      var value = cell(row, "td"); value.dir = "auto";
      if (!two[0]) value.textContent = "\u2013";
      else if (differs) marked(value, two[0], two[1]);
      else value.textContent = two[0];
    });
    by("values").append(row);
  }
  function drawOthers(pair) {
    var box = by("others"), seen = {};
    box.textContent = "";
    if (!pair.group) return;
    var list = document.createElement("ul");
    data.pairs.forEach(function (p) {
      if (p.group !== pair.group) return;
      [p.left, p.right].forEach(function (record) {
        if (record.id === pair.left.id || record.id === pair.right.id || seen["\u0000" + record.id]) return;
        seen["\u0000" + record.id] = true;
        cell(list, "li").textContent = record.values.filter(Boolean).join(" \u00b7 ");
      });
    });
    if (!list.children.length) return;
    cell(box, "p").textContent = "Others in this cluster:";
    box.append(list);
  }
  function draw() {
    var pair = data.pairs[at], now = verdict(at), done = count();
    by("where").textContent = "Pair " + (at + 1) + " of " + data.pairs.length + ", " + done + " decided. This one: " + (now || "open") + "." +
      (done === data.pairs.length ? " Every pair is decided: save the file." : "");
    by("values").textContent = "";
    data.fields.forEach(function (name, n) { drawRow(name, pair.left.values[n], pair.right.values[n]); });
    drawOthers(pair);
    document.querySelectorAll("button[data-key]").forEach(function (button) {
      var key = button.dataset.key;
      if (words[key]) button.setAttribute("aria-pressed", String(now === words[key]));
      if (key === "b") button.disabled = at === 0;
      if (key === "n") button.disabled = at + 1 >= data.pairs.length;
    });
    by("all").hidden = !pair.group;
    by("unsaved").textContent = !done ? "Nothing is decided yet." : done + " of " + data.pairs.length + " decided; " +
      (saved === done ? "all saved." : "not all of them are in a file yet.");
  }
  function press(key) {
    var pair = data.pairs[at];
    if (words[key]) { said[pairKey(pair)] = words[key]; keep(); toOpen(); }
    else if (key === "a" && pair.group) {
      data.pairs.forEach(function (p) { if (p.group === pair.group) said[pairKey(p)] = "same"; });
      keep(); toOpen();
    }
    else if (key === "b" && at > 0) at--;
    else if (key === "n" && at + 1 < data.pairs.length) at++;
    else return;
    draw();
  }
  // As Kinfold writes a CSV field: text that a spreadsheet would run is disarmed.
  function field(text) {
    if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function csv() {
    return "left_id,right_id,coder,verdict,drawn\n" + data.pairs.filter(function (p) { return said[pairKey(p)]; }).map(function (p) {
      return [p.left.id, p.right.id, data.coder, said[pairKey(p)], p.drawn].map(field).join(",") + "\n";
    }).join("");
  }
  function save() {
    var link = document.createElement("a"), url = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    link.href = url;
    link.download = "decisions-" + data.coder + ".csv";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(url); }, 1000);
    saved = count();
    draw();
  }
  function rows(text) {
    var all = [], row = [], value = "", quoted = false;
    for (var n = 0; n < text.length; n++) {
      var c = text[n];
      if (quoted) { if (c === '"' && text[n + 1] === '"') { value += c; n++; } else if (c === '"') quoted = false; else value += c; }
      else if (c === '"') quoted = true;
      else if (c === ",") { row.push(value); value = ""; }
      else if (c === "\n") { row.push(value); all.push(row); row = []; value = ""; }
      else if (c !== "\r") value += c;
    }
    if (value || row.length) { row.push(value); all.push(row); }
    return all;
  }
  function load(text) {
    var known = {}, all = rows(text), head = all.shift() || [], where = function (name) { return head.indexOf(name); };
    data.pairs.forEach(function (p) { known[JSON.stringify([field(p.left.id), field(p.right.id)])] = pairKey(p); });
    all.forEach(function (row) {
      var key = known[JSON.stringify([field(row[where("left_id")] || ""), field(row[where("right_id")] || "")])];
      var word = row[where("verdict")];
      if (key && Object.keys(words).some(function (k) { return words[k] === word; })) said[key] = word;
    });
    keep(); saved = count(); toOpen(); draw();
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT") return;
    press(event.key);
  });
  document.querySelectorAll("button[data-key]").forEach(function (button) {
    button.addEventListener("click", function () { press(button.dataset.key); });
  });
  by("save").addEventListener("click", save);
  by("load").addEventListener("change", function () {
    var file = by("load").files[0];
    if (file) file.text().then(load);
  });
  window.addEventListener("beforeunload", function (event) { if (saved !== count()) event.preventDefault(); });
  toOpen();
  draw();
})();
)js";

}  // namespace

std::string review_page(const ReviewSet& set, std::string_view coder) {
  page::Page page("Clerical review", "Coder " + std::string(coder));
  page.note(
      "This page holds people's names and details: treat it as you treat the files. It sends nothing "
      "anywhere.");
  page.html(kMarkup);
  page.html(data_element(set, coder));
  page.style(kStyle);
  page.script(kScript);
  return page.render();
}

}  // namespace kinfold::linkage
