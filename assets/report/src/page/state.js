// SPDX-License-Identifier: Apache-2.0
// What the reader chose, kept in the address's hash so that a link shows the same view.

/** "#model=a&theme=dark" → {model: "a", theme: "dark"}. Unknown keys are kept out. */
export function parseHash(hash, keys) {
  const state = {};
  for (const [key, value] of new URLSearchParams(hash.replace(/^#/, ''))) {
    if (keys.includes(key)) state[key] = value;
  }
  return state;
}

/** The hash of a state; "" when nothing is chosen. */
export function formatHash(state) {
  const chosen = Object.entries(state).filter(([, value]) => value !== undefined && value !== '');
  return chosen.length ? `#${new URLSearchParams(chosen)}` : '';
}

/**
 * @param {string[]} keys what may be chosen
 * @param {() => void} changed called after each change, by the reader or by the address
 */
export function createState(keys, changed) {
  const values = parseHash(location.hash, keys);
  addEventListener('hashchange', () => {
    for (const key of keys) delete values[key];
    Object.assign(values, parseHash(location.hash, keys));
    changed();
  });
  return {
    get: (key) => values[key],
    set(key, value) {
      if (value === undefined || value === '') delete values[key];
      else values[key] = value;
      history.replaceState(null, '', formatHash(values) || location.pathname + location.search);
      changed();
    },
  };
}
