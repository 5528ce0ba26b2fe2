// Turns the basket into an order, once: the same basket keeps its Idempotency-Key until the server has answered, and leads to the
// same order as long as that can be paid.
import { ApiError, getOrder, placeOrder } from './api.js';
import { byId, setText, show } from './dom.js';
import { t } from './i18n.js';
import { newKey } from './random.js';
import { now } from './server-clock.js';
import { session } from './store.js';
import { isEmail, isPhone, line, phone } from './typed-text.js';

const kept = 'kc.placing';
const fields = ['name', 'email', 'phone'];
const pause = ms => new Promise(done => setTimeout(done, ms));

export function readForm() {
  const value = field => byId(`customer-${field}`).value;
  const found = { name: line(value('name')), email: line(value('email')), phone: phone(value('phone')) };
  const bad = [];
  if (found.email !== '' && !isEmail(found.email)) bad.push('email');
  if (found.phone !== '' && !isPhone(found.phone)) bad.push('phone');
  const given = Object.fromEntries(Object.entries(found).filter(([, text]) => text !== ''));
  return { customer: Object.keys(given).length === 0 ? null : given, bad };
}

// Marks the fields that were not accepted, and returns the first of them.
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

async function findPayable(id) {
  try {
    const order = await getOrder(id);
    return order.status === 'pending' && now() < Date.parse(order.expiresAt) ? order : null;
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'refused') return null;
    throw error;
  }
}

export async function place(cart, customer) {
  const order = { items: [...cart].map(([productId, quantity]) => ({ productId, quantity })) };
  if (customer) order.customer = customer;
  const print = JSON.stringify(order);

  for (let attempt = 1; ; attempt++) {
    let mark = session.get(kept);
    try {
      if (mark?.print === print && mark.placed) {
        const known = await findPayable(mark.placed);
        if (known) return known;
        mark = null;
      }
      if (mark?.print !== print) session.set(kept, mark = { print, key: newKey() });
      const placed = await placeOrder(order, mark.key);
      if (typeof placed.id !== 'string') throw new ApiError('unknown', 'unreadable');
      session.set(kept, { ...mark, placed: placed.id });
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
