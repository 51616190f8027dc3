// SPDX-License-Identifier: Apache-2.0
// Reading a figure's marks: names for assistive technology, arrow keys, and the tip at the pointer.

const MARKS = '[data-mark]';
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const REACH = 28; // px around the pointer in which the nearest mark answers

/** After a drawing: marks with a name become images with that name; the rest is decoration. */
export function nameMarks(drawing, title) {
  drawing.setAttribute('role', 'group');
  drawing.setAttribute('aria-label', title);
  for (const group of drawing.querySelectorAll('g[aria-label]')) {
    group.removeAttribute('aria-label');
    if (!group.querySelector('[aria-label]')) group.setAttribute('aria-hidden', 'true');
  }
  for (const mark of drawing.querySelectorAll('[aria-label]')) {
    mark.setAttribute('role', 'img');
    mark.dataset.mark = '';
  }
}

function placeTip(tip, mark) {
  const box = mark.getBoundingClientRect();
  tip.textContent = mark.getAttribute('aria-label');
  tip.hidden = false;
  const left = Math.min(innerWidth - tip.offsetWidth - 8, box.x + box.width / 2 - tip.offsetWidth / 2);
  const above = box.y + scrollY - tip.offsetHeight - 8;
  tip.style.left = `${Math.max(8, left) + scrollX}px`;
  tip.style.top = `${above > scrollY ? above : box.bottom + scrollY + 8}px`;
}

function nearest(marks, x, y) {
  let [best, least] = [null, REACH];
  for (const mark of marks) {
    const box = mark.getBoundingClientRect();
    const dx = Math.max(box.x - x, 0, x - box.right);
    const dy = Math.max(box.y - y, 0, y - box.bottom);
    const distance = Math.hypot(dx, dy) + Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) / 1000;
    if (distance < least) [best, least] = [mark, distance];
  }
  return best;
}

/** Makes `frame` readable by keyboard and pointer. The marks are looked up each time: a filter may have redrawn them. */
export function readMarks(frame) {
  const [tip, live] = [document.getElementById('tip'), document.getElementById('live')];
  let current = null;
  const marks = () => [...frame.querySelectorAll(MARKS)];
  const leave = () => {
    current?.classList.remove('on');
    tip.hidden = true;
  };
  const visit = (mark, speak) => {
    leave();
    if (!mark) return;
    current = mark;
    mark.classList.add('on');
    placeTip(tip, mark);
    if (speak) live.textContent = mark.getAttribute('aria-label');
  };
  frame.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return leave();
    const all = marks();
    const at = all.indexOf(current);
    const target = { Home: 0, End: all.length - 1 }[event.key] ?? (STEPS[event.key] && at + (at < 0 && STEPS[event.key] < 0 ? 0 : STEPS[event.key]));
    if (target === undefined || !all.length) return undefined;
    event.preventDefault();
    return visit(all[(target + all.length) % all.length], true);
  });
  frame.addEventListener('pointermove', (event) => visit(nearest(marks(), event.clientX, event.clientY), false));
  frame.addEventListener('pointerdown', (event) => visit(nearest(marks(), event.clientX, event.clientY), false));
  frame.addEventListener('pointerleave', leave);
  frame.addEventListener('blur', leave);
}
