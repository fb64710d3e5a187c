// What the theme's buttons and boxes need besides its own scripts. No page holds a script or a handler itself.
(function () {
  "use strict";

  const actions = { print: () => window.print(), fullscreen: () => window.toggleFullScreen() };
  document.querySelectorAll("[data-action]").forEach(function (button) {
    button.addEventListener("click", actions[button.dataset.action]);
  });

  // A formula that is wider than its box can be scrolled by keys too.
  const formulas = document.querySelectorAll(".dg-formula, span.math");
  const watch = new ResizeObserver(function (boxes) {
    const wide = boxes.map((box) => box.target.scrollWidth > box.target.clientWidth);
    boxes.forEach(function (box, place) {
      if (wide[place]) box.target.tabIndex = 0;
      else box.target.removeAttribute("tabindex");
    });
  });
  formulas.forEach((formula) => watch.observe(formula));
})();
