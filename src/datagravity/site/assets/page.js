// One switch for all folded code of a page, remembered from page to page; boxes that scroll; and folds on paper.
(function () {
  "use strict";
  const KEY = "datagravity-code";
  const button = document.querySelector(".dg-code-switch");
  const folds = Array.from(document.querySelectorAll("details.dg-code"));

  // A browser may refuse to remember.
  function remembered() {
    try { return localStorage.getItem(KEY) === "shown"; } catch (error) { return false; }
  }

  function remember(shown) {
    try { localStorage.setItem(KEY, shown ? "shown" : "hidden"); } catch (error) { /* for this page only */ }
  }

  function show(shown) {
    folds.forEach((fold) => { fold.open = shown; });
    button.textContent = shown ? "Hide code" : "Show code";
  }

  if (button && folds.length) {
    button.hidden = false;
    show(remembered());
    button.addEventListener("click", function () {
      const shown = button.textContent === "Show code";
      show(shown);
      remember(shown);
    });
  }

  // A box that scrolls is reached by keyboard. All are measured before one is marked: a mark moves the page's layout.
  const BOXES = "article :is(.dg-table, pre, .math, .dg-formula, .output, .pst-scrollable-table-container)";
  function scrolls(box) {
    const { overflowX, overflowY } = getComputedStyle(box);
    return (box.scrollWidth > box.clientWidth && /auto|scroll/.test(overflowX)) ||
      (box.scrollHeight > box.clientHeight && /auto|scroll/.test(overflowY));
  }
  const watch = new ResizeObserver(function (entries) {
    const boxes = entries.map((entry) => entry.target);
    const found = boxes.map(scrolls);
    boxes.forEach(function (box, place) {
      if (found[place] && !box.hasAttribute("tabindex")) box.dataset.reached = box.tabIndex = 0;
      else if (!found[place] && box.dataset.reached) box.removeAttribute("tabindex");
    });
  });
  document.querySelectorAll(BOXES).forEach((box) => watch.observe(box));

  // Style opens folds on paper where the browser knows how; this serves the others.
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((fold) => { fold.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach((fold) => { fold.open = false; });
    opened = [];
  });
})();
