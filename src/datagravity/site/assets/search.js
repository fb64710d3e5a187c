// The search page: what a page is found by stands in its text, not in its menus, code or the sources of formulas; a
// page of data opens with the search applied to its rows.
(function () {
  "use strict";

  const ASIDE = "script, style, noscript, .headerlink, #jb-print-docs-body, .bd-sidebar-secondary, .bd-header-article, " +
    ".prev-next-footer, .bd-footer-content, .cell_input, .dg-cite, annotation, .dg-downloads, .dg-table-controls, " +
    ".visually-hidden";
  const BETWEEN = " · ";

  // A formula as words: its commands by name, without braces.
  function plain(text) {
    return text.replace(/\\[()[\]]/g, " ").replace(/\\(?:mathrm|mathbf|operatorname|text|frac|left|right|quad|,|;|!)\b/g, " ")
      .replace(/\\([A-Za-z]+)/g, "$1").replace(/[{}]/g, "").replace(/\\./g, " ");
  }

  function htmlToText(source, anchor) {
    const page = new DOMParser().parseFromString(source, "text/html");
    const main = page.querySelector("[role=main]") || page.body;
    main.querySelectorAll(ASIDE).forEach((part) => part.remove());
    main.querySelectorAll(".math").forEach((formula) => { formula.textContent = plain(formula.textContent); });
    const place = anchor && page.getElementById(decodeURIComponent(anchor.replace("#", "")));
    const below = place && place.nextElementSibling;
    const parts = place
      ? [place, ...(below && below.classList.contains("dg-extra") ? [below] : [])]
      : [main.querySelector("article") || main];
    parts.forEach(function (part) {
      part.querySelectorAll("dt, dd, p, li, h1, h2, h3").forEach((one) => one.append(" "));
      [part, ...part.querySelectorAll("table")].filter((one) => one.matches("tr, table")).forEach((one) => separate(one, "th, td"));
      part.querySelectorAll("dl").forEach((list) => separate(list, "dd"));
    });
    return parts.map((part) => part.textContent.trim()).join(place && place.matches("tr") ? BETWEEN : " ");
  }

  // Cells, and the pairs of a list, are texts of their own; blank ones are none.
  function separate(whole, kinds) {
    const cells = Array.from(whole.querySelectorAll(kinds)).filter((cell) => cell.textContent.trim());
    cells.slice(0, -1).forEach((cell) => cell.append(BETWEEN));
  }

  function follow(list) {
    const asked = new URLSearchParams(location.search).get("q") || "";
    new MutationObserver(function () {
      list.querySelectorAll("li > a:not([data-seen])").forEach(function (link) {
        link.dataset.seen = "";
        if (link.textContent.includes("\\")) link.textContent = plain(link.textContent);
        const [path, anchor] = link.getAttribute("href").split("#");
        if (/^(.*\/)?data\/[\w-]+\.html$/.test(path) && !anchor) link.href = path + "?search=" + encodeURIComponent(asked);
      });
    }).observe(list, { childList: true, subtree: true });
  }

  function begin() {
    if (typeof Search === "undefined") return;
    Search.htmlToText = htmlToText;
    const results = document.getElementById("search-results");
    if (results) follow(results);
    if (location.protocol !== "file:") return;
    // A page that is opened as a file may not read the others.
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
    const note = document.createElement("p");
    note.className = "dg-search-note";
    note.textContent = "Opened as a file, this page lists titles only; served by a web server it shows where the words stand.";
    if (results) results.before(note);
  }

  // Behind Sphinx's own script, and before the index that it waits for.
  begin();
})();
