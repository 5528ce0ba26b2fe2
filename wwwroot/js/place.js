// Turns the basket into an order, once: the same basket keeps its Idempotency-Key until the server has answered.
import { ApiError, placeOrder } from './api.js';
import { byId, setText, show } from './dom.js';
import { fromDigits, t } from './i18n.js';
import { session } from './store.js';

const kept = 'kc.placing';
const fields = ['name', 'email', 'phone'];
const pause = ms => new Promise(done => setTimeout(done, ms));

export function readForm() {
  const value = field => byId(`customer-${field}`).value.trim();
  const phone = fromDigits(value('phone')).replace(/[\s().-]/g, '');
  const found = { name: value('name'), email: value('email'), phone };
  const bad = [];
  if (found.email !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(found.email)) bad.push('email');
  if (found.phone !== '' && !/^\+?\d{7,15}$/.test(found.phone)) bad.push('phone');
  const given = Object.fromEntries(Object.entries(found).filter(([, text]) => text !== ''));
  return { customer: Object.keys(given).length === 0 ? null : given, bad };
}

// Marks the fields that were not accepted, and gives back the first of them.
export function markFields(bad) {
  for (const field of fields) {
    const input = byId(`customer-${field}`), note = byId(`customer-${field}-bad`);
    const wrong = bad.includes(field);
    if (wrong) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    setText(note, wrong ? t(`form.${field}.bad`) : '');
    show(note, wrong);
  }
  return bad.length === 0 ? null : byId(`customer-${fields.find(field => bad.includes(field))}`);
}

// The server's {"customer.email": [...]} as our field names.
export function badFields(errors) {
  const named = Object.keys(errors ?? {}).map(name => name.split('.').at(-1).toLowerCase());
  return fields.filter(field => named.includes(field));
}

export async function place(cart, customer) {
  const order = { items: [...cart].map(([productId, quantity]) => ({ productId, quantity })) };
  if (customer) order.customer = customer;
  const print = JSON.stringify(order);

  for (let attempt = 1; ; attempt++) {
    let mark = session.get(kept);
    if (mark?.print !== print) session.set(kept, mark = { print, key: crypto.randomUUID() });
    try {
      const placed = await placeOrder(order, mark.key);
      if (typeof placed.id !== 'string') throw new ApiError('unknown', 'unreadable');
      session.remove(kept);
      return placed;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const running = error.code === 'idempotency_in_progress';
      if (error.kind === 'refused' && !running) session.remove(kept); // answered: the next click is a new order
      const again = running || error.code === 'idempotency_key_reused' || error.code === 'network';
      if (!again || attempt === 4 || navigator.onLine === false) throw error;
      await pause(500 * attempt);
    }
  }
}
