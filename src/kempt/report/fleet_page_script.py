"""The script of the page of a fleet: tables that are sorted and filtered. Without it the page says the same.

It makes elements and text only, never markup from text, so that no name is obeyed.
"""

from __future__ import annotations

SCRIPT = r"""
"use strict";
(() => {
  const MOST = 500;
  const SIGNS = {k: ["✓", "kept"], b: ["✗", "broken"], n: ["·", "nothing it is about"], u: ["?", "unknown"]};
  const order = new Intl.Collator("en", {numeric: true, sensitivity: "base"});
  const shown = number => number.toLocaleString("en");

  function element(name, attributes, ...content) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  }

  // A row of the table of repositories from data: name, section, state, promises, numbers, owners.
  function row([name, place, state, promises, ...rest]) {
    const owners = rest.pop();
    const title = place ? element("a", {href: "#r" + place}, name) : name;
    const signs = [...promises].map(letter => {
      const [sign, word] = SIGNS[letter];
      return element("td", {class: letter}, sign, element("span", {class: "hidden"}, word));
    });
    const numbers = rest.map((number, at) => element("td", {class: "number"}, number || at < 1 ? shown(number) : ""));
    return element("tr", {}, element("th", {scope: "row"}, title),
      element("td", {class: state === "failed" ? "short failed" : "short"}, state),
      ...signs, ...numbers, element("td", {class: "said"}, owners));
  }

  function fromData(cells) {
    const [name, , state, promises, ...rest] = cells;
    const signs = [...promises].map(letter => SIGNS[letter].join(""));
    return {keys: [name, state, ...signs, ...rest.map(String)], make: () => row(cells)};
  }

  function fromRow(tr) {
    return {keys: [...tr.cells].map(cell => cell.textContent.trim()), make: () => tr};
  }

  // What the choice above the table of repositories shows; columns as the table has them.
  const CHOICES = [
    ["all", () => true],
    ["with findings", keys => keys[6] !== "0"],
    ["with new findings", keys => keys[9] !== "" && keys[9] !== "0"],
    ["without findings", keys => keys[6] === "0" && keys[1] !== "failed"],
    ["failed", keys => keys[1] === "failed"],
    ["breaks: one command rebuilds", keys => keys[2].includes("broken")],
    ["breaks: git is clean", keys => keys[3].includes("broken")],
    ["breaks: CI caches downloads", keys => keys[4].includes("broken")],
    ["breaks: images are lean", keys => keys[5].includes("broken")],
  ];

  function setUp(table) {
    const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows].map(fromRow);
    const data = document.getElementById(table.dataset.rest || "");
    if (data) rows.push(...JSON.parse(data.textContent).map(fromData));
    const said = element("p", {role: "status"});
    let words = [], choice = CHOICES[0][1];

    function show() {
      const found = rows.filter(each => choice(each.keys)
        && words.every(word => (each.text ??= each.keys.join(" ").toLowerCase()).includes(word)));
      body.replaceChildren(...found.slice(0, MOST).map(each => each.tr ??= each.make()));
      said.textContent = found.length > MOST ? `the first ${shown(MOST)} of ${shown(found.length)}`
        : `${shown(found.length)} of ${shown(rows.length)}`;
    }

    function sort(head, at) {
      const numeric = head.classList.contains("number");
      const before = head.getAttribute("aria-sort");
      const down = before ? before === "ascending" : numeric;
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const number = each => Number((each.keys[at] || "0").replace(/[^\d.-]/g, "")) || 0;
      rows.sort((one, other) => (numeric ? number(one) - number(other) : order.compare(one.keys[at], other.keys[at]))
        * (down ? -1 : 1));
      show();
    }

    heads.forEach((head, at) => {
      if (!head.textContent.trim() || head.dataset.still !== undefined) return;
      const button = element("button", {type: "button"}, ...head.childNodes);
      button.addEventListener("click", () => sort(head, at));
      head.append(button);
    });
    if (table.dataset.filter === undefined) return;
    const field = element("input", {type: "search", autocomplete: "off", spellcheck: "false"});
    field.addEventListener("input", () => {
      words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      show();
    });
    const tools = element("div", {class: "tools"}, element("label", {}, table.dataset.filter, field));
    if (table.dataset.choices !== undefined) {
      const names = CHOICES.map(([name], at) => element("option", {value: at}, name));
      const list = element("select", {autocomplete: "off"}, ...names);
      list.addEventListener("change", () => {
        choice = CHOICES[list.value][1];
        show();
      });
      tools.append(element("label", {}, "show", list));
    }
    tools.append(said);
    table.before(tools);
    said.textContent = `${shown(Math.min(rows.length, body.rows.length))} of ${shown(rows.length)}`;
  }

  function open() {
    const target = document.getElementById(location.hash.slice(1));
    const section = target && target.closest("details");
    if (section && !section.open) {
      section.open = true;
      target.scrollIntoView();
    }
  }

  for (const table of document.querySelectorAll("table[data-sort]")) setUp(table);
  addEventListener("hashchange", open);
  open();
})();
"""
