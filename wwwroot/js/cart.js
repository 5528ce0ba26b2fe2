// What the shopper wants, kept in this browser: product id -> quantity (1 to 99). Prices are never kept; the server has them.
import { local } from './store.js';

const name = 'kc.cart';
export const most = 99;

export function read() {
  const kept = local.get(name);
  const entries = kept !== null && typeof kept === 'object' && !Array.isArray(kept) ? Object.entries(kept) : [];
  return new Map(entries.filter(([, quantity]) => Number.isInteger(quantity) && quantity >= 1)
    .map(([id, quantity]) => [id, Math.min(quantity, most)]));
}

function write(cart) { local.set(name, Object.fromEntries(cart)); }

export function put(id, quantity) {
  const cart = read();
  if (quantity < 1) cart.delete(id);
  else cart.set(id, Math.min(quantity, most));
  write(cart);
}

export const add = id => put(id, (read().get(id) ?? 0) + 1);

export function onOtherTab(listener) {
  window.addEventListener('storage', event => {
    if (event.key === name || event.key === null) listener();
  });
}
