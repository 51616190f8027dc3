// SPDX-License-Identifier: Apache-2.0
// Names that say what differs, and that never overlap.
import { describe, expect, test } from 'vitest';
import { placeLabels, shortLabels, staggerLabels, textWidth } from '../../src/data/labels.js';

const configuration = (over) => ({ engine: 'onnxruntime', version: '1', provider: 'cpu', precision: 'f32', threads: 1, batch: 1, options: {}, label: JSON.stringify(over), ...over });

describe('shortLabels', () => {
  test('name the engine and what differs', () => {
    const list = [configuration({ threads: 1 }), configuration({ threads: 2 }), configuration({ engine: 'openvino', version: '2', threads: 2 })];
    expect(shortLabels(list)).toEqual(['onnxruntime t1', 'onnxruntime t2', 'openvino t2']);
  });
  test('name the version where one engine stands in two', () => {
    expect(shortLabels([configuration({ version: '1.23' }), configuration({ version: '1.24' })])).toEqual(['onnxruntime 1.23', 'onnxruntime 1.24']);
  });
  test('name an option that differs, and say nothing where it is not set', () => {
    expect(shortLabels([configuration({ options: { spin: '0' } }), configuration({})])).toEqual(['onnxruntime spin=0', 'onnxruntime']);
  });
  test('fall back to the full labels rather than name two alike', () => {
    expect(shortLabels([configuration({ label: 'a' }), configuration({ label: 'b' })])).toEqual(['a', 'b']);
  });
});

describe('placeLabels', () => {
  const frame = { x0: 0, x1: 600, y0: 0, y1: 300 };
  const boxOf = (place, text) => {
    const x0 = place.x - { start: 0, middle: 0.5, end: 1 }[place.anchor] * textWidth(text);
    return { x0, x1: x0 + textWidth(text), y0: place.y - 12, y1: place.y + 3 };
  };
  test('never lets two names overlap, however close the points are', () => {
    const points = Array.from({ length: 8 }, (_, i) => ({ x: 290 + 3 * i, y: 150 + 2 * i, text: `configuration ${i}` }));
    const boxes = placeLabels(points, frame).flatMap((p, i) => (p ? [boxOf(p, points[i].text)] : []));
    expect(boxes.length).toBeGreaterThan(3);
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => expect(a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1).toBe(false)));
  });
  test('stays inside the frame', () => {
    const [place] = placeLabels([{ x: 595, y: 150, text: 'at the right edge' }], frame);
    expect(place.anchor).toBe('end');
  });
  test('covers no other mark', () => {
    const [place] = placeLabels([{ x: 100, y: 100, text: 'name' }], frame, [{ x: 120, y: 100 }]);
    expect(place.anchor).toBe('end');
  });
  test('leaves a name out where there is no room at all', () => {
    expect(placeLabels([{ x: 5, y: 5, text: 'too long for this frame' }], { x0: 0, x1: 10, y0: 0, y1: 10 })).toEqual([null]);
  });
});

describe('staggerLabels', () => {
  test('puts neighbours that would touch in different rows, and moves the ends inside', () => {
    const places = staggerLabels([{ x: 0, text: 'idle' }, { x: 20, text: 'load' }, { x: 200, text: 'measure' }], { x0: 0, x1: 210 });
    expect(places.map((p) => p.row)).toEqual([0, 1, 0]);
    expect(places[0].x).toBeGreaterThan(0);
    expect(places[2].x + textWidth('measure') / 2).toBeLessThanOrEqual(210);
  });
});
