// Every visible text of a page whose contrast against its background is below 4.5:1, as a list of descriptions.
() => {
  const parse = (text) => {
    const srgb = text.match(/^color\(srgb ([^)]+)\)$/);
    if (srgb) {
      const [red, green, blue, alpha = 1] = srgb[1].split(/[\s/]+/).map(Number);
      return [red * 255, green * 255, blue * 255, alpha];
    }
    const numbers = (text.match(/^rgba?\(([^)]+)\)$/) || [, ""])[1].split(/[\s,/]+/).map(Number);
    return numbers.length < 3 ? null : [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
  };
  const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
  const luminance = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color && color[3] > 0) layers.push(color);
      if (color && color[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, noscript")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue;
    const style = getComputedStyle(element);
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    if (!ink) continue;
    const paper = background(element);
    const [light, dark] = [luminance(over(ink, paper)), luminance(paper)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) {
      found.push(`${contrast.toFixed(2)} ${element.tagName}.${element.getAttribute("class")}: ${node.data.trim().slice(0, 40)}`);
    }
  }
  return found;
}
