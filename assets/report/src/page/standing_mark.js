// SPDX-License-Identifier: Apache-2.0
// How a configuration's standing looks: one shape each, so that it can be read without colour.
import { STANDINGS, standingText } from '../data/standing.js';
import { legend } from './chart.js';
import { svg } from './dom.js';

const LOOKS = {
  best: { symbol: 'star', filled: true, path: 'M0,-7L1.6,-2.2L6.7,-2.2L2.5,0.8L4.1,5.7L0,2.7L-4.1,5.7L-2.5,0.8L-6.7,-2.2L-1.6,-2.2Z' },
  tied: { symbol: 'circle', filled: true, path: 'M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0Z' },
  behind: { symbol: 'diamond', filled: false, path: 'M0,-6L5,0L0,6L-5,0Z' },
  unresolved: { symbol: 'circle', filled: false, path: 'M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0Z' },
  worse: { symbol: 'times', filled: false, path: 'M-5,-5L5,5M-5,5L5,-5' },
};

const look = (standing) => LOOKS[standing] ?? LOOKS.worse;

/** Options of a `dot` whose data are made with `of(datum)`, a standing, and `colour(datum)`. */
export const standingDots = (of, colour) => ({
  symbol: (d) => look(of(d)).symbol, stroke: colour, strokeWidth: 2, fill: (d) => (look(of(d)).filled ? colour(d) : 'var(--bg)'),
});

/** The shapes that occur among `cells`, with what they mean. */
export function standingLegend(cells, margin) {
  const found = STANDINGS.filter((standing) => cells.some((c) => c.standing === standing));
  return legend(found.map((standing) => [
    svg('svg', { width: 18, height: 18, viewBox: '-9 -9 18 18', 'aria-hidden': 'true' }, svg('path', {
      d: look(standing).path, stroke: 'var(--accent)', 'stroke-width': 2, fill: look(standing).filled ? 'var(--accent)' : 'none',
    })),
    standingText(standing, margin),
  ]));
}
