// One switch for all folded code of a page, remembered from page to page; and folds open on paper.
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
