"use strict";
(() => {
  const table = document.getElementById("table");
  if (!table) return;
  const byId = (id) => document.getElementById(id);
  const tools = byId("tools"), search = byId("search"), check = byId("check"), sort = byId("sort");
  const boxes = [...tools.querySelectorAll("input[type=checkbox]")];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const atATime = 50, atOnce = 500; // as in htmlfindings.go
  const place = new Map(rows.map((row, i) => [row, i]));
  const verdicts = ["critical", "high", "medium", "low", "unknown", "excepted", "pass"];
  const weights = verdicts.slice(0, 4);
  let sorted = -1, backwards = false;

  // What a row is filtered and sorted by is read from its cells, once.
  const once = (f) => { let v; return () => v ??= f(); };
  const texts = once(() => rows.map((row) => [...row.cells].map((cell) => cell.textContent).join("\n").toLowerCase()));
  const columns = heads.map((head, i) => once(() => rows.map((row) => keyOf(row, i, head.dataset.sort))));

  // keyOf is what a cell counts as in its order; null, for nothing, comes last.
  function keyOf(row, i, kind) {
    const text = row.cells[i].textContent;
    if (kind === "verdict") {
      const [status, severity] = row.className.split(" ");
      return 10 * verdicts.indexOf(status === "fail" ? severity : status) + weights.indexOf(severity);
    }
    if (text === "") return null;
    return kind === "number" ? Number(text) : text.toLowerCase();
  }

  function inOrder() {
    if (sorted < 0) return rows;
    const keys = columns[sorted](), sign = backwards ? -1 : 1;
    return [...rows.keys()].sort((a, b) => {
      const x = keys[a], y = keys[b];
      if (x === y) return a - b;
      if (x === null) return 1;
      if (y === null) return -1;
      return x < y ? -sign : sign;
    }).map((i) => rows[i]);
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = (name) => boxes.filter((box) => box.name === name && box.checked).map((box) => box.value);
    const severities = chosen("severity"), statuses = chosen("status");
    const fits = (row) => {
      const [status, severity] = row.className.split(" ");
      return (!severities.length || severities.includes(severity)) && (!statuses.length || statuses.includes(status)) &&
        (!check.value || row.cells[7].textContent === check.value) &&
        (!words.length || words.every((word) => texts()[place.get(row)].includes(word)));
    };
    const said = [];
    if (severities.length) said.push("severity " + severities.join(" or "));
    if (statuses.length) said.push("status " + statuses.join(" or "));
    if (check.value) said.push("check " + check.value);
    if (words.length) said.push("with the words “" + words.join(" ") + "”");
    return { fits, said };
  }

  // show puts the rows that fit in the table, in order, some in each body, so
  // that a browser lays out only those in sight.
  function show() {
    const { fits, said } = filter();
    const shown = inOrder().filter(fits);
    const bodies = document.createDocumentFragment();
    for (let i = 0; i < shown.length; i += atATime) {
      const body = document.createElement("tbody");
      body.setAttribute("role", "rowgroup");
      body.append(...shown.slice(i, i + atATime));
      bodies.append(body);
    }
    while (table.tBodies.length) table.tBodies[0].remove();
    table.classList.toggle("long", shown.length > atOnce);
    table.append(bodies);
    const count = shown.length + " of " + rows.length + " findings";
    byId("count").textContent = count;
    byId("nothing").hidden = shown.length > 0;
    heads.forEach((head, i) => {
      if (i === sorted) head.setAttribute("aria-sort", backwards ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    if (sorted >= 0) said.push("sorted by " + nameOf(heads[sorted]) + (backwards ? ", descending" : ", ascending"));
    byId("printed").textContent = said.length ? "This table shows " + count + ": " + said.join("; ") + "." : "";
    sort.value = sorted < 0 ? "" : sorted + (backwards ? "-" : "+");
  }

  const nameOf = (head) => head.textContent;

  // Rows that are laid out as grids are no rows to some screen readers, unless
  // they are told so. There may be many, so it is done when there is time.
  function tellRoles() {
    const roleOf = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell", col: "columnheader", row: "rowheader" };
    const tell = (element) => element.setAttribute("role", roleOf[element.scope || element.tagName]);
    const waiting = [table, table.tHead, table.tHead.rows[0], ...heads, ...table.tBodies];
    waiting.forEach(tell);
    let next = 0;
    const some = (time) => {
      while (next < rows.length && time.timeRemaining() > 0) {
        const row = rows[next++];
        tell(row);
        for (const cell of row.cells) tell(cell);
      }
      if (next < rows.length) later(some);
    };
    const later = window.requestIdleCallback ?? ((f) => setTimeout(f, 20, { timeRemaining: () => 1 }));
    later(some);
  }

  function sortBy(column) {
    backwards = column === sorted && !backwards;
    sorted = column;
    show();
  }

  sort.append(new Option("user", ""));
  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(i));
    head.append(button);
    sort.append(new Option(nameOf(head) + ", ascending", i + "+"), new Option(nameOf(head) + ", descending", i + "-"));
  });
  sort.addEventListener("change", () => {
    sorted = sort.value === "" ? -1 : parseInt(sort.value, 10);
    backwards = sort.value.endsWith("-");
    show();
  });
  search.addEventListener("input", show);
  for (const input of [check, ...boxes]) input.addEventListener("change", show);
  byId("reset").addEventListener("click", () => {
    search.value = check.value = "";
    for (const box of boxes) box.checked = false;
    sorted = -1;
    show();
  });

  byId("print").addEventListener("click", () => window.print());
  byId("print").hidden = tools.hidden = false;
  byId("count").textContent = rows.length + " of " + rows.length + " findings";
  new ResizeObserver(() => {
    const sticky = getComputedStyle(tools).position === "sticky";
    document.documentElement.style.setProperty("--tools", (sticky ? tools.offsetHeight : 0) + "px");
  }).observe(tools);
  tellRoles();
})();
