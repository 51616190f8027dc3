// SPDX-License-Identifier: Apache-2.0
// Which lines of the latency figure stand out, and how each of them looks: no two alike.
export const MOST = 8;

const COLOURS = 4;
const DASHES = ['none', '7 4', '2 3', '10 3 2 3'];
const SHAPES = ['circle', 'square', 'triangle', 'diamond2'];

/**
 * The configurations to draw in full: all when there are few; else the best of each model in turn, and the chosen one.
 * @template C
 * @param {C[][]} byModel the configurations of each model, best first
 * @param {C|undefined} chosen
 * @returns {C[]}
 */
export function outstanding(byModel, chosen, most = MOST) {
  const all = [...new Set(byModel.flat())];
  if (all.length <= most) return all;
  const found = new Set(chosen && all.includes(chosen) ? [chosen] : []);
  const deepest = Math.max(...byModel.map((list) => list.length));
  for (let rank = 0; rank < deepest; ++rank) {
    for (const list of byModel) {
      if (found.size < most && list[rank]) found.add(list[rank]);
    }
  }
  return all.filter((c) => found.has(c));
}

/**
 * Colour, dash and shape of each configuration: the engine's colour, where the dashes then suffice to tell them apart; else
 * colours and dashes in turn.
 * @template {{engineIndex: number, indexInEngine: number}} C
 * @param {C[]} configurations at most COLOURS × DASHES
 * @returns {{looks: Map<C, {stroke: string, dash: string, symbol: string}>, byEngine: boolean}}
 */
export function looksOf(configurations) {
  const ofEngine = (c) => [c.engineIndex % COLOURS, c.indexInEngine % DASHES.length];
  const byEngine = new Set(configurations.map((c) => ofEngine(c).join())).size === configurations.length
    && configurations.every((c) => c.engineIndex < COLOURS);
  const looks = new Map(configurations.map((c, i) => {
    const [colour, dash] = byEngine ? ofEngine(c) : [i % COLOURS, Math.floor(i / COLOURS) % DASHES.length];
    return [c, { stroke: `var(--c${colour})`, dash: DASHES[dash], symbol: SHAPES[byEngine ? colour : (colour + dash) % SHAPES.length] }];
  }));
  return { looks, byEngine };
}
