// SPDX-License-Identifier: Apache-2.0
// A figure as an SVG file that stands alone: no variables, no classes, no page around it.
import { svg } from './dom.js';

/** Properties that are inherited, and those that are not and are written where they differ from their initial value. */
const INHERITED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'font-size', 'font-family',
  'font-weight', 'font-variant-numeric', 'fill-opacity', 'stroke-opacity', 'text-anchor', 'paint-order'];
const OWN = { opacity: '1' };

let pixel = null;

/** Any CSS colour as rgb(), since viewers of SVG rarely know oklab() or color(). */
function plainColour(value) {
  if (!/^(oklab|oklch|color|lab|lch|hwb)\(/.test(value)) return value;
  pixel ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = value;
  pixel.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
  return a === 255 ? `rgb(${r}, ${g}, ${b})` : `rgba(${r}, ${g}, ${b}, ${a / 255})`;
}

function freeze(original, copy, parentStyle) {
  const style = getComputedStyle(original);
  for (const name of ['style', 'class', 'data-mark', ...INHERITED, ...Object.keys(OWN)]) copy.removeAttribute(name);
  for (const name of INHERITED) {
    const value = plainColour(style.getPropertyValue(name));
    if (!parentStyle || value !== plainColour(parentStyle.getPropertyValue(name))) copy.setAttribute(name, value);
  }
  for (const [name, initial] of Object.entries(OWN)) {
    if (style.getPropertyValue(name) !== initial) copy.setAttribute(name, style.getPropertyValue(name));
  }
  [...original.children].forEach((child, i) => freeze(child, copy.children[i], style));
}

/** One drawing, or several at the places they have on the page, as one SVG document's text. */
export function svgFile(frame) {
  const origin = frame.getBoundingClientRect();
  const [width, height] = [Math.ceil(origin.width), Math.ceil(origin.height)];
  const file = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}` },
    svg('rect', { width, height, fill: plainColour(getComputedStyle(document.body).backgroundColor) }));
  for (const drawing of frame.querySelectorAll('svg')) {
    const box = drawing.getBoundingClientRect();
    const copy = drawing.cloneNode(true);
    freeze(drawing, copy, null);
    copy.setAttribute('x', box.x - origin.x);
    copy.setAttribute('y', box.y - origin.y);
    copy.setAttribute('overflow', 'visible');
    file.append(copy);
  }
  for (const text of frame.querySelectorAll('h3, .key li')) file.append(textOf(text, origin));
  return new XMLSerializer().serializeToString(file);
}

/** A heading or an entry of the key, which the page has as HTML. */
function textOf(element, origin) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const boxes = [...range.getClientRects()];
  const box = boxes.at(-1) ?? element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const node = svg('text', {
    x: box.x - origin.x, y: box.bottom - origin.y - 4, fill: plainColour(style.color),
    'font-size': style.fontSize, 'font-family': style.fontFamily, 'font-weight': style.fontWeight,
  });
  node.textContent = element.textContent;
  return node;
}
