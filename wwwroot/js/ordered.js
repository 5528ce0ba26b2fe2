// Ordered products stay in the basket until the order is paid, so that a shopper who goes back loses nothing.
import { local } from './store.js';
import * as cart from './cart.js';

const name = 'kc.ordered';
const most = 10;
const isPaid = status => status === 'paid' || status === 'partially_refunded' || status === 'refunded';

const read = () => {
  const kept = local.get(name);
  return Array.isArray(kept) ? kept.filter(one => typeof one?.id === 'string' && one.items !== null && typeof one.items === 'object') : [];
};

export function remember(id, wanted) {
  local.set(name, [{ id, items: Object.fromEntries(wanted) }, ...read().filter(one => one.id !== id)].slice(0, most));
}

export const orderedIds = () => read().map(one => one.id);

export function forget(id) {
  const left = read().filter(one => one.id !== id);
  if (left.length === 0) local.remove(name);
  else local.set(name, left);
}

// Removes the products of a paid order from the basket, once. Products added since stay.
export function takeOutIfPaid(order) {
  if (!isPaid(order.status)) return;
  const found = read().find(one => one.id === order.id);
  if (!found) return;
  for (const [id, quantity] of Object.entries(found.items)) {
    const left = (cart.read().get(id) ?? 0) - quantity;
    cart.put(id, Number.isInteger(left) ? left : 0);
  }
  forget(order.id);
}
