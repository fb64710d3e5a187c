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

  // A box that scrolls is reached by keyboard.
  const BOXES = "article :is(.dg-table, pre, .math, mjx-container, math, .output, .pst-scrollable-table-container)";
  function reachBoxes() {
    document.querySelectorAll(BOXES).forEach(function (box) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX);
      if (scrolls && !box.hasAttribute("tabindex")) box.tabIndex = 0;
    });
  }
  const article = document.querySelector("article.bd-article");
  if (article && window.ResizeObserver) {
    // Tables, formulas and pictures change the height of the page when they come.
    const observer = new ResizeObserver(() => requestAnimationFrame(reachBoxes));
    observer.observe(article);
  }

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
